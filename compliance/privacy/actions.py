"""What can be done with a data subject: made, and erased for good."""

from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from audit.actions import append
from audit.events import SubjectCreated, SubjectErased
from audit.ids import uuid7
from compliance.privacy.errors import NotErasedError
from compliance.privacy.events import ErasureBegun, ErasureCertified
from compliance.privacy.models import DataSubject
from compliance.privacy.queries import (
    Certificate,
    any_subject,
    certificate_of,
    unfinished_erasures,
)
from compliance.vault.current import vault


@transaction.atomic
def create_subject(*, now: datetime, actor: str, origin: str) -> DataSubject:
    """Make a data subject with a key of its own.

    The key comes first: a key without a row is harmless, a row without a key
    would seal nothing. A roll-back leaves such a key behind.
    Raises: VaultError.
    """
    subject_id = uuid7()
    vault().new_subject(subject_id)
    subject = DataSubject.objects.create(id=subject_id, created_at=now)
    append(SubjectCreated(actor=actor, origin=origin, subject=subject_id, at=now))
    return subject


def erase_subject(subject_id: UUID, *, actor: str, origin: str, now: datetime) -> Certificate:
    """Destroy the subject's key: what it sealed opens nowhere again.

    Again for an erased subject: no change, the same certificate.
    Raises: UnknownSubjectError, VaultError; RuntimeError inside a transaction,
            for which there is `begin_erasure`.
    """
    with transaction.atomic(durable=True):
        _begin(subject_id, actor=actor, origin=origin, now=now)
    return finish_erasure(subject_id, actor=actor, origin=origin)


@transaction.atomic
def begin_erasure(subject_id: UUID, *, actor: str, origin: str, now: datetime) -> None:
    """Erase as part of the caller's transaction: the key goes once that has committed.

    Raises: UnknownSubjectError.
    """
    _begin(subject_id, actor=actor, origin=origin, now=now)
    transaction.on_commit(partial(finish_erasure, subject_id, actor=actor, origin=origin))


@transaction.atomic
def finish_erasure(subject_id: UUID, *, actor: str, origin: str) -> Certificate:
    """Destroy the key of a subject whose erasure has begun, and certify it.

    May be repeated: after a crash between key and row, the next call finds
    the key gone and completes the record.
    Raises: UnknownSubjectError, NotErasedError (erasure has not begun), VaultError.
    """
    subject = any_subject(subject_id, lock=True)
    if subject.erased_at is not None:
        return certificate_of(subject_id)
    if subject.erasure_began_at is None:
        raise NotErasedError(subject_id)
    vault().destroy_subject(subject_id)
    # Our own clock, not the caller's: this is the moment after the destruction.
    subject.erased_at = max(datetime.now(UTC), subject.erasure_began_at)
    subject.save(update_fields=["erased_at"])
    certificate = certificate_of(subject_id)
    append(SubjectErased(actor=actor, origin=origin, subject=subject_id, at=subject.erased_at))
    append(
        ErasureCertified(
            actor=actor,
            origin=origin,
            subject=subject_id,
            keys=certificate.keys,
            destroyed_at=certificate.destroyed_at,
            closed_from=certificate.closed_from,
        )
    )
    return certificate


def finish_started_erasures(*, actor: str, origin: str) -> int:
    """Complete what a crash interrupted; for a job that runs at start and now and then.

    Returns: how many were completed.
    """
    waiting = unfinished_erasures()
    for subject_id in waiting:
        finish_erasure(subject_id, actor=actor, origin=origin)
    return len(waiting)


def _begin(subject_id: UUID, *, actor: str, origin: str, now: datetime) -> None:
    subject = any_subject(subject_id, lock=True)
    if subject.erasure_began_at is not None:
        return
    subject.erasure_began_at = now
    subject.save(update_fields=["erasure_began_at"])
    append(ErasureBegun(actor=actor, origin=origin, subject=subject_id, at=now))
