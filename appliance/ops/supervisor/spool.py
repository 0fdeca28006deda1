"""What happened to services, until the worker has recorded it in the log.

The supervisor writes while the database may be down. The worker takes the file away under
the same lock, records its lines in one transaction together with the name of the batch, and
removes it: a crash in between neither loses a line nor records it twice.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

_SPOOL, _TAKEN = "service-events.jsonl", "service-events.taken"


def note(run: Path, *, service: str, what: str, reason: str = "-") -> None:
    """what: "started", "stopped" or "failed"."""
    line = {"at": datetime.now(UTC).isoformat(), "service": service, "what": what, "why": reason}
    # A line break before as well: what a power failure cut short stays a line of its own.
    with _locked(run), (run / _SPOOL).open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(line) + "\n")


def take(run: Path) -> tuple[str, list[dict[str, Any]]] | None:
    """The batch to record, with its name; the same again until `forget`."""
    taken = sorted(run.glob(f"{_TAKEN}.*"))
    if not taken:
        with _locked(run):
            if not (run / _SPOOL).exists():
                return None
            target = run / f"{_TAKEN}.{uuid4().hex}"
            (run / _SPOOL).rename(target)
        taken = [target]
    lines = taken[0].read_text(encoding="utf-8").splitlines()
    return taken[0].suffix[1:], [found for line in lines if (found := _parsed(line)) is not None]


def _parsed(line: str) -> dict[str, Any] | None:
    """None for blank lines and for those that a power failure cut short."""
    try:
        found: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found


def forget(run: Path, batch: str) -> None:
    (run / f"{_TAKEN}.{batch}").unlink(missing_ok=True)


@contextmanager
def _locked(run: Path) -> Iterator[None]:
    with (run / "spool.lock").open("a", encoding="ascii") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
