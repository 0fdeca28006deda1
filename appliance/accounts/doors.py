"""Who may enter a view. A view without a door is closed to everyone.

    @door("agent", "supervisor")            # these roles
    @door("agent", leaves_event=True)       # the view appends its own audit events
    @open_to_all(leaves_event=False)        # anyone, signed in or not

Works on functions and on class-based and REST views (decorate the class).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from appliance.accounts.roles import ROLES

AnyView = TypeVar("AnyView", bound=Callable[..., Any])


@dataclass(frozen=True)
class Door:
    """roles: who may enter, empty for everyone.
    leaves_event: the view records what happened itself; otherwise the middleware does.
    records: False for what is asked every few seconds and shows nothing of anyone.
    """

    roles: frozenset[str]
    leaves_event: bool = False
    records: bool = True


def door(*roles: str, leaves_event: bool = False) -> Callable[[AnyView], AnyView]:
    unknown = set(roles) - set(ROLES)
    if unknown or not roles:
        raise ValueError(f"got roles {sorted(roles)}, want some of {ROLES}")
    return _mark(Door(frozenset(roles), leaves_event))


def open_to_all(
    *, leaves_event: bool = False, records: bool = True
) -> Callable[[AnyView], AnyView]:
    return _mark(Door(frozenset(), leaves_event, records))


def _mark(made: Door) -> Callable[[AnyView], AnyView]:
    def mark(view: AnyView) -> AnyView:
        view.door = made  # type: ignore[attr-defined]
        return view

    return mark


def door_of(view: Any) -> Door | None:
    """The door of a resolved view function, of its class, or None."""
    for holder in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        found = getattr(holder, "door", None)
        if isinstance(found, Door):
            return found
    return None
