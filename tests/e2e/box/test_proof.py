"""After everything that was done to it: the log is whole, and a stranger can check that."""

import json
import shutil
import subprocess
import zipfile
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from audit.canonical import canonical_bytes
from audit.evidence import verify_pack
from audit.keys import load_signers
from audit.note import sign_note
from tests.bench.box import ROOT
from tests.e2e.box.customers import Customer, assert_whole
from tests.e2e.box.machine import until

SYSTEM_PYTHON = "/usr/bin/python3"


def missing_leaves(machine):
    return machine.rows(
        "SELECT count(*) FROM audit_logged_event AS e"
        " WHERE NOT EXISTS (SELECT FROM audit_leaf AS leaf WHERE leaf.event = e.id)"
    )


def test_every_message_and_its_events_are_there_and_in_the_tree(machine, http):
    if not machine.accepted:
        Customer(http, machine).ask("What does a lost card cost?")
    assert_whole(machine)
    ids = list({message for _, message, _ in machine.accepted})
    received = machine.rows(
        "SELECT object, count(*) FROM audit_logged_event"
        " WHERE kind = 'desk:message:received' AND object = ANY(%s) GROUP BY 1",
        [f"message:{one}" for one in ids],
    )
    assert sorted(received) == sorted((f"message:{one}", 1) for one in ids)
    sent = machine.rows(
        "SELECT (SELECT count(*) FROM audit_logged_event AS e"
        "   WHERE e.kind = 'desk:message:sent' AND e.object = 'message:' || m.id)"
        " FROM desk_message AS m WHERE m.author IN ('assistant', 'system')"
    )
    assert {count for (count,) in sent} == {1}
    until(lambda: missing_leaves(machine) == [(0,)], within_s=5, what="the tree has every event")
    ((events, leaves, last),) = machine.rows(
        "SELECT (SELECT count(*) FROM audit_logged_event), count(*), max(index) FROM audit_leaf"
    )
    assert events == leaves == last + 1
    kinds = {kind for (kind,) in machine.rows("SELECT DISTINCT kind FROM audit_logged_event")}
    assert {"desk:conversation:begun", "desk:message:received", "desk:message:sent"} <= kinds


def test_the_log_verifies(machine):
    done = machine.manage("audit", "verify", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["holds"] is True
    assert found["size"] > 20
    machine.note("events in the tree", found["size"])


@pytest.fixture(scope="module")
def pack(machine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence")
    now = datetime.now(UTC)
    until(lambda: missing_leaves(machine) == [(0,)], within_s=5, what="the tree has every event")
    done = machine.manage(
        *("audit", "export", "--json", "--out", folder / "PACK.zip"),
        *("--from", (now - timedelta(hours=1)).isoformat()),
        *("--to", (now + timedelta(minutes=1)).isoformat()),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["entries"] > 20
    return folder / "PACK.zip"


@pytest.fixture(scope="module")
def fingerprint(machine):
    """As the auditor gets it: by another way than the pack."""
    return json.loads(machine.manage("audit", "checkpoint", "--json").stdout)["fingerprint"]


def check(pack, folder, *words):
    """The checker alone in an empty folder, with nothing of ours and no environment."""
    folder.mkdir(exist_ok=True)
    program = folder / "verify_pack.py"
    shutil.copyfile(ROOT / "audit" / "evidence" / "verify_pack.py", program)
    return subprocess.run(
        ["/usr/bin/env", "-i", SYSTEM_PYTHON, "-I", "-S", program.name, str(pack), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not Path(SYSTEM_PYTHON).exists(), reason=f"{SYSTEM_PYTHON} is missing")
class TestAStranger:
    def test_checks_the_pack_with_nothing_but_python(self, pack, fingerprint, tmp_path):
        done = check(pack, tmp_path / "empty", "--key", fingerprint)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "authentic" in done.stdout
        assert done.stderr == ""

    def test_is_told_when_the_signer_is_another(self, pack, fingerprint, tmp_path):
        assert "not authenticated" in check(pack, tmp_path / "empty").stdout
        wrong = fingerprint[:-1] + ("0" if fingerprint[-1] != "0" else "1")
        done = check(pack, tmp_path / "empty", "--key", wrong)
        assert done.returncode == 1
        assert "wrong key" in done.stdout

    @pytest.mark.parametrize("name", ["entries.jsonl", "checkpoint", "report.csv", "keys.json"])
    def test_is_told_which_member_has_one_flipped_byte(self, pack, fingerprint, tmp_path, name):
        changed = bytearray(pack.read_bytes())
        with zipfile.ZipFile(pack) as made:
            info = made.getinfo(name)
        # The local header holds 30 bytes, the name, and a field of its own length.
        at = info.header_offset + 30 + len(name) + changed[info.header_offset + 28]
        changed[at + info.compress_size // 2] ^= 1
        forged = tmp_path / "FLIPPED.zip"
        forged.write_bytes(changed)
        done = check(forged, tmp_path / "empty", "--key", fingerprint)
        assert done.returncode == 1, done.stdout
        assert name in done.stdout

    def test_is_told_which_entry_the_institution_itself_has_changed(
        self, machine, pack, fingerprint, tmp_path
    ):
        """With the log's own keys: only the tree stands in the way."""
        with zipfile.ZipFile(pack) as made:
            files = {name: made.read(name) for name in made.namelist()}
        lines = files["entries.jsonl"].split(b"\n")
        chosen = len(lines) // 2
        index = json.loads(lines[chosen])["index"]
        changed = lines[chosen].replace(rb"\"at\":\"20", rb"\"at\":\"19", 1)
        assert changed != lines[chosen]
        lines[chosen] = changed
        files["entries.jsonl"] = b"\n".join(lines)
        forged = signed_anew(machine, files, tmp_path / "FORGED.zip")
        done = check(forged, tmp_path / "empty", "--key", fingerprint)
        assert done.returncode == 1
        assert f"entries.jsonl line {chosen + 1} (index {index})" in done.stdout


def signed_anew(machine, files, out):
    manifest = json.loads(files.pop("MANIFEST.json"))
    del files["manifest.sig"]
    manifest["files"] = {
        name: {"sha256": sha256(content).hexdigest(), "size": len(content)}
        for name, content in files.items()
    }
    files["MANIFEST.json"] = canonical_bytes(manifest)
    digest = b64encode(sha256(files["MANIFEST.json"]).digest()).decode()
    text = f"{verify_pack.PACK_LINE}\n{manifest['origin']}\n{digest}\n"
    signers = load_signers(machine.config.keys, manifest["origin"])
    files["manifest.sig"] = sign_note(text, signers).encode()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out
