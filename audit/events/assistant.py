"""What the assistant composed, withheld and refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from audit.events.base import Event, Outcome


@dataclass(frozen=True, kw_only=True)
class SecretDropped(Event, kind="assistant:secret:dropped"):
    """Secrets were cut out of a message before anything was stored."""

    types: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReplyComposed(Event, kind="assistant:reply:composed"):
    """A reply was made; digests are SHA-256, stages in microseconds.

    No digest of the prompt: it is short enough to be guessed, also after its customer's key is
    gone. It stands in the evidence record, which `sealed` commits to with a salt.
    """

    policy: bytes
    knowledge: tuple[str, ...]
    mode: str
    sentences: int
    stages_us: Mapping[str, int]
    model: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class ReplyWithheld(Event, kind="assistant:reply:withheld"):
    """A rule held a reply back."""

    outcome: Outcome = "refused"
    rule: str


@dataclass(frozen=True, kw_only=True)
class ReplyRefused(Event, kind="assistant:reply:refused"):
    """No supported answer was found."""

    outcome: Outcome = "refused"
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReplyReplayed(Event, kind="assistant:reply:replayed"):
    """Somebody re-derived an answer from its evidence; `changed` names what differs now."""

    changed: tuple[str, ...]
