"""One supervisor per installation: a lock that the kernel lets go of, however its holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.ops.errors import AlreadyRunningError


@contextmanager
def only_one(run: Path) -> Iterator[None]:
    """Raises: AlreadyRunningError."""
    with (run / "supervisor.lock").open("a+", encoding="ascii") as held:
        held.seek(0)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise AlreadyRunningError(run.parent, held.read().strip()) from fault
        held.truncate(0)
        held.write(f"{os.getpid()}\n")
        held.flush()
        yield


def holder(run: Path) -> int | None:
    """The process that runs this installation, if one does."""
    try:
        with (run / "supervisor.lock").open("r+", encoding="ascii") as looked:
            try:
                fcntl.flock(looked, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                text = looked.read().strip()
                return int(text) if text.isdecimal() else None
    except FileNotFoundError:
        pass
    return None
