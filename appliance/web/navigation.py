"""The rooms of the house and who has a key."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Room:
    title: str | Promise
    about: str | Promise
    path: str
    icon: str
    roles: frozenset[str]


ROOMS = (
    Room(
        _("Desk"),
        _("Answer customers who wait for a person"),
        "/desk/",
        "headset",
        frozenset({"agent", "supervisor"}),
    ),
    Room(
        _("Audit"),
        _("Search the trail, prove an entry, take evidence away"),
        "/audit/",
        "list-check",
        frozenset({"auditor", "audit_admin"}),
    ),
    Room(
        _("Operations"),
        _("How the box is, and what to do"),
        "/ops/",
        "activity-heartbeat",
        frozenset({"system_admin"}),
    ),
)


def rooms_for(roles: frozenset[str]) -> list[Room]:
    return [room for room in ROOMS if room.roles & roles]
