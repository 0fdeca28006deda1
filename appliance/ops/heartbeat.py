"""Signs of life: a row that pages read, and a file that the supervisor reads."""

import json
import os
from collections.abc import Mapping

from django.utils import timezone

from appliance.config import config
from appliance.ops.models import Heartbeat


def beat(service: str, state: Mapping[str, int | float | str | None]) -> None:
    """Say that the service lives, with a few numbers about it. Raises: django.db.Error."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(
        service=service, defaults={"at": now, "state": {"pid": os.getpid(), **state}}
    )
    path = config().run / f"beat-{service}.json"
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps({"pid": os.getpid(), "at": now.isoformat()}), encoding="ascii")
    temporary.replace(path)
