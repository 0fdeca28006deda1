"""A real box from nothing: up, killed service by service, stopped, up again."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from appliance.config import ROOT, Config
from appliance.ops.supervisor.process import identity

pytestmark = pytest.mark.slow

SERVICES = ("postgresql", "web", "worker", "sequencer", "inference")


class Running:
    """One supervisor on a folder of its own."""

    def __init__(self, var, port):
        self.var = var
        self.bind = f"127.0.0.1:{port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "STRONGROOM_VAR": str(var),
            "STRONGROOM_BIND": self.bind,
        }
        self.process = None

    def start(self):
        self.output = self.var.parent / "output.txt"
        with self.output.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "appliance.ops.supervisor"],
                cwd=ROOT,
                env=self.environment,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

    def said(self):
        return self.output.read_text()

    def wait_until_up(self, limit_s=120):
        began = time.monotonic()
        while "Strongroom is up" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() - began < limit_s, self.said()
            time.sleep(0.1)
        return time.monotonic() - began

    def services(self):
        return json.loads((self.var / "run" / "status.json").read_text())["services"]

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(40)

    def manage(self, *words):
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def answers(self):
        try:
            with urllib.request.urlopen(f"http://{self.bind}/healthz", timeout=5) as answer:
                return answer.status == 200
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    var = tmp_path_factory.mktemp("box") / "有空格 的 path" / "var"
    var.parent.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Running(var, port)
    made.start()
    yield made
    if made.process.poll() is None:
        made.stop()
    shutil.rmtree(Config(var=var).sockets, ignore_errors=True)


def _until(condition, limit_s=30):
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _all_up(box):
    return all(box.services()[name]["state"] == "up" for name in SERVICES)


def test_it_comes_up_from_nothing(box):
    box.wait_until_up()
    assert box.answers()
    said = box.said()
    assert f"http://{box.bind}" in said
    login = box.var / "secrets" / "first-login.txt"
    assert str(login) in said
    assert login.stat().st_mode & 0o777 == 0o600


def test_nothing_below_is_open_to_others(box):
    for path in box.var.iterdir():
        if path.is_dir():
            assert path.stat().st_mode & 0o077 == 0, path


def test_no_secret_is_on_a_command_line_or_in_an_environment(box):
    _until(lambda: _all_up(box))
    secrets = [path.read_text().strip() for path in (box.var / "secrets").glob("*.pw")]
    secrets += [path.read_text().strip() for path in (box.var / "secrets").glob("*.key")]
    for one in box.services().values():
        for name in ("cmdline", "environ"):
            with suppress(PermissionError):
                told = Path(f"/proc/{one['pid']}/{name}").read_bytes().decode(errors="replace")
                assert not any(secret in told for secret in secrets)


def test_doctor_says_how_it_is(box):
    _until(lambda: _all_up(box))
    done = box.manage("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert {*SERVICES, "disk", "clock", "certificate", "key", "model", "egress", "log"} <= set(
        checks
    )
    failed = [check for check in checks.values() if check["state"] == "fail"]
    assert failed == []
    assert done.returncode == 0


def test_a_second_one_on_the_same_folder_is_refused(box):
    other = Running(box.var, 1)
    done = subprocess.run(
        [sys.executable, "-m", "appliance.ops.supervisor"],
        cwd=ROOT,
        env=other.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"in use by process {box.process.pid}" in done.stderr


@pytest.mark.parametrize("name", ["sequencer", "worker", "inference", "web", "postgresql"])
def test_a_killed_service_comes_back(box, name):
    _until(lambda: _all_up(box))
    before = box.services()[name]
    os.kill(before["pid"], signal.SIGKILL)
    _until(lambda: box.services()[name]["restarts"] > before["restarts"])
    _until(lambda: _all_up(box))
    _until(box.answers)
    assert box.services()[name]["last_exit"] == "SIGKILL"


def test_the_end_is_in_order_and_complete(box):
    _until(lambda: _all_up(box))
    pids = [one["pid"] for one in box.services().values()]
    began = time.monotonic()
    assert box.stop() == 0
    assert time.monotonic() - began < 15
    assert all(identity(pid) is None for pid in pids)
    assert "database system is shut down" in (box.var / "logs" / "postgresql.out").read_text()
    assert box.manage("doctor").returncode == 1


def test_the_next_start_is_quick_and_the_log_holds_all(box):
    passwords = (box.var / "secrets" / "first-login.txt").read_text()
    box.start()
    # Fifteen seconds on a machine of its own; the suite may share it with others.
    assert box.wait_until_up() < 15 * max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)))
    assert (box.var / "secrets" / "first-login.txt").read_text() == passwords
    _until(lambda: not list((box.var / "run").glob("service-events.*")))
    done = box.manage("shell", "-v", "0", "-c", _KINDS)
    kinds = re.findall(r"ops:\w+:\w+", done.stdout)
    assert kinds.count("ops:installation:created") == 1
    assert kinds.count("ops:service:failed") >= 5
    assert kinds.count("ops:service:stopped") >= 5


_KINDS = (
    "from audit.models import LoggedEvent;"
    "print(*LoggedEvent.objects.filter(kind__startswith='ops:').values_list('kind', flat=True))"
)


def test_after_everything_was_killed_it_starts_again(box):
    pids = [box.process.pid, *(one["pid"] for one in box.services().values())]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    box.process.wait()
    box.start()
    box.wait_until_up(60)
    assert box.answers()
    stopped = subprocess.run(
        [sys.executable, "-m", "appliance.ops.supervisor", "--stop"],
        cwd=ROOT,
        env=box.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert stopped.stdout == "Stopped.\n"
    assert box.process.wait(10) == 0
