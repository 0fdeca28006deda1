"""Models: imported, verified, refused, promoted."""

from dataclasses import dataclass

from audit.events.base import Event, Outcome


@dataclass(frozen=True, kw_only=True)
class ModelImported(Event, kind="llm:model:imported"):
    """A model's files were taken in."""

    name: str
    version: str
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class ModelVerified(Event, kind="llm:model:verified"):
    """A model's digest and signature hold."""

    name: str
    version: str
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class ModelRefused(Event, kind="llm:model:refused"):
    """A model's digest or signature does not hold."""

    outcome: Outcome = "refused"
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ModelPromoted(Event, kind="llm:model:promoted"):
    """A model is in use."""

    name: str
    version: str
    digest: bytes
