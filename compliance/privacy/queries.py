"""Reads about data subjects. They show ids and times, nothing personal."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from compliance.privacy.errors import NotErasedError, SubjectErasedError, UnknownSubjectError
from compliance.privacy.models import DataSubject
from compliance.vault.current import settings, vault
from compliance.vault.hierarchy import subject_owner


@dataclass(frozen=True)
class Certificate:
    """What can be said of an erasure, and shown to the person who asked for it."""

    subject_id: UUID
    keys: tuple[UUID, ...]
    destroyed_at: datetime
    closed_from: datetime


def living_subject(subject_id: UUID, *, lock: bool = False) -> DataSubject:
    """Raises: UnknownSubjectError, SubjectErasedError (also while it is being erased)."""
    subject = any_subject(subject_id, lock=lock)
    if subject.erasure_began_at is not None:
        raise SubjectErasedError(subject_id)
    return subject


def any_subject(subject_id: UUID, *, lock: bool = False) -> DataSubject:
    """Raises: UnknownSubjectError."""
    rows = DataSubject.objects.select_for_update() if lock else DataSubject.objects.all()
    subject = rows.filter(pk=subject_id).first()
    if subject is None:
        raise UnknownSubjectError(subject_id)
    return subject


def unfinished_erasures() -> list[UUID]:
    """Return subjects whose erasure was begun and not finished, oldest first."""
    rows = DataSubject.objects.filter(erasure_began_at__isnull=False, erased_at__isnull=True)
    return list(rows.order_by("erasure_began_at").values_list("pk", flat=True))


def certificate_of(subject_id: UUID) -> Certificate:
    """Derive the certificate from the key store, which keeps the graves of its keys.

    Raises: UnknownSubjectError, NotErasedError.
    """
    if any_subject(subject_id).erased_at is None:
        raise NotErasedError(subject_id)
    rows = vault().keyring.store.all_of(subject_owner(subject_id))
    times = [datetime.fromisoformat(row.destroyed_at) for row in rows if row.destroyed_at]
    if not times or len(times) < len(rows):
        raise NotErasedError(subject_id)
    destroyed_at = max(times)
    return Certificate(
        subject_id,
        tuple(row.name.key_id for row in rows),
        destroyed_at,
        destroyed_at + timedelta(days=settings().backup_expiry_days),
    )
