"""A throw-away box for a benchmark: a folder, a port, and the supervisor itself."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_box(*, model: Path | None = None, wait_s: float = 180.0) -> Iterator[tuple[str, Path]]:
    """(address, var) of a box that is up; it is stopped and removed afterwards.

    model: weights to use in place of the demo's, given as an owner would import them.
    """
    with TemporaryDirectory(prefix="strongroom-bench-", ignore_cleanup_errors=True) as folder:
        var, port = Path(folder) / "var", free_port()
        environment = {
            **os.environ,
            "STRONGROOM_VAR": str(var),
            "STRONGROOM_BIND": f"127.0.0.1:{port}",
            "STRONGROOM_MESSAGES_PER_ADDRESS": "1000000",
            "STRONGROOM_MESSAGES_IN_TOTAL": "1000000",
        }
        environment.pop("STRONGROOM_ROLE", None)
        if model is not None:
            environment["STRONGROOM_FIRST_MODEL"] = str(model)
        log = Path(folder) / "supervisor.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "appliance.ops.supervisor"],
                cwd=ROOT,
                env=environment,
                stdout=sink,
                stderr=sink,
            )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process, log, wait_s)
            yield address, var
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _wait(address: str, process: subprocess.Popen, log: Path, wait_s: float) -> None:
    ends = time.monotonic() + wait_s
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/healthz", timeout=2).json()["status"] == "ok":
                return
        except (httpx.HTTPError, ValueError, KeyError):
            pass
        time.sleep(0.25)
    raise RuntimeError(f"the box did not come up:\n{log.read_text(errors='replace')[-4000:]}")
