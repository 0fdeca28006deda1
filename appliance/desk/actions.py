"""What customers, the assistant and agents do in a conversation.

Every action takes the conversation's row lock first, so places are dense, two agents cannot
answer at once, and a hand-over is never overtaken by an answer that was on its way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from appliance.accounts.models import Account
from appliance.desk.circumstances import Circumstances, about_conversation
from appliance.desk.errors import (
    ConversationClosedError,
    NotFoundError,
    NotYoursError,
)
from appliance.desk.models import Conversation, Feedback, Message, Survey
from appliance.desk.queries import is_held_by
from appliance.desk.sealing import Words, seal_comment, seal_words
from appliance.web.fanout import announce
from audit.actions import append
from audit.events import (
    ConversationBegun,
    ConversationClosed,
    ConversationReturned,
    ConversationTaken,
    FeedbackGiven,
    HandoverRequested,
    MessageSent,
    SecretDropped,
    SurveyAnswered,
)
from audit.ids import uuid7
from compliance.pii.secrets import screen
from compliance.pii.types import RawText
from compliance.privacy.models import DataSubject

Author = Message.Author
State = Conversation.State
# Where a conversation stands and with whom: what changes when it changes hands.
_STANDING: Final = ("state", "agent", "waiting_since", "waiting_reason")


@dataclass(frozen=True)
class Actor:
    """Who acts, as the trail names them, and by which way they came."""

    name: str
    origin: str
    account: Account | None = None


@transaction.atomic
def begin_conversation(
    subject: DataSubject,
    *,
    channel: str,
    language: str,
    is_identified: bool,
    actor: Actor,
    now: datetime,
) -> Conversation:
    made = Conversation.objects.create(
        subject=subject,
        channel=channel,
        language=language,
        begun_at=now,
        last_at=now,
        is_identified=is_identified,
    )
    append(ConversationBegun(**_of(made, actor), channel=channel, language=language))
    return made


def locked(conversation_id: UUID) -> Conversation:
    """The conversation under its row lock. Raises NotFoundError."""
    try:
        return Conversation.objects.select_for_update().get(pk=conversation_id)
    except Conversation.DoesNotExist as fault:
        raise NotFoundError from fault


@dataclass(frozen=True)
class Turn:
    """What is about to be written into a conversation."""

    author: Message.Author
    words: Words
    found: Mapping[str, int]
    account: Account | None = None
    fields: Mapping[str, object] | None = None


def add_turn(conversation: Conversation, turn: Turn, *, now: datetime) -> Message:
    """Write a message at the next place of a conversation that the caller has locked."""
    message_id = uuid7()
    original, working = seal_words(turn.words, message=message_id, subject=conversation.subject_id)
    message = Message.objects.create(
        id=message_id,
        conversation=conversation,
        place=conversation.next_place,
        author=turn.author,
        account=turn.account,
        at=now,
        original=original,
        working=working,
        found=dict(turn.found),
        **(turn.fields or {}),
    )
    conversation.next_place += 1
    conversation.last_at = now
    conversation.save(update_fields=["next_place", "last_at", "ledger"])
    announce(f"conversation:{conversation.pk}")
    return message


@transaction.atomic
def request_person(conversation_id: UUID, *, reason: str, actor: Actor, now: datetime) -> bool:
    """Put the conversation into the waiting line. It can never be refused.

    Returns: whether anything changed: asking twice keeps the first place in the line.
    Raises:  ConversationClosedError.
    """
    conversation = locked(conversation_id)
    if conversation.state == State.CLOSED:
        raise ConversationClosedError
    if conversation.state != State.WITH_ASSISTANT:
        return False
    put_in_line(conversation, reason=reason, actor=actor, now=now)
    return True


def put_in_line(conversation: Conversation, *, reason: str, actor: Actor, now: datetime) -> None:
    """The same for a caller that holds the lock and has checked the state."""
    conversation.state = State.WAITING
    conversation.waiting_since, conversation.waiting_reason = now, reason
    conversation.save(update_fields=_STANDING)
    append(HandoverRequested(**_of(conversation, actor), reason=reason))
    announce("desk", f"conversation:{conversation.pk}")


@transaction.atomic
def take_conversation(conversation_id: UUID, *, agent: Actor, now: datetime) -> Conversation:
    """Make this agent the one who answers. Raises NotYoursError, ConversationClosedError."""
    conversation = locked(conversation_id)
    if conversation.state == State.CLOSED:
        raise ConversationClosedError
    assert agent.account is not None
    if conversation.agent_id not in {None, agent.account.pk}:
        raise NotYoursError
    if conversation.state == State.WITH_PERSON:
        return conversation
    conversation.state, conversation.agent = State.WITH_PERSON, agent.account
    conversation.waiting_since, conversation.waiting_reason = None, ""
    conversation.last_at = now
    conversation.save(update_fields=[*_STANDING, "last_at"])
    append(ConversationTaken(**_of(conversation, agent)))
    announce("desk", f"conversation:{conversation.pk}")
    return conversation


@transaction.atomic
def answer_as_agent(conversation_id: UUID, turn: Turn, *, agent: Actor, now: datetime) -> Message:
    """Write to the customer. Raises NotYoursError when the agent has not taken it."""
    conversation = _held_by(conversation_id, agent)
    message = add_turn(conversation, turn, now=now)
    append(MessageSent(**_of(conversation, agent), length=len(turn.words.original)))
    return message


@transaction.atomic
def hand_back(conversation_id: UUID, *, agent: Actor, now: datetime) -> None:
    """Give the conversation back to the assistant."""
    conversation = _held_by(conversation_id, agent)
    conversation.state, conversation.agent = State.WITH_ASSISTANT, None
    conversation.last_at = now
    conversation.save(update_fields=[*_STANDING, "last_at"])
    append(ConversationReturned(**_of(conversation, agent)))
    announce("desk", f"conversation:{conversation.pk}")


def _held_by(conversation_id: UUID, agent: Actor) -> Conversation:
    conversation = locked(conversation_id)
    assert agent.account is not None
    if conversation.state == State.CLOSED:
        raise ConversationClosedError
    if not is_held_by(conversation, agent.account):
        raise NotYoursError
    return conversation


@transaction.atomic
def close_conversation(conversation_id: UUID, *, actor: Actor, now: datetime) -> None:
    """End a conversation; ending it twice changes nothing.

    Raises: NotYoursError for an agent who does not answer it; its customer always may.
    """
    conversation = locked(conversation_id)
    if conversation.state == State.CLOSED:
        return
    if actor.account is not None and not is_held_by(conversation, actor.account):
        raise NotYoursError
    conversation.state, conversation.last_at = State.CLOSED, now
    conversation.waiting_since, conversation.waiting_reason = None, ""
    conversation.save(update_fields=[*_STANDING, "last_at"])
    append(ConversationClosed(**_of(conversation, actor), messages=conversation.next_place - 1))
    announce("desk", f"conversation:{conversation.pk}")


@transaction.atomic
def give_feedback(
    conversation_id: UUID, message_id: UUID, *, is_helpful: bool, actor: Actor, now: datetime
) -> None:
    """A thumb up or down on an answer; the last one counts. Raises NotFoundError."""
    conversation = locked(conversation_id)
    answer = Message.objects.filter(
        pk=message_id,
        conversation=conversation,
        author__in=[Author.ASSISTANT, Author.AGENT],
    ).first()
    if answer is None:
        raise NotFoundError
    Feedback.objects.update_or_create(
        message=answer, defaults={"is_helpful": is_helpful, "at": now}
    )
    append(FeedbackGiven(**_of(conversation, actor), helpful=is_helpful))


@transaction.atomic
def answer_survey(
    conversation_id: UUID, *, score: int, comment: str, actor: Actor, now: datetime
) -> bool:
    """Keep the customer's score, 1 to 5, and what they say, without secrets.

    Returns: False when there was one already.
    """
    screened = screen(RawText(comment))
    conversation = locked(conversation_id)
    if Survey.objects.filter(conversation=conversation).exists():
        return False
    survey = Survey(id=uuid7(), conversation=conversation, score=score, at=now)
    if screened.text:
        survey.comment = seal_comment(
            screened.text, survey=survey.pk, subject=conversation.subject_id
        )
    survey.save(force_insert=True)
    if screened.dropped:
        types = tuple(sorted(set(screened.dropped)))
        append(SecretDropped(**_of(conversation, actor), types=types))
    append(SurveyAnswered(**_of(conversation, actor), score=score))
    return True


def _of(conversation: Conversation, actor: Actor) -> Circumstances:
    return about_conversation(conversation, actor.name, actor.origin)
