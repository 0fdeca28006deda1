"""Packs from a real log: sound ones verify, and taking one is recorded."""

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit import merkle
from audit.errors import EvidenceError, NotConfiguredError
from audit.events import CATALOGUE
from audit.evidence import verify_pack
from audit.evidence.report import csv_line
from audit.models import LoggedEvent
from audit.queries import Filter
from audit.wiring import Wiring
from tests.audit.evidence.packs import (
    PRINT,
    SUBJECT,
    WIRING,
    check,
    export,
    files_of,
    rezip,
)
from tests.audit.test_checkpoint import KEYS, ORIGIN
from tests.audit.writing import NOW, integrate, write


def test_a_sound_pack_holds(sound):
    status, said = check(sound)
    assert status == 0
    # 298 written and two exports recorded before this one.
    assert f"log {ORIGIN}: 300 entries" in said
    assert "pack: 300 entries, indexes 0 to 299; 2 earlier checkpoints" in said
    assert f"authentic: signed with the keys of fingerprint {PRINT}" in said


def test_without_a_key_the_signer_is_not_authenticated(sound):
    status, said = check(sound, key=None)
    assert status == 0
    assert f"consistent; signer not authenticated: fingerprint {PRINT}\n" in said


def test_kept_anchors_hold(sound, kept):
    anchors = [kept / "first.anchor", kept / "second.anchor"]
    status, said = check(sound, anchors=anchors)
    assert status == 0
    assert "anchor of size 100 holds\nanchor of size 158 holds\n" in said


def test_an_auditor_runs_it_alone(sound, kept):
    """No path, no environment, no site packages: only the interpreter and the file."""
    command = [sys.executable, "-I", "-S", verify_pack.__file__, sound, "--key", PRINT]
    command += ["--anchor", kept / "first.anchor", kept / "second.anchor"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "authentic" in ran.stdout


def test_the_checker_in_the_pack_is_ours(sound):
    files = files_of(sound)
    assert files["verify_pack.py"] == Path(verify_pack.__file__).read_bytes()
    assert "report.html" in files
    assert b"http" not in files["report.html"].replace(b"http-equiv", b"")


def test_an_older_pack_is_a_roll_back_to_whoever_saw_more(sound, kept):
    later = kept / "later.anchor"
    status, said = check(sound, anchors=[later])
    assert status == 1
    assert "roll-back" in said


@pytest.mark.django_db(transaction=True)
def test_filters_choose_entries_and_are_checked(as_role, tmp_path):
    write(3, at=NOW - timedelta(days=2))
    write(4, subject=SUBJECT)
    write(2, subject=SUBJECT, actor="person:0190f000-0000-7000-8000-00000000000b")
    integrate(as_role)
    cases = {
        "subject": (Filter(subject=SUBJECT), 6),
        "actor": (Filter(actor="anonymous"), 7),
        "kind": (Filter(kind="desk:message:received"), 9),
        "area": (Filter(kind="desk:"), 9),
        "none": (Filter(kind="vault:"), 0),
        "before": (Filter(end=NOW - timedelta(days=1)), 3),
        "window": (Filter(start=NOW - timedelta(days=3), end=NOW - timedelta(days=2)), 0),
    }
    with as_role("operator"):
        for name, (wanted, count) in cases.items():
            assert export(tmp_path / f"{name}.zip", wanted).entries == count, name
            assert check(tmp_path / f"{name}.zip")[0] == 0, name
    files = files_of(tmp_path / "none.zip")
    files["entries.jsonl"] = files_of(tmp_path / "kind.zip")["entries.jsonl"]
    status, said = check(rezip(tmp_path / "x.zip", files))
    assert (status, "outside the filter" in said) == (1, True), said


@pytest.mark.django_db(transaction=True)
def test_exporting_is_recorded_before_the_pack_has_its_name(as_role, tmp_path, monkeypatch):
    write(2)
    integrate(as_role)
    with as_role("operator"):
        done = export(tmp_path / "pack.zip", Filter(subject=SUBJECT))
        row = LoggedEvent.objects.get(kind="audit:pack:exported")
        entry = json.loads(bytes(row.entry))
        assert entry["data"] == {
            "digest": done.digest.hex(),
            "entries": 0,
            "filters": ["subject"],
            "tree_size": 2,
        }
        assert row.subject == SUBJECT
        assert (tmp_path / "pack.zip").stat().st_mode & 0o777 == 0o600

        def fail(event):
            raise OSError("full")

        monkeypatch.setattr("audit.evidence.pack.append", fail)
        with pytest.raises(OSError, match="full"):
            export(tmp_path / "second.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["pack.zip"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_exported_over_a_file_without_a_tree_or_without_keys(as_role, tmp_path):
    with pytest.raises(EvidenceError, match="checkpoint"):
        export(tmp_path / "pack.zip")
    integrate(as_role)
    with pytest.raises(NotConfiguredError, match="signers"):
        export(tmp_path / "pack.zip", wiring=Wiring(WIRING.installation_id, (), KEYS, None))
    (tmp_path / "there.zip").touch()
    with pytest.raises(EvidenceError, match="existing"):
        export(tmp_path / "there.zip")
    export(tmp_path / "empty.zip")
    assert check(tmp_path / "empty.zip")[0] == 0


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_spreadsheets_are_not_made_to_compute(start):
    entry = {"at": "2026", "kind": "a:b:c", "actor": f"{start}1+1", "id": "x"}
    row = next(csv.reader(io.StringIO(csv_line(3, entry).decode(), newline="")))
    assert row[3] == f"'{start}1+1"


def test_every_kind_can_stand_in_a_report():
    for kind in CATALOGUE:
        assert kind.encode() in csv_line(0, {"kind": kind})


def test_reports_escape_markup():
    from audit.evidence.report import html_line

    assert b"<script>" not in html_line(0, {"actor": "<script>"})


def test_times_compare_as_text():
    """What the checker's filter relies on."""
    from audit.events import utc_text

    moments = [
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=n * 7**n) for n in range(15)
    ]
    assert [utc_text(m) for m in moments] == sorted(utc_text(m) for m in moments)
    assert merkle.EMPTY_ROOT == verify_pack.EMPTY_ROOT
