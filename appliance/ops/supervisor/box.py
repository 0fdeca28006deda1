"""Starting everything in order, watching it, and ending it in order."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from appliance.config import Config, Role
from appliance.ops.errors import CommandFailedError, NotStartedError
from appliance.ops.first_run.database import cluster_of, provision_database
from appliance.ops.supervisor import services, status
from appliance.ops.supervisor.child import Child
from appliance.ops.supervisor.services import Service

_TICK_S = 0.1
_STATUS_S = 2.0
_PATIENCE_S = 90.0


class StoppedEarly(Exception):  # noqa: N818 - somebody's wish, not a fault
    """The person asked to stop before everything was up."""


class Box:
    """All services of one installation."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._children: dict[str, Child] = {}
        self._is_stopping = False
        self._written = 0.0
        self._weights: tuple[int, int] | None = None

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Signal handler: everything else happens in the loop."""
        self._is_stopping = True

    def start_database(self) -> None:
        """Raises: NotStartedError, StoppedEarly, PostgresError."""
        from appliance.ops.embedded.postgres import initialise

        initialise(cluster_of(self._config))
        self._start(services.postgresql(self._config))
        self._wait_for("postgresql")
        provision_database(self._config)

    def call(self, role: Role, command: str) -> None:
        """Run a command to its end. Raises: CommandFailedError, StoppedEarly."""
        log = self._config.logs / f"{command}.out"
        with log.open("ab") as sink:
            process = subprocess.Popen(  # noqa: S603 - our own words, no shell
                services.command_words(command),
                env=self._config.for_child(role),
                stdin=subprocess.DEVNULL,
                stderr=sink,
                start_new_session=True,
            )
        try:
            while process.poll() is None:
                self._breathe()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if process.returncode != 0:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            why = last[-1] if last else f"status {process.returncode}"
            raise CommandFailedError(f"{command} did not succeed: {why} (all of it: {log})")

    def start_services(self, listening: socket.socket) -> None:
        self._weights = self._weights_mark()
        self._start(services.inference(self._config))
        self._start(services.beating(self._config, "sequencer", "sequencer"))
        self._start(services.beating(self._config, "worker", "worker"))
        self._start(services.web(self._config, listening))

    def wait_for_services(self) -> None:
        """Inference is not waited for: without it the box still serves.

        Raises: NotStartedError, StoppedEarly.
        """
        for name in ("sequencer", "web", "worker"):
            self._wait_for(name)

    def watch(self) -> None:
        """Until asked to stop."""
        with suppress(StoppedEarly):
            while True:
                self._breathe()
                mark = self._weights_mark()
                if mark != self._weights:
                    self._weights = mark
                    self._children["inference"].restart("another-model")

    def end(self) -> None:
        """Who takes requests first, then the sequencer with the last events, then the database."""
        for names in (("web", "worker", "inference"), ("sequencer",), ("postgresql",)):
            chosen = [self._children[name] for name in names if name in self._children]
            for child in chosen:
                child.ask_to_stop()
            for child in chosen:
                child.wait_until_stopped()
        shutil.rmtree(self._config.sockets, ignore_errors=True)
        self._write_status()

    def _start(self, service: Service) -> None:
        child = Child(service, logs=self._config.logs, run=self._config.run)
        self._children[service.name] = child
        child.start()
        self._write_status()

    def _wait_for(self, name: str) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        child = self._children[name]
        while not child.is_up:
            if time.monotonic() > deadline:
                log = self._config.logs / f"{name}.out"
                raise NotStartedError(
                    f"got no answer from {name} within {_PATIENCE_S:.0f} s "
                    f"(last end: {child.state.last_exit or 'none'}), want one: see {log}"
                )
            self._breathe()

    def _breathe(self) -> None:
        """One turn of the loop. Raises: StoppedEarly."""
        if self._is_stopping:
            raise StoppedEarly
        before = [child.state.state for child in self._children.values()]
        for child in self._children.values():
            child.tick()
        after = [child.state.state for child in self._children.values()]
        if before != after or time.monotonic() - self._written > _STATUS_S:
            self._write_status()
        time.sleep(_TICK_S)

    def _write_status(self) -> None:
        self._written = time.monotonic()
        states = {name: child.state for name, child in self._children.items()}
        with suppress(OSError):  # a full disk may not take the services down
            status.write(self._config.run, states)

    def _weights_mark(self) -> tuple[int, int] | None:
        """Changes when another model is selected."""
        with suppress(OSError):
            found = (self._config.weights / "current").stat()
            return found.st_mtime_ns, found.st_ino
        return None


@contextmanager
def signals_to(box: Box) -> Iterator[None]:
    """Ctrl-C, `make stop` and a closed terminal all end the box in order."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, box.stop)
    try:
        yield
    finally:
        # From here on a second Ctrl-C must not cut the end short.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        sys.stdout.flush()
