"""One service's process over time: started, ready, dead, started again with growing pauses."""

import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from appliance.ops.supervisor import spool
from appliance.ops.supervisor.process import identity
from appliance.ops.supervisor.services import Service
from appliance.ops.supervisor.status import ServiceState

# Seconds before each new start in a row; the last one repeats.
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
# A service that stayed up for so long has recovered.
_STEADY_S = 30.0
# Readiness is asked for at most this often.
_ASK_S = 0.2


class Child:
    """Driven by `tick`, a few times a second."""

    def __init__(self, service: Service, *, logs: Path, run: Path) -> None:
        self.service = service
        self.state = ServiceState()
        self._logs = logs
        self._run = run
        self._process: subprocess.Popen[bytes] | None = None
        self._began = self._asked = self._due = 0.0
        self._failures = 0
        self._restart_reason = ""

    @property
    def is_up(self) -> bool:
        return self.state.state == "up"

    def start(self) -> None:
        log = self._logs / f"{self.service.name}.out"
        with log.open("ab") as sink:
            self._process = subprocess.Popen(  # noqa: S603 - our own words, no shell
                self.service.words(),
                env=dict(self.service.environment),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                cwd=self.service.cwd,
                pass_fds=self.service.descriptors,
                # Ctrl-C reaches the whole foreground group; the order of the end is ours.
                start_new_session=True,
            )
        self._began = time.monotonic()
        found = identity(self._process.pid)
        self.state.state = "starting"
        self.state.pid, self.state.started = self._process.pid, found.started if found else 0

    def tick(self) -> None:
        """Notice a death, a readiness, or that a new start is due."""
        now = time.monotonic()
        if self.state.state == "waiting":
            if now >= self._due:
                self.state.restarts += 1
                self.start()
        elif self._process is not None and self._process.poll() is not None:
            self._died(now)
        elif self.state.state == "starting":
            self._ask(now)
        elif self._failures and now - self._began > _STEADY_S:
            self._failures = 0

    def _ask(self, now: float) -> None:
        if now - self._asked < _ASK_S:
            return
        self._asked = now
        if self.service.is_ready(self.state.pid):
            self.state.state = "up"
            spool.note(self._run, service=self.service.name, what="started")
        elif now - self._began > self.service.ready_s and self._process is not None:
            self._process.kill()

    def _died(self, now: float) -> None:
        if self._restart_reason:
            spool.note(
                self._run, service=self.service.name, what="stopped", reason=self._restart_reason
            )
            self._restart_reason = ""
            self.start()
            return
        self.state.last_exit = self._how_it_ended()
        spool.note(self._run, service=self.service.name, what="failed", reason=self.state.last_exit)
        pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
        self._failures += 1
        self._due = now + pause
        self.state.state, self.state.pid, self.state.started = "waiting", 0, 0

    def _how_it_ended(self) -> str:
        code = self._process.returncode if self._process is not None else 0
        if code >= 0:
            return f"status-{code}"
        with suppress(ValueError):
            return signal.Signals(-code).name
        return f"signal-{-code}"

    def restart(self, reason: str) -> None:
        """End it for a reason, and let `tick` start it again."""
        if self._process is not None:
            self._restart_reason = reason
            self._process.send_signal(self.service.stop)

    def ask_to_stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(self.service.stop)

    def wait_until_stopped(self) -> None:
        """After `ask_to_stop`; kills a service that does not heed it."""
        if self._process is None:
            return
        try:
            self._process.wait(self.service.stop_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self.state.state in {"up", "starting"}:
            spool.note(self._run, service=self.service.name, what="stopped", reason="asked")
        self.state.state, self.state.pid, self.state.started = "stopped", 0, 0
