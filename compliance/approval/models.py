"""One proposal: what is to change, who proposed it, who decided.

What was proposed never changes: a trigger refuses it, as it refuses to
reopen what was decided. That a second person decided is a CHECK constraint.
"""

from django.db import models as tables
from django.db.models import F, Q

from audit.ids import uuid7


class Proposal(tables.Model):
    class State(tables.TextChoices):
        PROPOSED = "proposed"
        APPROVED = "approved"
        REJECTED = "rejected"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"
        UNDONE = "undone"

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = tables.TextField()
    # What it concerns, "policy:pipl-finance"; an id, never a name of a person.
    object = tables.TextField()
    subject_id = tables.UUIDField(null=True)
    # Sealed under the subject's key, or this table's where there is no subject.
    payload = tables.BinaryField()
    # SHA-256(salt ‖ payload), the salt inside the envelope; stands in the log as well.
    digest = tables.BinaryField()
    # Sealed like the payload: the difference in words, {"zh": …, "en": …}.
    difference = tables.BinaryField()
    # People, not accounts, and no foreign key: the history outlives both.
    proposer_id = tables.UUIDField()
    proposed_at = tables.DateTimeField()
    expires_at = tables.DateTimeField()
    state = tables.TextField(choices=State.choices, default=State.PROPOSED)
    decider_id = tables.UUIDField(null=True)
    decided_at = tables.DateTimeField(null=True)
    undoes = tables.ForeignKey(
        "self", null=True, on_delete=tables.PROTECT, related_name="undone_by"
    )

    class Meta:
        db_table = "approval_proposal"
        constraints = (
            tables.CheckConstraint(
                condition=Q(decider_id__isnull=True) | ~Q(decider_id=F("proposer_id")),
                name="a_second_person_decides",
            ),
            tables.CheckConstraint(
                condition=Q(state="proposed", decider_id__isnull=True, decided_at__isnull=True)
                | Q(
                    state__in=("approved", "rejected", "undone"),
                    decider_id__isnull=False,
                    decided_at__isnull=False,
                )
                | Q(
                    state__in=("expired", "withdrawn"),
                    decider_id__isnull=True,
                    decided_at__isnull=False,
                ),
                name="a_state_has_its_decision",
            ),
            tables.CheckConstraint(
                condition=Q(expires_at__gt=F("proposed_at")), name="a_proposal_lives_a_while"
            ),
            tables.UniqueConstraint(
                fields=["undoes"], condition=Q(state="proposed"), name="one_undoing_at_a_time"
            ),
        )
        indexes = (
            tables.Index(
                fields=["kind", "proposed_at"],
                condition=Q(state="proposed"),
                name="approval_waiting",
            ),
            tables.Index(
                fields=["expires_at"], condition=Q(state="proposed"), name="approval_expiring"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
