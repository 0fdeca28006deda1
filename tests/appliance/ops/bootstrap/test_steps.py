"""The set-up's pieces: stamps, locks, prerequisites, front-end files, progress."""

import json
import os
import subprocess
import sys

import pytest

from appliance.config import ROOT
from appliance.ops.bootstrap import engine, prerequisites
from appliance.ops.bootstrap.engine import _kept
from appliance.ops.bootstrap.environment import ENGINE, block_of, without
from appliance.ops.bootstrap.errors import MissingPrerequisiteError, StepFailedError
from appliance.ops.bootstrap.frontend import files_of
from appliance.ops.bootstrap.progress import Progress
from appliance.ops.bootstrap.stamps import Stamps, digest_of

LOCK = """\
kept==1.0 \\
    --hash=sha256:aa
    # via strongroom
llama-cpp-python==0.3.36 \\
    --hash=sha256:bb
    # via
    #   strongroom
other==2.0 ; python_version < '3.12' \\
    --hash=sha256:cc
"""


def test_a_stamp_holds_for_its_digest_alone(tmp_path):
    stamps = Stamps(tmp_path / "new")
    assert not stamps.holds("step", "one")
    stamps.put("step", "one")
    assert stamps.holds("step", "one")
    assert not stamps.holds("step", "two")
    stamps.drop("step")
    assert not stamps.holds("step", "one")


def test_a_digest_tells_parts_and_absent_files_apart(tmp_path):
    there, absent = tmp_path / "there", tmp_path / "absent"
    there.write_bytes(b"")
    digests = {digest_of(parts) for parts in (["ab", "c"], ["a", "bc"], [there], [absent])}
    assert len(digests) == 4


def test_one_package_is_cut_out_of_a_lock():
    block = block_of(LOCK, ENGINE)
    assert block.startswith("llama-cpp-python==0.3.36")
    assert "sha256:bb" in block
    assert "other" not in block
    rest = without(LOCK, ENGINE)
    assert "llama" not in rest
    assert rest.count("--hash") == 2
    with pytest.raises(LookupError):
        block_of(rest, ENGINE)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_our_locks_pin_every_package_by_hash_and_name_no_index(name):
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    for line in lock.splitlines():
        if line and not line.startswith((" ", "#")):
            assert "==" in line, line
            assert line.endswith("\\"), line
    assert block_of(lock, ENGINE).count("--hash") == 1


def test_what_is_missing_is_one_line_that_names_the_package(tmp_path):
    with pytest.raises(MissingPrerequisiteError, match=r"got Python 3\.9\.2, want 3\.11") as fault:
        prerequisites.check_python((3, 9, 2))
    assert "\n" not in str(fault.value)
    with pytest.raises(MissingPrerequisiteError, match=r"apt install g\+\+$"):
        prerequisites.check_compiler(path=str(tmp_path))


def test_no_ensurepip_names_python3_venv(monkeypatch):
    monkeypatch.setattr(prerequisites, "find_spec", lambda _name: None)
    with pytest.raises(MissingPrerequisiteError, match="apt install python3-venv"):
        prerequisites.check_python()


def test_front_end_files_and_folders_are_found(tmp_path):
    (tmp_path / "pkg/dist/fonts").mkdir(parents=True)
    (tmp_path / "pkg/dist/a.js").write_text("a")
    (tmp_path / "pkg/dist/fonts/f.woff2").write_text("f")
    wanted = tmp_path / "vendor.json"
    wanted.write_text(json.dumps({"pkg/dist/a.js": "a.js", "pkg/dist/fonts": "fonts"}))
    assert [place for _, place in files_of(wanted, tmp_path)] == ["a.js", "fonts/f.woff2"]
    wanted.write_text(json.dumps({"pkg/gone.js": "gone.js"}))
    with pytest.raises(StepFailedError, match=r"pkg/gone\.js"):
        list(files_of(wanted, tmp_path))


def test_a_kept_engine_that_others_could_have_written_is_not_used(tmp_path):
    shelf = tmp_path / "shelf"
    shelf.mkdir(mode=0o700)
    (shelf / "engine.whl").write_bytes(b"wheel")
    assert _kept(shelf) == shelf / "engine.whl"
    shelf.chmod(0o777)
    assert _kept(shelf) is None
    assert _kept(tmp_path / "absent") is None


def test_the_engine_is_built_portably():
    assert "-DGGML_NATIVE=OFF" in engine.FLAGS


def test_a_step_that_fails_shows_what_it_said(tmp_path, capsys):
    progress = Progress(tmp_path / "build" / "setup.log")
    words = [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"]
    with pytest.raises(StepFailedError, match="ended with 3"):
        progress.run("a step", words)
    assert "| the reason" in capsys.readouterr().out
    progress.run("a step", [sys.executable, "-c", ""])
    assert "a step … done" in capsys.readouterr().out


def test_the_set_up_imports_nothing_but_the_standard_library():
    code = (
        "import sys; before = set(sys.modules); import appliance.ops.bootstrap.__main__;"
        "new = {name.split('.')[0] for name in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['appliance']"
