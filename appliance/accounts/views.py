"""Signing in and out."""

from http import HTTPStatus

from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from appliance.accounts.actions import close_session, open_session
from appliance.accounts.doors import door, open_to_all
from appliance.accounts.errors import SignInRefusedError
from appliance.accounts.roles import STAFF
from appliance.channels.budget import spend
from appliance.channels.errors import OverBudgetError
from appliance.web.requests import actor_of, origin_of
from appliance.web.strangers import record_limit, too_many
from appliance.web.views import safe_next
from audit.actions import append
from audit.events import PageViewed

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@open_to_all(leaves_event=True)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One sentence for every refusal: it does not tell which names exist."""
    if request.method != "POST":
        late = too_many(request)
        if late is not None:
            return late
        with transaction.atomic():
            origin = origin_of(request)
            append(PageViewed(actor=actor_of(request), origin=origin, route=origin))
        return render(request, "accounts/sign_in.html", {"next": safe_next(request)})
    try:
        spend(request, what="sign-in", now=timezone.now())
        account = open_session(
            request.POST.get("username", ""),
            request.POST.get("password", ""),
            origin=origin_of(request),
            now=timezone.now(),
        )
    except SignInRefusedError:
        return _refused(request, 403)
    except OverBudgetError as fault:
        record_limit(request, fault)
        return _refused(request, 429)
    login(request, account, backend=_BACKEND)
    return HttpResponseRedirect(safe_next(request))


def _refused(request: HttpRequest, status: int) -> HttpResponse:
    content = {
        "next": safe_next(request),
        "is_refused": status == HTTPStatus.FORBIDDEN,
        "is_limited": status == HTTPStatus.TOO_MANY_REQUESTS,
    }
    return render(request, "accounts/sign_in.html", content, status=status)


@door(*STAFF, leaves_event=True)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    close_session(actor_of(request), origin=origin_of(request))
    logout(request)
    return HttpResponseRedirect("/")
