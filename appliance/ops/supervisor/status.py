"""The states of the services in a small file: pages and `doctor` read it, whatever else is down."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from appliance.ops.supervisor.process import Identity, identity

_FILE = "status.json"
State = Literal["starting", "up", "waiting", "stopped"]


@dataclass
class ServiceState:
    """starting: begun, not ready; waiting: died, to be started again; restarts: since boot."""

    state: State = "stopped"
    pid: int = 0
    started: int = 0
    restarts: int = 0
    last_exit: str = ""


def write(run: Path, services: Mapping[str, ServiceState]) -> None:
    said = {
        "pid": os.getpid(),
        "at": datetime.now(UTC).isoformat(),
        "services": {name: asdict(state) for name, state in services.items()},
    }
    temporary = run / f".{_FILE}.{os.getpid()}"
    temporary.write_text(json.dumps(said), encoding="utf-8")
    temporary.replace(run / _FILE)


def read(run: Path) -> dict[str, Any] | None:
    """None where no supervisor has run, or its file was cut short by a power failure."""
    with suppress(OSError, ValueError):
        said: dict[str, Any] = json.loads((run / _FILE).read_text(encoding="utf-8"))
        return said
    return None


def leftovers(run: Path) -> list[Identity]:
    """Processes of the last run that still live."""
    said = read(run) or {"services": {}}
    known = [Identity(one["pid"], one["started"]) for one in said["services"].values()]
    return [one for one in known if one.pid and identity(one.pid) == one]
