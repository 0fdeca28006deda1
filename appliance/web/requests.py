"""What the trail says of a request: who and by which route, never an address or a text."""

from django.http import HttpRequest

from audit.actions import append_refusal
from audit.events import AccessRefused


def actor_of(request: HttpRequest) -> str:
    """Name who acts: "person:<id>" for staff, else "anonymous"; customers by their own views."""
    person = getattr(request.user, "person_id", None)
    return f"person:{person}" if person else "anonymous"


def origin_of(request: HttpRequest) -> str:
    """The route's pattern, so that no id and nothing that anyone typed is in it."""
    match = request.resolver_match
    return f"web:/{match.route}" if match else "web:unrouted"


def refused(request: HttpRequest) -> None:
    """Record that somebody asked for what they may not see, or what is not there."""
    append_refusal(
        AccessRefused(
            actor=actor_of(request),
            origin=origin_of(request),
            route=origin_of(request),
            method=request.method or "",
        )
    )
