"""What does not work right now, by the supervisor's word: cheap enough for every page."""

import time
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from appliance.config import config
from appliance.ops.supervisor import status

_KEEP_S: Final = 2.0
# Without a supervisor (systemd starts the services on the appliance) nothing is claimed.
_LIFE: Final = timedelta(seconds=10)
_held: tuple[float, list[str]] = (float("-inf"), [])


def degraded_parts() -> list[str]:
    """Names of services that are not up, in order; empty when all is well or nobody knows."""
    global _held  # noqa: PLW0603 - one answer for all requests of two seconds
    now = time.monotonic()
    if now - _held[0] > _KEEP_S:
        _held = (now, _read())
    return _held[1]


def _read() -> list[str]:
    said = status.read(config().run)
    if said is None or timezone.now() - datetime.fromisoformat(said["at"]) > _LIFE:
        return []
    return sorted(name for name, one in said["services"].items() if one["state"] != "up")
