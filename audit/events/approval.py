"""Proposals that need a second person."""

from dataclasses import dataclass

from audit.events.base import Event


@dataclass(frozen=True, kw_only=True)
class ProposalMade(Event, kind="approval:proposal:made"):
    """One person proposed; the digest covers what is to change."""

    action: str
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class ProposalApproved(Event, kind="approval:proposal:approved"):
    """A second person agreed."""

    action: str
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class ProposalRejected(Event, kind="approval:proposal:rejected"):
    """A second person declined."""

    action: str
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class ProposalExpired(Event, kind="approval:proposal:expired"):
    """Nobody decided in time."""

    action: str
    digest: bytes
