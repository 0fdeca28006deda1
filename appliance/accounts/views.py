"""Signing in and out."""

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
from appliance.web.views import safe_next
from audit.actions import append, append_refusal
from audit.events import PageViewed, RateLimited

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@open_to_all(leaves_event=True)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One sentence for every refusal: it does not tell which names exist."""
    if request.method != "POST":
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
    except OverBudgetError:
        origin = origin_of(request)
        append_refusal(RateLimited(actor="anonymous", origin=origin, route=origin))
        return _refused(request, 429)
    login(request, account, backend=_BACKEND)
    return HttpResponseRedirect(safe_next(request))


def _refused(request: HttpRequest, status: int) -> HttpResponse:
    content = {"next": safe_next(request), "is_refused": True}
    return render(request, "accounts/sign_in.html", content, status=status)


@door(*STAFF, leaves_event=True)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    close_session(actor_of(request), origin=origin_of(request))
    logout(request)
    return HttpResponseRedirect("/")
