"""What waits for a second person, for those who may decide it."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from audit.actions import append
from compliance.approval.errors import UnknownProposalError
from compliance.approval.events import ProposalViewed
from compliance.approval.models import Proposal
from compliance.approval.registry import Actor, Difference, kinds_approved_by
from compliance.approval.sealing import open_difference


@dataclass(frozen=True)
class Shown:
    """A proposal with its difference in words, and whether this person may decide it."""

    proposal: Proposal
    difference: Difference
    is_decidable: bool


def proposals_for(actor: Actor) -> QuerySet[Proposal]:
    """Return those that this person may decide, and their own, newest first; words stay sealed."""
    visible = Q(kind__in=kinds_approved_by(actor.roles)) | Q(proposer_id=actor.person)
    return Proposal.objects.filter(visible).order_by("-proposed_at", "-id")


def waiting_for(actor: Actor) -> QuerySet[Proposal]:
    """Return those that wait for this very person: open, and not their own."""
    waiting = proposals_for(actor).filter(state=Proposal.State.PROPOSED)
    return waiting.exclude(proposer_id=actor.person)


@transaction.atomic
def proposal_for(actor: Actor, proposal_id: UUID) -> Shown:
    """Open one proposal's difference; reading it is an event.

    Raises: UnknownProposalError, also where it is none of this person's business.
    """
    proposal = proposals_for(actor).filter(pk=proposal_id).first()
    if proposal is None:
        raise UnknownProposalError(proposal_id)
    append(
        ProposalViewed(
            actor=actor.name,
            origin=actor.origin,
            subject=proposal.subject_id,
            object=f"proposal:{proposal.pk}",
            action=proposal.kind,
        )
    )
    is_decidable = (
        proposal.state == Proposal.State.PROPOSED
        and proposal.proposer_id != actor.person
        and proposal.kind in kinds_approved_by(actor.roles)
    )
    return Shown(proposal, open_difference(proposal), is_decidable)
