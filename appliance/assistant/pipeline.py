"""The path of one message, from claim to remembrance. Each stage is a function of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from appliance.assistant.compose import compose
from appliance.assistant.deliver import Delivery, deliver_handover, deliver_reply
from appliance.assistant.errors import NotPendingError
from appliance.assistant.guarding import guarded
from appliance.assistant.notices import notice
from appliance.assistant.stages import Clock, Composed, Question, Reading
from appliance.assistant.understanding import understand
from appliance.desk.models import Message
from appliance.desk.sealing import open_working
from appliance.knowledge.queries import search
from models.engine.client import EngineClient

Emit = Callable[[str, dict[str, object]], None]

# A claim older than this belongs to a process that is gone: three times the longest an engine
# may take and a busy machine adds. Should it live after all, the first to deliver counts.
CLAIM: Final = timedelta(seconds=15)
_SMALL_TALK: Final = "greeting"
# Longer than this, a greeting leads up to a question.
_SHORT: Final = 24


def reply_to(message_id: UUID, *, engine: EngineClient, emit: Emit) -> None:
    """Answer one customer's message, once.

    emit: called with ("sentence", {…}) as each piece passes the guard.
    Raises: NotPendingError when it is answered already or being answered.
    """
    clock = Clock()
    question = claim(message_id, now=timezone.now())
    with clock.stage("understand"):
        understood = understand(question.working)
    if understood.handover:
        reason = understood.handover[0].partition(":")[0]
        deliver_handover(question, understood, reason=reason, clock=clock)
        return
    if understood.intent == _SMALL_TALK and len(question.working) <= _SHORT:
        said = notice("greeting", question.language)
        deliver_reply(Delivery(Reading(question, understood, ()), None, said), clock=clock)
        return
    with clock.stage("retrieve"):
        passages = search(
            question.working,
            language=question.language,
            audiences=["public"],
            now=timezone.now(),
        )
    reading = Reading(question, understood, tuple(passages))
    with clock.stage("compose"):
        composed = compose(reading, engine)
    with clock.stage("guard"):
        said, composed = guarded(composed, question.language, partial(_say, emit, composed))
    deliver_reply(Delivery(reading, composed, said), clock=clock)


def _say(emit: Emit, composed: Composed, text: str) -> None:
    emit("delta", {"text": text, "outcome": composed.outcome})


@transaction.atomic
def claim(message_id: UUID, *, now: datetime) -> Question:
    """Make this process the one that answers. Raises NotPendingError."""
    stale = Q(reply=Message.Reply.COMPOSING, claimed_at__lt=now - CLAIM)
    taken = (
        Message.objects.filter(pk=message_id)
        .filter(Q(reply=Message.Reply.PENDING) | stale)
        .update(reply=Message.Reply.COMPOSING, claimed_at=now)
    )
    if not taken:
        raise NotPendingError
    message = Message.objects.select_related("conversation").get(pk=message_id)
    conversation = message.conversation
    return Question(
        message_id=message.pk,
        conversation_id=conversation.pk,
        subject_id=conversation.subject_id,
        language="zh" if conversation.language.startswith("zh") else "en",
        working=open_working(message, conversation.subject_id),
    )


def unanswered(now: datetime, *, older_than: timedelta) -> list[UUID]:
    """Messages whose answer was lost with a process, oldest first."""
    stale = Q(reply=Message.Reply.COMPOSING, claimed_at__lt=now - CLAIM)
    waiting = Q(reply=Message.Reply.PENDING, at__lt=now - older_than)
    found = Message.objects.filter(waiting | stale).order_by("at")
    return list(found.values_list("pk", flat=True)[:100])
