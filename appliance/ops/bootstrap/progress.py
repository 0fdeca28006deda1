"""What the person sees: one line a step with the time that it takes, and why one failed."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from appliance.ops.bootstrap.errors import StepFailedError

# Seconds between two signs of life: often where the line can be rewritten, rarely in a log.
_ON_TERMINAL = 1.0
_IN_LOG = 20.0
_SHOWN_LINES = 25


@dataclass
class Progress:
    """Runs programs with their output in `log`, and shows how long each has been at it."""

    log: Path
    started: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def run(
        self,
        what: str,
        words: Sequence[str],
        *,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Raises: StepFailedError, after showing the end of what the program said."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with self.log.open("ab") as sink:
            sink.write(f"\n=== {what}\n".encode())
            sink.flush()
            place = sink.tell()
            process = subprocess.Popen(  # noqa: S603 - our own words, no shell
                words,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**os.environ, **(environment or {})},
            )
            try:
                self._wait(what, process, began)
            except BaseException:
                process.terminate()
                process.wait()
                raise
        if process.returncode != 0:
            self._explain(place)
            raise StepFailedError(
                f"{what}: {Path(words[0]).name} ended with {process.returncode}; "
                f"all that it said is in {self.log}"
            )

    def _wait(self, what: str, process: "subprocess.Popen[bytes]", began: float) -> None:
        terminal = sys.stdout.isatty()
        pause = _ON_TERMINAL if terminal else _IN_LOG
        if not terminal:
            self.say(f"  {what} …")
        while True:
            try:
                process.wait(pause)
            except subprocess.TimeoutExpired:
                seconds = time.monotonic() - began
                line = f"  {what} … {seconds:.0f} s"
                if terminal:
                    sys.stdout.write(f"\r{line}")
                    sys.stdout.flush()
                else:
                    self.say(line)
            else:
                break
        end = "done" if process.returncode == 0 else "FAILED"
        start = "\r" if terminal else ""
        self.say(f"{start}  {what} … {end} in {time.monotonic() - began:.0f} s")

    def _explain(self, place: int) -> None:
        text = self.log.read_bytes()[place:].decode("utf-8", "replace")
        for line in text.splitlines()[-_SHOWN_LINES:]:
            self.say(f"    | {line}")
