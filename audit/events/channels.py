"""Ways in from outside."""

from dataclasses import dataclass

from audit.events.base import Event, Outcome


@dataclass(frozen=True, kw_only=True)
class IdentityAccepted(Event, kind="channels:identity:accepted"):
    """A channel vouched for who is writing."""

    channel: str


@dataclass(frozen=True, kw_only=True)
class IdentityRefused(Event, kind="channels:identity:refused"):
    """A channel's word on who is writing did not hold."""

    outcome: Outcome = "refused"
    channel: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RateLimited(Event, kind="channels:rate:limited"):
    """Too many requests came from one place."""

    outcome: Outcome = "refused"
    route: str
