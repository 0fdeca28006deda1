"""Answers that were lost with a process: found and given by the worker."""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from appliance.assistant.deliver import ASSISTANT
from appliance.assistant.engine import engine
from appliance.assistant.errors import NotPendingError
from appliance.assistant.pipeline import reply_to, unanswered
from appliance.desk.actions import locked, put_in_line
from appliance.desk.models import Conversation, Message

# A web process answers its own messages at once; older ones have lost theirs.
_OLDER_THAN: Final = timedelta(seconds=5)
# So long a message is tried again; then a person answers it.
_TRIED_FOR: Final = timedelta(minutes=2)
_log = logging.getLogger(__name__)


def sweep() -> int:
    """Answer every message left behind. Returns how many were answered.

    Raises: OperationalError, InterfaceError: without a database nothing can be tried.
    """
    answered = 0
    for message_id in unanswered(timezone.now(), older_than=_OLDER_THAN):
        try:
            reply_to(message_id, engine=engine(), emit=lambda _kind, _data: None)
        except NotPendingError:
            continue
        except (OperationalError, InterfaceError):
            raise
        except Exception as fault:  # noqa: BLE001 - one bad message may not hold up the rest
            _log.error("recovery failed: %s", type(fault).__name__)
            _give_up(message_id, timezone.now())
            continue
        answered += 1
    return answered


@transaction.atomic
def _give_up(message_id: UUID, now: datetime) -> None:
    """Hand what cannot be answered to a person, or it would stand before all others for ever."""
    asked = Message.objects.get(pk=message_id)
    if asked.at > now - _TRIED_FOR:
        return
    conversation = locked(asked.conversation_id)
    is_open = Message.objects.filter(
        pk=message_id, reply__in=[Message.Reply.PENDING, Message.Reply.COMPOSING]
    )
    if not is_open.update(reply=Message.Reply.DONE):
        return
    is_erased = conversation.subject.erasure_began_at is not None
    if conversation.state == Conversation.State.WITH_ASSISTANT and not is_erased:
        put_in_line(conversation, reason="degraded", actor=ASSISTANT, now=now)
