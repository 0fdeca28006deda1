"""Faults of the four-eyes mechanism."""

from datetime import datetime
from uuid import UUID


class ApprovalError(Exception):
    """Base of every fault raised here."""


class UnknownKindError(ApprovalError):
    def __init__(self, kind: str) -> None:
        super().__init__(f"kind {kind}: got none of that name, want a registered one")


class KindTakenError(ApprovalError):
    def __init__(self, kind: str) -> None:
        super().__init__(f"kind {kind}: got a second registration, want one")


class UnknownProposalError(ApprovalError):
    """Absent, or not for this person: the two look alike."""

    def __init__(self, proposal_id: UUID) -> None:
        super().__init__(f"proposal {proposal_id}: got none, want one")


class DecisionRefusedError(ApprovalError):
    """A person may not do this with this proposal; recorded as a refusal."""


class SelfApprovalError(DecisionRefusedError):
    def __init__(self, proposal_id: UUID) -> None:
        super().__init__(f"proposal {proposal_id}: got the proposer, want a second person")


class NotEntitledError(DecisionRefusedError):
    def __init__(self, what: str, want: frozenset[str]) -> None:
        super().__init__(f"{what}: got none of the roles, want one of {' '.join(sorted(want))}")


class NotProposerError(DecisionRefusedError):
    def __init__(self, proposal_id: UUID) -> None:
        super().__init__(f"proposal {proposal_id}: got another person, want its proposer")


class AlreadyDecidedError(ApprovalError):
    def __init__(self, proposal_id: UUID, state: str) -> None:
        super().__init__(f"proposal {proposal_id}: got {state}, want proposed")
        self.state = state


class ProposalExpiredError(ApprovalError):
    def __init__(self, proposal_id: UUID, at: datetime) -> None:
        super().__init__(f"proposal {proposal_id}: expired at {at.isoformat()}")


class NotUndoableError(ApprovalError):
    def __init__(self, proposal_id: UUID, got: str) -> None:
        super().__init__(f"proposal {proposal_id}: got {got}, want an approved and undoable one")
