"""Conversations and what was said in them. Nothing that a person typed lies in a plain column."""

from django.db import models as tables
from django.db.models import Q

from appliance.accounts.models import Account
from audit.ids import uuid7
from compliance.privacy.models import DataSubject

CHANNELS = ("web", "widget", "desk", "email", "api", "messaging", "voice", "file")


class Conversation(tables.Model):
    """One conversation with one data subject."""

    class State(tables.TextChoices):
        WITH_ASSISTANT = "assistant"
        WAITING = "waiting"
        WITH_PERSON = "person"
        CLOSED = "closed"

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = tables.ForeignKey(DataSubject, on_delete=tables.PROTECT)
    channel = tables.CharField(max_length=16, choices=[(name, name) for name in CHANNELS])
    language = tables.CharField(max_length=8)
    state = tables.CharField(max_length=16, choices=State.choices, default=State.WITH_ASSISTANT)
    begun_at = tables.DateTimeField()
    last_at = tables.DateTimeField()
    waiting_since = tables.DateTimeField(null=True)
    # Why a person is wanted: "asked", "no_answer", "risk", "emotion", "degraded".
    waiting_reason = tables.CharField(max_length=16, blank=True, default="")
    agent = tables.ForeignKey(Account, on_delete=tables.PROTECT, null=True)
    # The next message's place; kept under the conversation's row lock.
    next_place = tables.PositiveIntegerField(default=1)
    # The sealed ledger of placeholders: what [PERSON_1] stands for in this conversation.
    ledger = tables.BinaryField(null=True)
    is_identified = tables.BooleanField(default=False)

    class Meta:
        db_table = "desk_conversation"
        indexes = (
            tables.Index(
                fields=["waiting_since"], condition=Q(state="waiting"), name="desk_waiting_line"
            ),
            tables.Index(
                fields=["agent", "last_at"], condition=Q(state="person"), name="desk_of_agent"
            ),
            tables.Index(fields=["subject", "last_at"], name="desk_of_subject"),
            tables.Index(fields=["last_at"], name="desk_by_time"),
        )

    def __str__(self) -> str:
        return str(self.id)


class Message(tables.Model):
    """One turn. `original` and `working` are envelopes under the subject's key."""

    class Author(tables.TextChoices):
        CUSTOMER = "customer"
        ASSISTANT = "assistant"
        AGENT = "agent"
        SYSTEM = "system"

    class Reply(tables.TextChoices):
        """What becomes of a customer's message; NONE for every other author."""

        NONE = "none"
        PENDING = "pending"
        COMPOSING = "composing"
        DONE = "done"

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = tables.ForeignKey(
        Conversation, on_delete=tables.PROTECT, related_name="messages"
    )
    place = tables.PositiveIntegerField()
    author = tables.CharField(max_length=16, choices=Author.choices)
    account = tables.ForeignKey(Account, on_delete=tables.PROTECT, null=True)
    at = tables.DateTimeField()
    original = tables.BinaryField()
    working = tables.BinaryField()
    # Counts by type of what was found and of secrets that were dropped; never a value.
    found = tables.JSONField(default=dict)
    dropped = tables.JSONField(default=dict)
    reply = tables.CharField(max_length=16, choices=Reply.choices, default=Reply.NONE)
    claimed_at = tables.DateTimeField(null=True)
    # The customer's message that this one answers: at most one answer each.
    answers = tables.OneToOneField(
        "self", on_delete=tables.PROTECT, null=True, related_name="answer"
    )
    # SHA-256 of the Idempotency-Key.
    idempotency = tables.BinaryField(null=True)
    # For the assistant's messages: what they rest on, and how they came about.
    sources = tables.JSONField(default=list)
    outcome = tables.CharField(max_length=16, blank=True, default="")

    class Meta:
        db_table = "desk_message"
        constraints = (
            tables.UniqueConstraint(fields=["conversation", "place"], name="one_message_a_place"),
            tables.UniqueConstraint(
                fields=["conversation", "idempotency"], name="a_key_is_used_once"
            ),
        )
        indexes = (
            tables.Index(
                fields=["at"],
                condition=Q(reply__in=["pending", "composing"]),
                name="desk_unanswered",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Feedback(tables.Model):
    """A thumb on one of the assistant's or agent's messages; the last one counts."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = tables.OneToOneField(Message, on_delete=tables.PROTECT)
    is_helpful = tables.BooleanField()
    at = tables.DateTimeField()

    class Meta:
        db_table = "desk_feedback"

    def __str__(self) -> str:
        return str(self.id)


class Survey(tables.Model):
    """What the customer said of the whole conversation."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = tables.OneToOneField(Conversation, on_delete=tables.PROTECT)
    score = tables.PositiveSmallIntegerField()
    comment = tables.BinaryField(null=True)
    at = tables.DateTimeField()

    class Meta:
        db_table = "desk_survey"
        constraints = (
            tables.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="score_is_1_to_5"),
        )

    def __str__(self) -> str:
        return str(self.id)
