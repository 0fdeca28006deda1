"""Proposals, beyond made, approved, rejected and expired."""

from dataclasses import dataclass

from audit.events import Event


@dataclass(frozen=True, kw_only=True)
class ProposalWithdrawn(Event, kind="approval:proposal:withdrawn"):
    """The proposer took it back."""

    action: str
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class ProposalUndone(Event, kind="approval:proposal:undone"):
    """What it had changed was changed back, by a proposal of its own."""

    action: str
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class ProposalViewed(Event, kind="approval:proposal:viewed"):
    """Somebody read what is to change."""

    action: str


@dataclass(frozen=True, kw_only=True)
class DecisionRefused(Event, kind="approval:decision:refused"):
    """Somebody tried what they may not; `because` is the name of the fault."""

    action: str
    because: str
