"""The data subject: an id that keys hang on, and nothing about the person."""

from django.db import models as tables
from django.db.models import F, Q

from audit.ids import uuid7


class DataSubject(tables.Model):
    """A person in the sense of privacy law; the row outlives the data.

    Erasing has two steps, because the key store is not part of the database's
    transaction: `erasure_began_at` is committed, the key destroyed, then
    `erased_at` written. Between the two the subject is treated as erased.
    """

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = tables.DateTimeField()
    erasure_began_at = tables.DateTimeField(null=True)
    erased_at = tables.DateTimeField(null=True)

    class Meta:
        db_table = "privacy_subject"
        constraints = (
            tables.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(erasure_began_at__isnull=False, erased_at__gte=F("erasure_began_at")),
                name="erased_after_erasure_began",
            ),
        )
        indexes = (
            tables.Index(
                fields=["erasure_began_at"],
                condition=Q(erasure_began_at__isnull=False, erased_at__isnull=True),
                name="privacy_erasure_unfinished",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
