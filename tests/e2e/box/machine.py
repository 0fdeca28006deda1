"""One running box: its processes, its rows, and everything that was sent to it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from appliance.config import ROOT, Config
from appliance.ops.embedded import postgres
from appliance.ops.first_run.database import cluster_of
from appliance.ops.supervisor import status
from appliance.ops.supervisor.process import identity


def until(look, *, within_s, what, pause_s=0.1):
    """Look again and again until something is found. Returns it; fails after `within_s`."""
    ends = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < ends, f"not within {within_s} s: {what}"
        time.sleep(pause_s)


def children_of(pid):
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


@dataclass
class Machine:
    """address, var: of the running box. figures: seconds measured, by what was measured."""

    address: str
    var: Path
    accepted: list = field(default_factory=list)
    planted: list = field(default_factory=list)
    texts: set = field(default_factory=set)
    figures: dict = field(default_factory=dict)

    @property
    def config(self):
        return Config(var=self.var, role="operator")

    def service(self, name):
        said = status.read(self.config.run)
        return said["services"][name] if said else {"state": "unknown", "pid": 0, "started": 0}

    def pid(self, name):
        """The process of a service, which is there; children come and go with it."""
        return until(lambda: self._living(name), within_s=60, what=f"{name} has a process")

    def _living(self, name):
        one = self.service(name)
        found = identity(one["pid"]) if one["pid"] > 1 else None
        return one["pid"] if found and found.started == one["started"] else None

    def kill(self, name, *, with_children=False):
        """SIGKILL. Returns the process that is gone."""
        pid = self.pid(name)
        for one in [*(children_of(pid) if with_children else ()), pid]:
            self.kill_one(one)
        return pid

    def kill_one(self, pid):
        # 0 and 1 and negative numbers mean more than one process to kill(2).
        assert pid > 1
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def wait_for(self, name, *, other_than, within_s=60):
        """Until another process of the service is up. Returns the seconds it took."""
        began = time.monotonic()

        def is_up():
            one = self.service(name)
            return one["state"] == "up" and one["pid"] != other_than

        until(is_up, within_s=within_s, what=f"{name} is up again")
        return time.monotonic() - began

    def rows(self, statement, *values):
        """What is stored, read past all grants: a test may look everywhere."""
        with postgres.connect(cluster_of(self.config), "strongroom") as admin:
            return admin.execute(statement, values).fetchall()

    def manage(self, *words, within_s=120):
        """`manage.py WORDS` on this box, as its operator would call it."""
        kept = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *map(str, words)],
            env={**kept, "STRONGROOM_VAR": str(self.var)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )

    def note(self, what, seconds):
        """Keep the slowest of each figure."""
        self.figures[what] = max(self.figures.get(what, 0.0), round(seconds, 2))
