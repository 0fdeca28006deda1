"""Running the pipeline beside the requests, so that a cut stream costs nobody an answer.

A web process answers the messages that it took; what it leaves behind when it dies is picked
up by the worker (`recovery.sweep`).
"""

import logging
import queue
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

from django.db import connection

from appliance.assistant.engine import engine
from appliance.assistant.errors import NotPendingError
from appliance.assistant.pipeline import reply_to

_AT_ONCE: Final = 8
_log = logging.getLogger(__name__)
_pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="reply")

Piece = tuple[str, dict[str, object]]
END: Final[Piece] = ("end", {})


def answer_later(message_id: UUID) -> "queue.SimpleQueue[Piece]":
    """Start answering; the returned queue yields the pieces, then END whatever happens."""
    pieces: queue.SimpleQueue[Piece] = queue.SimpleQueue()
    _pool.submit(_answer, message_id, pieces)
    return pieces


def _answer(message_id: UUID, pieces: "queue.SimpleQueue[Piece]") -> None:
    try:
        reply_to(message_id, engine=engine(), emit=lambda kind, data: pieces.put((kind, data)))
    except NotPendingError:
        pass
    except Exception as fault:  # noqa: BLE001 - a thread's edge; the worker tries again
        _log.error("answering failed: %s", type(fault).__name__)
    finally:
        connection.close()
        pieces.put(END)
