"""Stages 8 and 9: the reply becomes a message, and what it rests on becomes evidence.

One transaction: the answer, its sources, the sealed evidence record, the events, and the end
of the customer's wait stand or fall together.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from appliance.assistant.models import Evidence
from appliance.assistant.notices import notice
from appliance.assistant.record import evidence_place, evidence_record, policy_digest
from appliance.assistant.stages import Clock, Composed, Outcome, Question, Reading
from appliance.desk.actions import Actor, Turn, add_turn, locked, put_in_line
from appliance.desk.circumstances import about_message
from appliance.desk.models import Conversation, Message
from appliance.desk.sealing import Words
from audit.actions import append
from audit.events import MessageSent, ReplyComposed, ReplyRefused, ReplyWithheld
from audit.ids import uuid7
from compliance.pii.types import MaskedText, RawText
from compliance.vault.current import vault
from models.understanding.reader import Understanding

ASSISTANT = Actor(name="service:assistant", origin="assistant")


@dataclass(frozen=True)
class Delivery:
    """A finished answer: what was read, what was composed (None for small talk), what is said."""

    reading: Reading
    composed: Composed | None
    said: str
    notice: Outcome = "greeting"

    @property
    def outcome(self) -> str:
        return self.composed.outcome if self.composed else self.notice


@transaction.atomic
def deliver_reply(delivery: Delivery, *, clock: Clock) -> Message | None:
    """Write the answer unless somebody has answered or taken over meanwhile (then None)."""
    question, now = delivery.reading.question, timezone.now()
    conversation = locked(question.conversation_id)
    asked = _ended_wait(question)
    if asked is None or conversation.state != Conversation.State.WITH_ASSISTANT:
        return None
    message = add_turn(
        conversation,
        Turn(
            Message.Author.ASSISTANT,
            Words(RawText(delivery.said), MaskedText(delivery.said)),
            {},
            fields={
                "answers": asked,
                "outcome": delivery.outcome,
                "sources": sources_of(delivery.composed),
            },
        ),
        now=now,
    )
    sealed = _remember(delivery, message, clock, now)
    _record(delivery, message, sealed, clock)
    return message


def _ended_wait(question: Question) -> Message | None:
    """The customer's message, no longer waiting; None where it was not: somebody was faster.

    For a caller that holds the conversation's lock.
    """
    asked = Message.objects.get(pk=question.message_id)
    if asked.reply == Message.Reply.DONE:
        return None
    asked.reply = Message.Reply.DONE
    asked.save(update_fields=["reply"])
    return asked


def sources_of(composed: Composed | None) -> list[dict[str, object]]:
    """Article, version and half-open ranges of what was said, as stored with the message."""
    found: dict[str, dict[str, object]] = {}
    for row in composed.chosen if composed else ():
        entry = found.setdefault(
            str(row.passage.version_id),
            {
                "article": row.passage.slug,
                "version": str(row.passage.version_id),
                "number": row.passage.number,
                "title": row.passage.title,
                "ranges": [],
            },
        )
        ranges = entry["ranges"]
        assert isinstance(ranges, list)
        ranges.append([row.sentence.start, row.sentence.end])
    return list(found.values())


def _remember(delivery: Delivery, message: Message, clock: Clock, now: datetime) -> bytes:
    """Seal the evidence record under the customer's key. Returns its commitment."""
    row_id = uuid7()
    place = evidence_place(row_id, delivery.reading.question.subject_id)
    envelope, digest = vault().seal_committed(evidence_record(delivery, clock), place)
    Evidence.objects.create(id=row_id, message=message, record=envelope, digest=digest, at=now)
    return digest


def _record(delivery: Delivery, message: Message, sealed: bytes, clock: Clock) -> None:
    question, composed = delivery.reading.question, delivery.composed
    common = about_message(message.pk, question.subject_id, ASSISTANT.name, ASSISTANT.origin)
    if composed is not None and composed.outcome == "refused":
        append(ReplyRefused(**common, sealed=sealed, reason="no_supported_answer"))
    elif composed is not None and composed.outcome == "withheld":
        append(ReplyWithheld(**common, sealed=sealed, rule=str(composed.parameters["rule"])))
    else:
        append(
            ReplyComposed(
                **common,
                sealed=sealed,
                policy=policy_digest(),
                knowledge=tuple(
                    f"{row.passage.version_id}" for row in (composed.chosen if composed else ())
                ),
                mode="verbatim" if composed else "notice",
                sentences=len(composed.chosen) if composed else 1,
                stages_us=dict(clock.stages),
                model=composed.model_digest if composed else None,
            )
        )
    append(MessageSent(**common, length=len(delivery.said)))


@transaction.atomic
def deliver_handover(
    question: Question, understood: Understanding, *, reason: str, clock: Clock
) -> None:
    """Put the customer in the line for a person, and say so; never blocked by anything."""
    now = timezone.now()
    conversation = locked(question.conversation_id)
    asked = _ended_wait(question)
    if asked is None or conversation.state != Conversation.State.WITH_ASSISTANT:
        return
    said = notice("handover", question.language)
    message = add_turn(
        conversation,
        Turn(
            Message.Author.SYSTEM,
            Words(RawText(said), MaskedText(said)),
            {},
            fields={"answers": asked, "outcome": "handover"},
        ),
        now=now,
    )
    delivery = Delivery(Reading(question, understood, ()), None, said, notice="handover")
    sealed = _remember(delivery, message, clock, now)
    put_in_line(conversation, reason=reason, actor=ASSISTANT, now=now)
    append(
        MessageSent(
            **about_message(message.pk, question.subject_id, ASSISTANT.name, ASSISTANT.origin),
            sealed=sealed,
            length=len(said),
        )
    )
