"""Naming a process beyond doubt: its number and the moment it began."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_STATE, _START_TIME = 0, 19


class Identity(NamedTuple):
    """started: clock ticks since boot, field 22 of /proc/PID/stat; see proc(5)."""

    pid: int
    started: int


def identity(pid: int) -> Identity | None:
    """None for a process that has ended, reaped or not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name in parentheses may itself hold spaces and parentheses.
    fields = text.rpartition(")")[2].split()
    return None if fields[_STATE] in {"Z", "X"} else Identity(pid, int(fields[_START_TIME]))


def end_leftovers(left: Iterable[Identity], *, patience_s: float) -> None:
    """Wait for processes of an earlier run, which are on their way out; then kill."""
    deadline = time.monotonic() + patience_s
    living = list(left)
    while living and time.monotonic() < deadline:
        living = [one for one in living if identity(one.pid) == one]
        if living:
            time.sleep(0.05)
    for one in living:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(one.pid, signal.SIGKILL)
