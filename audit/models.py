"""The log's tables. All of them take INSERT only; a trigger refuses the rest.

`LoggedEvent` is written in the transaction of the change it describes, by
anybody. `Leaf`, `Tile` and `SignedCheckpoint` are written by the sequencer.
There are no foreign keys: checking one locks the referenced row and so
writes to it, and `audit verify` compares the tables anyway.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from audit.fields import CurrentTransactionId, TransactionIdField
from audit.ids import uuid7


class LoggedEvent(models.Model):
    """One event; `entry` is what counts, the other columns are for search."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    kind = models.TextField()
    actor = models.TextField()
    subject = models.UUIDField(null=True)
    object = models.TextField(null=True)  # noqa: DJ001  # absent is not the empty name
    entry = models.BinaryField()
    # What lets the sequencer find late commits: see audit/sequencer.py.
    xact = TransactionIdField(db_default=CurrentTransactionId(), editable=False)

    class Meta:
        db_table = "audit_logged_event"
        indexes: ClassVar = [
            models.Index(fields=["xact"], name="audit_event_xact"),
            models.Index(fields=["at", "id"], name="audit_event_at"),
            models.Index(fields=["actor", "at", "id"], name="audit_event_actor"),
            models.Index(fields=["kind", "at", "id"], name="audit_event_kind"),
            models.Index(
                fields=["subject", "at", "id"],
                name="audit_event_subject",
                condition=models.Q(subject__isnull=False),
            ),
            models.Index(
                fields=["object", "at", "id"],
                name="audit_event_object",
                condition=models.Q(object__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Leaf(models.Model):
    """An event's place in the tree. Its key is the index: the tree's own order."""

    index = models.BigIntegerField(primary_key=True)
    event = models.UUIDField(unique=True)
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_leaf"

    def __str__(self) -> str:
        return f"leaf {self.index}"


class Tile(models.Model):
    """256 node hashes, 8,192 bytes; full tiles only, so a row never changes.

    A UUID key would say nothing: level and index are what a tile is.
    """

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()
    # Hash of the whole tile, one entry of the level above.
    root = models.BinaryField()

    class Meta:
        db_table = "audit_tile"

    def __str__(self) -> str:
        return f"tile {self.level}/{self.index}"


class SignedCheckpoint(models.Model):
    """A signed statement of size and root.

    One for each integrated batch, and one more of the same size when the
    signing keys change.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField(db_default=Now())
    # Every transaction before this one was over when the batch was read.
    horizon = TransactionIdField()

    class Meta:
        db_table = "audit_signed_checkpoint"
        indexes: ClassVar = [models.Index(fields=["size", "id"], name="audit_checkpoint_size")]

    def __str__(self) -> str:
        return f"checkpoint {self.size}"
