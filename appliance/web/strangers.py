"""How much the permanent log takes from strangers: each look and each refusal stays for ever."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from appliance.channels.budget import spend
from appliance.channels.errors import OverBudgetError
from appliance.web.errors import page
from appliance.web.requests import actor_of, origin_of
from audit.actions import append_refusal
from audit.events import RateLimited

# Pages a minute, in budgets of messages: an office has one address.
_PAGES: Final = 4


def too_many(request: HttpRequest) -> HttpResponse | None:
    """The page that says to wait, where a stranger's address has spent its budget; else None."""
    if request.user.is_authenticated:
        return None
    try:
        spend(request, what="page", now=timezone.now(), times=_PAGES)
    except OverBudgetError as fault:
        record_limit(request, fault)
        response = page(request, 429)
        response["Retry-After"] = str(fault.retry_s)
        return response
    return None


def record_limit(request: HttpRequest, fault: OverBudgetError) -> None:
    """Record that a budget was spent, once a minute."""
    if fault.is_first:
        origin = origin_of(request)
        append_refusal(RateLimited(actor=actor_of(request), origin=origin, route=origin))
