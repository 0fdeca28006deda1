"""Which kinds of change need a second person, and what to do when they have one.

Each area registers its kinds in its AppConfig.ready().
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from compliance.approval.errors import KindTakenError, UnknownKindError

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Actor:
    """A person who acts: the human being, whatever the account.

    origin: where they act, as in the log, "web:/policy/".
    """

    person: UUID
    roles: frozenset[str]
    origin: str

    @property
    def name(self) -> str:
        return f"person:{self.person}"


@dataclass(frozen=True)
class Difference:
    """What will change, in words, for the person who decides."""

    zh: str
    en: str


@dataclass(frozen=True)
class Order:
    """An approved change, handed to `apply` or `undo` in the approval's transaction."""

    proposal_id: UUID
    object: str
    subject_id: UUID | None
    proposer: UUID
    approver: UUID
    now: datetime
    payload: bytes = field(repr=False)


class Roles(NamedTuple):
    propose: frozenset[str]
    approve: frozenset[str]


Apply = Callable[[Order], None]
Describe = Callable[[bytes], Difference]


@dataclass(frozen=True)
class Kind:
    name: str
    apply: Apply
    describe: Describe
    roles: Roles
    undo: Apply | None
    life: timedelta


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    apply: Apply,
    describe: Describe,
    roles_allowed: Roles | Collection[str],
    undo: Apply | None = None,
    life: timedelta = WEEK,
) -> None:
    """Make a kind of change known.

    kind:          "area:what", in the characters of an event's field.
    apply:         makes the change; runs inside the approval's transaction, so
                   whatever it raises leaves the proposal undecided.
    describe:      payload -> the difference in words; must not write anything.
    roles_allowed: who may propose and who may approve; a plain collection is both.
    undo:          changes it back; without it the kind cannot be undone.
    Raises: KindTakenError.
    """
    if kind in _kinds:
        raise KindTakenError(kind)
    if not isinstance(roles_allowed, Roles):
        roles_allowed = Roles(frozenset(roles_allowed), frozenset(roles_allowed))
    _kinds[kind] = Kind(kind, apply, describe, roles_allowed, undo, life)


def kind_named(name: str) -> Kind:
    """Raises: UnknownKindError."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKindError(name) from None


def kinds_approved_by(roles: Collection[str]) -> tuple[str, ...]:
    """Return the kinds that somebody with these roles may approve."""
    held = frozenset(roles)
    return tuple(sorted(kind.name for kind in _kinds.values() if kind.roles.approve & held))
