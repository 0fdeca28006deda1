"""Lock, address, spool and states: what the supervisor is made of."""

import os
import socket
import subprocess
import sys

import pytest

from appliance.config import Config
from appliance.ops.errors import AddressTakenError, AlreadyRunningError, ForeignFolderError
from appliance.ops.folders import make_folders, own_folder, write_private
from appliance.ops.supervisor import listener, lock, spool, status
from appliance.ops.supervisor.process import end_leftovers, identity
from appliance.ops.supervisor.status import ServiceState


def test_one_installation_has_one_supervisor(tmp_path):
    with lock.only_one(tmp_path):
        assert lock.holder(tmp_path) == os.getpid()
        with (
            pytest.raises(AlreadyRunningError, match=f"in use by process {os.getpid()}") as fault,
            lock.only_one(tmp_path),
        ):
            pass
        assert "STRONGROOM_VAR" in str(fault.value)
    assert lock.holder(tmp_path) is None


def test_a_taken_address_names_the_variable(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        chosen = Config(var=tmp_path, bind=f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(AddressTakenError, match="STRONGROOM_BIND") as fault:
            listener.bind(chosen)
    assert "\n" not in str(fault.value)
    listener.bind(chosen).close()


def test_folders_are_ours_alone(tmp_path):
    made = tmp_path / "made"
    made.mkdir(mode=0o755)
    own_folder(made)
    assert made.stat().st_mode & 0o777 == 0o700
    link = tmp_path / "link"
    link.symlink_to(made)
    with pytest.raises(ForeignFolderError):
        own_folder(link)
    make_folders(Config(var=tmp_path / "var"))
    assert (tmp_path / "var" / "keys").stat().st_mode & 0o777 == 0o700


def test_a_secret_file_is_private_from_its_first_moment(tmp_path):
    before = os.umask(0)
    try:
        write_private(tmp_path / "secret", b"content")
    finally:
        os.umask(before)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_the_spool_gives_the_same_batch_until_it_is_forgotten(tmp_path):
    assert spool.take(tmp_path) is None
    spool.note(tmp_path, service="web", what="started")
    first = spool.take(tmp_path)
    spool.note(tmp_path, service="web", what="failed", reason="SIGKILL")
    assert spool.take(tmp_path) == first
    spool.forget(tmp_path, first[0])
    name, lines = spool.take(tmp_path)
    assert name != first[0]
    assert [(line["what"], line["why"]) for line in lines] == [("failed", "SIGKILL")]
    spool.forget(tmp_path, name)
    assert spool.take(tmp_path) is None


def test_a_line_cut_short_by_a_power_failure_is_left_out(tmp_path):
    spool.note(tmp_path, service="web", what="started")
    with (tmp_path / "service-events.jsonl").open("a") as file:
        file.write('{"at": "2026')
    _, lines = spool.take(tmp_path)
    assert len(lines) == 1


def test_leftovers_are_known_by_number_and_birth(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        found = identity(process.pid)
        states = {
            "web": ServiceState("up", found.pid, found.started),
            # The same number, born at another moment: somebody else's process by now.
            "worker": ServiceState("up", found.pid, found.started + 1),
        }
        status.write(tmp_path, states)
        assert status.leftovers(tmp_path) == [found]
        end_leftovers([found], patience_s=0.0)
        assert process.wait(5) == -9
        assert status.leftovers(tmp_path) == []
    finally:
        process.kill()


def test_a_child_is_told_what_was_set_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_SECRET", "hunter2")
    chosen = Config(
        var=tmp_path, bind="127.0.0.1:8001", hosts=("desk.bank", "10.1.2.3"), listening=5
    )
    told = chosen.for_child("worker")
    assert told["STRONGROOM_ROLE"] == "worker"
    assert told["STRONGROOM_HOSTS"] == "desk.bank,10.1.2.3"
    assert "STRONGROOM_LISTENING" not in told
    assert "hunter2" not in str(told)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert Config().hosts == ("desk.bank", "10.1.2.3")
