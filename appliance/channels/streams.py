"""What flows to a customer's browser. A generator here holds no connection while it waits."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Final, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import InterfaceError, OperationalError, connection

from appliance.assistant.answering import END, Piece
from appliance.assistant.intake import Received
from appliance.channels.errors import GoneError
from appliance.channels.shapes import messages_out, state_out
from appliance.desk.models import Conversation, Message
from appliance.desk.queries import PAGE, turns_after
from appliance.web.fanout import HUB
from appliance.web.sse import COMMENT, event
from compliance.vault.errors import VaultError

# A wake-up can be lost with a connection; so often the stream looks for itself.
_LOOK_S: Final = 15.0
# A stream ends itself after an hour; the browser comes back with its last event id.
_LONGEST_S: Final = 3600.0
# As long as it takes until the worker answers what a dead process had begun.
_PATIENCE_S: Final = 60.0
# While the database is away.
_RETRY_S: Final = 1.0
_Seen = TypeVar("_Seen")


def answer_stream(
    conversation_id: UUID,
    received: Received,
    accepted: dict[str, object],
    pieces: "queue.SimpleQueue[Piece]",
) -> Iterator[bytes]:
    """The acknowledgement, the answer's pieces as they pass the guard, and the whole answer.

    The answer may come from elsewhere: an earlier request with the same key, or the worker.
    """
    with suppress(GoneError):
        yield from _answer(conversation_id, received, accepted, pieces)


def _answer(
    conversation_id: UUID,
    received: Received,
    accepted: dict[str, object],
    pieces: "queue.SimpleQueue[Piece]",
) -> Iterator[bytes]:
    ends = time.monotonic() + _PATIENCE_S
    yield event("accepted", accepted)
    with HUB.watching(f"conversation:{conversation_id}") as woken:
        yield from _pieces(pieces, ends)
        while True:
            woken.clear()
            told = _looked(partial(_told, conversation_id, received.message_id))
            left = ends - time.monotonic()
            if (told is not None and told.is_over) or left <= 0:
                break
            if not woken.wait(min(left, _RETRY_S if told is None else _LOOK_S)):
                yield COMMENT
    if told is None:
        # The database is away: the browser asks again and hears the rest.
        return
    if told.answer is not None:
        yield event("reply", told.answer, id_=str(told.answer["place"]))
    yield event("done", told.state)


def _pieces(pieces: "queue.SimpleQueue[Piece]", ends: float) -> Iterator[bytes]:
    while True:
        try:
            kind, data = pieces.get(timeout=max(0.0, ends - time.monotonic()))
        except queue.Empty:
            return
        if (kind, data) == END:
            return
        yield event(kind, data)


@dataclass(frozen=True)
class _Told:
    """What is known of one message's answer; is_over: nothing more will come."""

    is_over: bool
    answer: dict[str, object] | None
    state: dict[str, object]


def _told(conversation_id: UUID, message_id: UUID) -> _Told:
    asked = Message.objects.select_related("conversation").get(
        pk=message_id,
        conversation_id=conversation_id,
        conversation__subject__erasure_began_at=None,
    )
    is_over = asked.reply in {Message.Reply.DONE, Message.Reply.NONE}
    place = Message.objects.filter(answers=asked).values_list("place", flat=True).first()
    answer = None
    if place is not None:
        answer = messages_out(turns_after(asked.conversation, place - 1, form="raw", most=1))[0]
    return _Told(is_over, answer, state_out(asked.conversation))


def _looked(look: Callable[[], _Seen]) -> _Seen | None:
    """Give the connection back in any case; None while the database is away.

    Raises: GoneError, also where the customer's key went while the stream was open.
    """
    try:
        return look()
    except (OperationalError, InterfaceError):
        return None
    except (ObjectDoesNotExist, VaultError) as fault:
        raise GoneError from fault
    finally:
        connection.close()


def conversation_stream(conversation_id: UUID, after: int, left: Event) -> Iterator[bytes]:
    """Messages behind `after`, then whatever comes, until the browser goes or an hour is over.

    left: set when the stream is to end before. It also ends with its customer's erasure.
    """
    with suppress(GoneError):
        yield from _conversation(conversation_id, after, left)


def _conversation(conversation_id: UUID, after: int, left: Event) -> Iterator[bytes]:
    ends = time.monotonic() + _LONGEST_S
    before: dict[str, object] | None = None
    with HUB.watching(f"conversation:{conversation_id}") as woken:
        while time.monotonic() < ends and not left.is_set():
            woken.clear()
            news = _looked(partial(_news, conversation_id, after))
            if news is None:
                yield COMMENT
                woken.wait(_RETRY_S)
                continue
            messages, state = news
            for message in messages:
                after = int(str(message["place"]))
                yield event("message", message, id_=after)
            if state != before:
                before = state
                yield event("state", state)
            # A full page: there may be another at once.
            if len(messages) == PAGE or left.is_set():
                continue
            if not woken.wait(_LOOK_S):
                yield COMMENT


def _news(conversation_id: UUID, after: int) -> tuple[list[dict[str, object]], dict[str, object]]:
    conversation = Conversation.objects.get(pk=conversation_id, subject__erasure_began_at=None)
    turns = turns_after(conversation, after, form="raw")
    return messages_out(turns), state_out(conversation)
