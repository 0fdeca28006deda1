"""The box: installation, services, health."""

from dataclasses import dataclass
from uuid import UUID

from audit.events.base import Event, Outcome


@dataclass(frozen=True, kw_only=True)
class InstallationCreated(Event, kind="ops:installation:created"):
    """The box was set up."""

    installation: UUID


@dataclass(frozen=True, kw_only=True)
class ServiceStarted(Event, kind="ops:service:started"):
    """A service came up."""

    service: str
    version: str


@dataclass(frozen=True, kw_only=True)
class ServiceStopped(Event, kind="ops:service:stopped"):
    """A service went down as asked."""

    service: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ServiceFailed(Event, kind="ops:service:failed"):
    """A service ended by itself or could not start."""

    outcome: Outcome = "failed"
    service: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class HealthViewed(Event, kind="ops:health:viewed"):
    """Someone read the state of the box."""
