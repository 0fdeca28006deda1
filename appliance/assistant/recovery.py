"""Answers that were lost with a process: found and given by the worker."""

import logging
from datetime import timedelta
from typing import Final

from django.utils import timezone

from appliance.assistant.engine import engine
from appliance.assistant.errors import NotPendingError
from appliance.assistant.pipeline import reply_to, unanswered

# A web process answers its own messages at once; older ones have lost theirs.
_OLDER_THAN: Final = timedelta(seconds=5)
_log = logging.getLogger(__name__)


def sweep() -> int:
    """Answer every message left behind. Returns how many were answered."""
    answered = 0
    for message_id in unanswered(timezone.now(), older_than=_OLDER_THAN):
        try:
            reply_to(message_id, engine=engine(), emit=lambda _kind, _data: None)
        except NotPendingError:
            continue
        except Exception as fault:  # noqa: BLE001 - one bad message may not hold up the rest
            _log.error("recovery failed: %s", type(fault).__name__)
            continue
        answered += 1
    return answered
