"""Keys: created, rotated, destroyed."""

from dataclasses import dataclass
from uuid import UUID

from audit.events.base import Event


@dataclass(frozen=True, kw_only=True)
class KeyCreated(Event, kind="vault:key:created"):
    """A key was made."""

    key: UUID
    purpose_of_key: str


@dataclass(frozen=True, kw_only=True)
class KeyRotated(Event, kind="vault:key:rotated"):
    """A key was replaced; `rewrapped` counts the keys under it."""

    key: UUID
    rewrapped: int


@dataclass(frozen=True, kw_only=True)
class KeyDestroyed(Event, kind="vault:key:destroyed"):
    """A key is gone, and with it what it sealed."""

    key: UUID
