"""What flows to an agent's page: ids of what changed; the page fetches what it may see."""

import time
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from appliance.desk.models import Conversation
from appliance.desk.queries import waiting_line
from appliance.web.fanout import HUB
from appliance.web.sse import COMMENT, event

_LOOK_S: Final = 15.0
_LONGEST_S: Final = 3600.0
# While the database is away.
_RETRY_S: Final = 1.0


def desk_stream(conversation_id: UUID | None) -> Iterator[bytes]:
    """`line` when the waiting line changes, `conversation` when the open one does."""
    ends = time.monotonic() + _LONGEST_S
    topics = ["desk"] + ([f"conversation:{conversation_id}"] if conversation_id else [])
    line: list[str] | None = None
    seen: tuple[object, ...] | None = None
    with HUB.watching(*topics) as woken:
        while time.monotonic() < ends:
            woken.clear()
            try:
                now_line, now_seen = _look(conversation_id)
            except (OperationalError, InterfaceError):
                # The page outlives a restart of the database: a browser whose stream is
                # refused once does not ask again.
                yield COMMENT
                woken.wait(_RETRY_S)
                continue
            if now_line != line:
                line = now_line
                yield event("line", {"waiting": len(now_line)})
            if now_seen != seen:
                seen = now_seen
                yield event("conversation", _changed(conversation_id, now_seen))
            if not woken.wait(_LOOK_S):
                yield COMMENT


def _changed(conversation_id: UUID | None, seen: tuple[object, ...] | None) -> dict[str, object]:
    """Enough for the page to tell whether it shows this already."""
    state, next_place = (seen or (None, None))[:2]
    return {"id": str(conversation_id), "state": state, "next_place": next_place}


def _look(conversation_id: UUID | None) -> tuple[list[str], tuple[object, ...] | None]:
    try:
        line = [str(row.id) for row in waiting_line()]
        if conversation_id is None:
            return line, None
        found = Conversation.objects.filter(pk=conversation_id)
        return line, found.values_list("state", "next_place", "agent").first()
    finally:
        connection.close()
