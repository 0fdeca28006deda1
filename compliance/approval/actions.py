"""Propose, and have a second person approve or reject.

`approve` makes the change, marks the proposal and records both in one
transaction. Refusals are recorded in a transaction of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.actions import append, append_refusal
from audit.events import ProposalApproved, ProposalExpired, ProposalMade, ProposalRejected
from audit.ids import uuid7
from compliance.approval.errors import (
    AlreadyDecidedError,
    DecisionRefusedError,
    NotEntitledError,
    NotProposerError,
    NotUndoableError,
    ProposalExpiredError,
    SelfApprovalError,
    UnknownProposalError,
)
from compliance.approval.events import DecisionRefused, ProposalUndone, ProposalWithdrawn
from compliance.approval.models import Proposal
from compliance.approval.registry import (
    Actor,
    Apply,
    Difference,
    Kind,
    Order,
    kind_named,
)
from compliance.approval.sealing import open_difference, open_payload, seal_difference, seal_payload

State = Proposal.State
_CLOCK = "service:approval"


def propose(
    kind: str,
    object_ref: str,
    *,
    payload: bytes,
    by: Actor,
    now: datetime,
    subject_id: UUID | None = None,
) -> Proposal:
    """Put a change before a second person.

    payload:    what `apply` will be given; sealed, under the subject's key if
                the change concerns one.
    Raises: UnknownKindError, NotEntitledError, VaultError, what `describe` raises;
            RuntimeError inside a transaction.
    """
    known = kind_named(kind)
    with _refusals_recorded(f"kind:{kind}", known.name, by):
        _check_role(f"kind {kind}", by, known.roles.propose)
        made = Proposal(object=object_ref, subject_id=subject_id)
        return _write(made, known, payload, difference=known.describe(payload), by=by, now=now)


def propose_undo(proposal_id: UUID, *, by: Actor, now: datetime) -> Proposal:
    """Put the undoing of an approved change before a second person.

    Raises: UnknownProposalError, NotEntitledError, NotUndoableError, VaultError;
            IntegrityError if its undoing is already proposed.
    """
    kind = _kind_of(proposal_id)
    with _refusals_recorded(f"proposal:{proposal_id}", kind.name, by):
        done = _locked(proposal_id)
        _check_role(f"kind {kind.name}", by, kind.roles.propose)
        _check_undoable(done, kind)
        before = open_difference(done)
        difference = Difference(zh=f"撤销：{before.zh}", en=f"Undo: {before.en}")
        made = Proposal(object=done.object, subject_id=done.subject_id, undoes=done)
        payload = open_payload(done)
        return _write(made, kind, payload, difference=difference, by=by, now=now)


def approve(proposal_id: UUID, *, by: Actor, now: datetime) -> Proposal:
    """Agree as the second person; the change is made in the same transaction.

    Raises: UnknownProposalError, SelfApprovalError, NotEntitledError,
            AlreadyDecidedError, ProposalExpiredError, VaultError, and what
            `apply` raises: then nothing has changed. RuntimeError inside a
            transaction.
    """
    kind = _kind_of(proposal_id)
    with (
        _expiry_kept(now),
        _refusals_recorded(f"proposal:{proposal_id}", kind.name, by),
    ):
        proposal = _decidable(proposal_id, kind, by, now)
        order = _order(proposal, by, now)
        _decide(proposal, State.APPROVED, by, now)
        if proposal.undoes_id is None:
            kind.apply(order)
        else:
            _undo(proposal.undoes_id, kind, order, by)
        append(_event(ProposalApproved, proposal, by.name, by.origin))
        return proposal


def reject(proposal_id: UUID, *, by: Actor, now: datetime) -> Proposal:
    """Decline as the second person. Raises: as `approve`."""
    kind = _kind_of(proposal_id)
    with (
        _expiry_kept(now),
        _refusals_recorded(f"proposal:{proposal_id}", kind.name, by),
    ):
        proposal = _decidable(proposal_id, kind, by, now)
        _decide(proposal, State.REJECTED, by, now)
        append(_event(ProposalRejected, proposal, by.name, by.origin))
        return proposal


def withdraw(proposal_id: UUID, *, by: Actor, now: datetime) -> Proposal:
    """Take one's own proposal back.

    Raises: UnknownProposalError, NotProposerError, AlreadyDecidedError.
    """
    kind = _kind_of(proposal_id)
    with _refusals_recorded(f"proposal:{proposal_id}", kind.name, by):
        proposal = _locked(proposal_id)
        if proposal.proposer_id != by.person:
            raise NotProposerError(proposal_id)
        _check_open(proposal)
        _close(proposal, State.WITHDRAWN, now)
        append(_event(ProposalWithdrawn, proposal, by.name, by.origin))
        return proposal


@transaction.atomic
def expire_due(*, now: datetime) -> int:
    """Close every proposal that nobody decided in time; for a job.

    Returns: how many.
    """
    due = Proposal.objects.select_for_update(skip_locked=True).filter(
        state=State.PROPOSED, expires_at__lte=now
    )
    closed = list(due)
    for proposal in closed:
        _close(proposal, State.EXPIRED, now)
        append(_event(ProposalExpired, proposal, _CLOCK, "approval"))
    return len(closed)


def _write(
    made: Proposal, kind: Kind, payload: bytes, *, difference: Difference, by: Actor, now: datetime
) -> Proposal:
    made.pk = uuid7()
    made.kind = kind.name
    made.payload, made.digest = seal_payload(
        payload, proposal_id=made.pk, subject_id=made.subject_id
    )
    made.difference = seal_difference(difference, proposal_id=made.pk, subject_id=made.subject_id)
    made.proposer_id, made.proposed_at, made.expires_at = by.person, now, now + kind.life
    made.save(force_insert=True)
    append(_event(ProposalMade, made, by.name, by.origin))
    return made


def _decidable(proposal_id: UUID, kind: Kind, by: Actor, now: datetime) -> Proposal:
    """Lock the proposal if this person may decide it now."""
    proposal = _locked(proposal_id)
    if proposal.proposer_id == by.person:
        raise SelfApprovalError(proposal_id)
    _check_role(f"proposal {proposal_id}", by, kind.roles.approve)
    _check_open(proposal)
    if now >= proposal.expires_at:
        raise ProposalExpiredError(proposal_id, proposal.expires_at)
    return proposal


def _undo(done_id: UUID, kind: Kind, order: Order, by: Actor) -> None:
    done = _locked(done_id)
    undo = _check_undoable(done, kind)
    undo(order)
    done.state = State.UNDONE
    done.save(update_fields=["state"])
    append(_event(ProposalUndone, done, by.name, by.origin))


def _check_undoable(done: Proposal, kind: Kind) -> Apply:
    if done.state != State.APPROVED or done.undoes_id is not None:
        raise NotUndoableError(done.pk, "an undoing" if done.undoes_id else done.state)
    if kind.undo is None:
        raise NotUndoableError(done.pk, f"kind {kind.name}")
    return kind.undo


def _order(proposal: Proposal, by: Actor, now: datetime) -> Order:
    return Order(
        proposal_id=proposal.pk,
        object=proposal.object,
        subject_id=proposal.subject_id,
        proposer=proposal.proposer_id,
        approver=by.person,
        now=now,
        payload=open_payload(proposal),
    )


def _decide(proposal: Proposal, state: str, by: Actor, now: datetime) -> None:
    proposal.decider_id = by.person
    _close(proposal, state, now)


def _close(proposal: Proposal, state: str, now: datetime) -> None:
    proposal.state, proposal.decided_at = state, now
    proposal.save(update_fields=["state", "decided_at", "decider_id"])


def _kind_of(proposal_id: UUID) -> Kind:
    """Raises: UnknownProposalError, UnknownKindError."""
    name = Proposal.objects.filter(pk=proposal_id).values_list("kind", flat=True).first()
    if name is None:
        raise UnknownProposalError(proposal_id)
    return kind_named(name)


def _locked(proposal_id: UUID) -> Proposal:
    return Proposal.objects.select_for_update().get(pk=proposal_id)


def _check_open(proposal: Proposal) -> None:
    if proposal.state != State.PROPOSED:
        raise AlreadyDecidedError(proposal.pk, proposal.state)


def _check_role(what: str, by: Actor, want: frozenset[str]) -> None:
    if not by.roles & want:
        raise NotEntitledError(what, want)


@contextmanager
def _refusals_recorded(object_ref: str, kind: str, by: Actor) -> Iterator[None]:
    """Run the block in one transaction; record a refusal after it was rolled back."""
    try:
        with transaction.atomic(durable=True):
            yield
    except DecisionRefusedError as fault:
        append_refusal(
            DecisionRefused(
                actor=by.name,
                origin=by.origin,
                outcome="refused",
                object=object_ref,
                action=kind,
                because=type(fault).__name__,
            )
        )
        raise


@contextmanager
def _expiry_kept(now: datetime) -> Iterator[None]:
    """What was found expired is marked so at once, not only by the next job."""
    try:
        yield
    except ProposalExpiredError:
        expire_due(now=now)
        raise


_About = ProposalMade | ProposalApproved | ProposalRejected | ProposalExpired
_AboutToo = ProposalWithdrawn | ProposalUndone


def _event(
    event: type[_About | _AboutToo], proposal: Proposal, actor: str, origin: str
) -> _About | _AboutToo:
    return event(
        actor=actor,
        origin=origin,
        subject=proposal.subject_id,
        object=f"proposal:{proposal.pk}",
        action=proposal.kind,
        digest=bytes(proposal.digest),
    )
