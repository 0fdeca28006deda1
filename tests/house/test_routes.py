"""Every route as every role: who may enter, and that something is left in the log."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from appliance.accounts.doors import door_of
from appliance.accounts.roles import ROLES, STAFF
from audit.models import LoggedEvent
from tests.people import person_with

EVERYONE = frozenset()
DESK = frozenset({"agent", "supervisor"})
AUDIT = frozenset({"auditor", "audit_admin"})
OPS = frozenset({"system_admin"})

# Who may enter what. A route that is missing here fails: new doors are decided on purpose.
EXPECTED = {
    "": EVERYONE,
    "login/": EVERYONE,
    "logout/": frozenset(STAFF),
    "language/<str:code>/": EVERYONE,
    "metrics": EVERYONE,
    "healthz": EVERYONE,
    "chat/": EVERYONE,
    "widget/": EVERYONE,
    "widget.js": EVERYONE,
    "widget/demo/": EVERYONE,
    "api/v1/schema": frozenset(STAFF),
    "api/v1/chat/conversations": EVERYONE,
    "api/v1/chat/conversation": EVERYONE,
    "api/v1/chat/messages": EVERYONE,
    "api/v1/chat/messages/<uuid:message_id>/feedback": EVERYONE,
    "api/v1/chat/person": EVERYONE,
    "api/v1/chat/survey": EVERYONE,
    "api/v1/chat/close": EVERYONE,
    "api/v1/chat/events": EVERYONE,
    "api/v1/desk/events": DESK,
}
AREAS = {"desk/": DESK, "audit/": AUDIT, "ops/": OPS}
# Asked every few seconds by machines, and shows nothing of anyone.
SILENT = {"healthz", "metrics", "widget.js"}
# Customers' writes and reads fail before anything happens when nobody has begun.
NEEDS_A_CONVERSATION = "api/v1/chat/"


def routes():
    found = []

    def walk(patterns, prefix):
        for entry in patterns:
            path = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, path)
            elif isinstance(entry, URLPattern):
                found.append((path, entry.callback))

    walk(get_resolver().url_patterns, "")
    return found


def expected_roles(route):
    if route in EXPECTED:
        return EXPECTED[route]
    for area, roles in AREAS.items():
        if route.startswith(area):
            return roles
    pytest.fail(f"the route {route!r} has no row in this test: decide who may enter it")


def concrete(route):
    filled = route
    for kind, value in (("uuid", UUID(int=7)), ("int", 1), ("str", "x"), ("slug", "x")):
        while f"<{kind}:" in filled:
            start = filled.index(f"<{kind}:")
            filled = filled[:start] + str(value) + filled[filled.index(">", start) + 1 :]
    assert "<" not in filled, f"teach this test to fill {route!r}"
    return "/" + filled


@pytest.mark.parametrize(("route", "view"), routes(), ids=lambda value: str(value)[:60])
def test_every_route_has_the_door_that_was_decided(route, view):
    held = door_of(view)
    assert held is not None, f"{route!r} has no door, so nobody can enter"
    assert held.roles == expected_roles(route)


@pytest.mark.django_db(transaction=True)
def test_every_route_as_every_role(as_role, settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    with as_role("operator"):
        people = {role: person_with(role, username=f"{role}-walk") for role in STAFF}
    outsiders = set(ROLES) - set(STAFF)
    assert outsiders == {"customer", "service"}
    client = Client(raise_request_exception=False)
    failures = []
    for role, account in [("nobody", None), *people.items()]:
        client.logout()
        if account is not None:
            client.force_login(account)
        for route, _view in routes():
            failures += visit(client, role, route)
    assert failures == []


def visit(client, role, route):
    roles = expected_roles(route)
    may = not roles or role in roles
    before = LoggedEvent.objects.count()
    response = client.get(concrete(route))
    if response.streaming:
        response.close()
    wrong = []
    entered = response.status_code not in {401, 403} and "/login/" not in response.get(
        "Location", ""
    )
    if response.status_code >= 500:
        wrong.append(f"{role} {route}: {response.status_code}")
    if entered != may and not (route.startswith(NEEDS_A_CONVERSATION) or route == "logout/"):
        wrong.append(f"{role} {route}: entered={entered}, want {may} ({response.status_code})")
    stays_silent = route in SILENT or route.startswith(NEEDS_A_CONVERSATION)
    # A wrong method (405) is answered before the view; it shows and does nothing.
    if not stays_silent and response.status_code != 405 and LoggedEvent.objects.count() == before:
        wrong.append(f"{role} {route}: left no event ({response.status_code})")
    return wrong
