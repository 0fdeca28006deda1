"""Loading what the first answer needs before the first customer asks."""

import logging
import time

from django.db import connection

from appliance.assistant.understanding import understand
from appliance.knowledge.routing import routes
from compliance.grading.current import packs
from compliance.pii.engine import detector
from compliance.pii.types import MaskedText, RawText

_log = logging.getLogger(__name__)
_LANGUAGES = ("zh", "en")


def warm() -> None:
    """Detector, readers, policy and routing, each used once. Never raises: a box that cannot
    warm up answers its first customer late, or says what is degraded.
    """
    began = time.monotonic()
    try:
        packs()
        detector().find(RawText("13800138000"))
        understand(MaskedText("?"))
        for language in _LANGUAGES:
            routes("?", language=language)
    except Exception as fault:  # noqa: BLE001 - a process edge: serving cold beats not serving
        _log.warning("began cold: %s", type(fault).__name__)
    finally:
        connection.close()
    _log.info("warm after %.1f s", time.monotonic() - began)
