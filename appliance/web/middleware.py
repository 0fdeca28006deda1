"""What every request passes: content security, the door, and the trail that it leaves."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from appliance.accounts.doors import Door as DoorRule
from appliance.accounts.doors import door_of
from appliance.config import config
from appliance.web.requests import actor_of, origin_of, refused
from appliance.web.strangers import too_many
from audit.actions import append
from audit.events import PageViewed

Next = Callable[[HttpRequest], HttpResponseBase]

_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors {ancestors}"
)


class ContentSecurity:
    """Nothing is loaded from anywhere but here, and only named sites may frame the widget."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        ancestors = "'none'"
        if getattr(response, "may_be_framed", False):
            ancestors = " ".join(["'self'", *config().widget_sites])
            response.headers.pop("X-Frame-Options", None)
        response.headers["Content-Security-Policy"] = _POLICY.format(ancestors=ancestors)
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class _Before:
    """What is settled before a view: the response passes as it is."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)


class Door(_Before):
    """Lets a request in by the view's door: closed where it has none."""

    def process_view(
        self, request: HttpRequest, view: Any, _args: object, _kwargs: object
    ) -> HttpResponseBase | None:
        rule = door_of(view)
        if rule is None:
            raise PermissionDenied
        if not rule.roles:
            return None
        if not request.user.is_authenticated:
            late = too_many(request)
            if late is not None:
                return late
            refused(request)
            if request.path.startswith("/api/"):
                return HttpResponse(status=401)
            return redirect_to_login(request.get_full_path())
        if not rule.roles & request.user.roles:
            refused(request)
            raise PermissionDenied
        return None


class Trail(_Before):
    """Records a page view where the view itself records nothing."""

    def process_view(
        self, request: HttpRequest, view: Any, _args: object, _kwargs: object
    ) -> HttpResponseBase | None:
        """Before the view: what cannot be recorded is not shown."""
        rule = door_of(view)
        if isinstance(rule, DoorRule) and not rule.leaves_event and rule.records:
            late = too_many(request)
            if late is not None:
                return late
            with transaction.atomic():
                append(
                    PageViewed(
                        actor=actor_of(request),
                        origin=origin_of(request),
                        route=origin_of(request),
                    )
                )
        return None
