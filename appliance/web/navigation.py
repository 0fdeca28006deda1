"""The rooms of the house and who has a key."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Room:
    title: str | Promise
    path: str
    icon: str
    roles: frozenset[str]


ROOMS = (
    Room(_("Desk"), "/desk/", "headset", frozenset({"agent", "supervisor"})),
    Room(_("Audit"), "/audit/", "list-check", frozenset({"auditor", "audit_admin"})),
    Room(_("Operations"), "/ops/", "activity-heartbeat", frozenset({"system_admin"})),
)


def rooms_for(roles: frozenset[str]) -> list[Room]:
    return [room for room in ROOMS if room.roles & roles]
