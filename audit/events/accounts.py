"""Sign-in, access and people."""

from dataclasses import dataclass

from audit.events.base import Event, Outcome


@dataclass(frozen=True, kw_only=True)
class SessionOpened(Event, kind="accounts:session:opened"):
    """A person signed in."""


@dataclass(frozen=True, kw_only=True)
class SessionClosed(Event, kind="accounts:session:closed"):
    """A person signed out, or a session ran out."""


@dataclass(frozen=True, kw_only=True)
class SessionRefused(Event, kind="accounts:session:refused"):
    """A sign-in failed."""

    outcome: Outcome = "refused"
    reason: str


@dataclass(frozen=True, kw_only=True)
class AccessRefused(Event, kind="accounts:access:refused"):
    """A request was not permitted."""

    outcome: Outcome = "refused"
    route: str
    method: str


@dataclass(frozen=True, kw_only=True)
class PageViewed(Event, kind="accounts:page:viewed"):
    """A page with personal data was shown."""

    route: str


@dataclass(frozen=True, kw_only=True)
class PersonCreated(Event, kind="accounts:person:created"):
    """An account was made for a person."""

    roles: tuple[str, ...]
