"""What flows to a customer's browser. A generator here holds no connection while it waits."""

import queue
import time
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.db import connection

from appliance.assistant.answering import END, Piece
from appliance.assistant.intake import Received
from appliance.channels.shapes import messages_out, state_out
from appliance.desk.models import Conversation, Message
from appliance.desk.queries import turns_after
from appliance.web.fanout import HUB
from appliance.web.sse import COMMENT, event

# A wake-up can be lost with a connection; so often the stream looks for itself.
_LOOK_S: Final = 15.0
# A stream ends itself after an hour; the browser comes back with its last event id.
_LONGEST_S: Final = 3600.0
_PATIENCE_S: Final = 30.0


def answer_stream(
    conversation_id: UUID,
    received: Received,
    accepted: dict[str, object],
    pieces: "queue.SimpleQueue[Piece] | None",
) -> Iterator[bytes]:
    """The acknowledgement, the answer's pieces as they pass the guard, and the whole answer."""
    yield event("accepted", accepted)
    if pieces is not None:
        yield from _pieces(pieces)
    answer = _answer(conversation_id, received.message_id)
    if answer is not None:
        yield event("reply", answer, id_=str(answer["place"]))
    yield event("done", _state(conversation_id))


def _pieces(pieces: "queue.SimpleQueue[Piece]") -> Iterator[bytes]:
    while True:
        try:
            kind, data = pieces.get(timeout=_PATIENCE_S)
        except queue.Empty:
            return
        if (kind, data) == END:
            return
        yield event(kind, data)


def _answer(conversation_id: UUID, message_id: UUID) -> dict[str, object] | None:
    try:
        held = (
            Message.objects.filter(answers_id=message_id, conversation_id=conversation_id)
            .select_related("conversation")
            .first()
        )
        if held is None:
            return None
        turns = turns_after(held.conversation, held.place - 1, form="raw")
        return messages_out(turns[:1])[0]
    finally:
        connection.close()


def _state(conversation_id: UUID) -> dict[str, object]:
    try:
        return state_out(Conversation.objects.get(pk=conversation_id))
    finally:
        connection.close()


def conversation_stream(conversation_id: UUID, after: int) -> Iterator[bytes]:
    """Messages behind `after`, then whatever comes, until the browser goes or an hour is over."""
    ends = time.monotonic() + _LONGEST_S
    before: dict[str, object] | None = None
    with HUB.watching(f"conversation:{conversation_id}") as woken:
        while time.monotonic() < ends:
            woken.clear()
            messages, state = _news(conversation_id, after)
            for message in messages:
                after = int(str(message["place"]))
                yield event("message", message, id_=after)
            if state != before:
                before = state
                yield event("state", state)
            if not woken.wait(_LOOK_S):
                yield COMMENT


def _news(conversation_id: UUID, after: int) -> tuple[list[dict[str, object]], dict[str, object]]:
    try:
        conversation = Conversation.objects.get(pk=conversation_id)
        turns = turns_after(conversation, after, form="raw")
        return messages_out(turns), state_out(conversation)
    finally:
        connection.close()
