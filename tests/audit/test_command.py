"""The `audit` command: what it prints, how it exits, what it leaves in the log."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from audit import wiring
from audit.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from audit.errors import NotConfiguredError
from audit.evidence import verify_pack
from audit.models import LoggedEvent
from tests.audit.test_checkpoint import KEYS, ORIGIN, SIGNERS
from tests.audit.writing import integrate, write

pytestmark = pytest.mark.django_db(transaction=True)


def audit(*arguments):
    out = io.StringIO()
    call_command("audit", *map(str, arguments), stdout=out)
    return out.getvalue()


def refused(*arguments):
    with pytest.raises(CommandError) as fault:
        audit(*arguments)
    return fault.value.returncode, str(fault.value)


@pytest.fixture(autouse=True)
def log(as_role, wired):
    """A tree of ten entries, looked at by an operator."""
    write(10)
    integrate(as_role)
    with as_role("operator"):
        yield


def test_verify_reports_the_tree():
    facts = json.loads(audit("verify", "--json"))
    assert (facts["holds"], facts["size"], facts["checkpoints"], facts["waiting"]) == (
        True,
        10,
        1,
        0,
    )
    assert "size: 10" in audit("verify")


def test_verify_exits_1_and_names_the_first_bad_entry(superuser):
    superuser.autocommit = True
    superuser.execute("ALTER TABLE audit_logged_event DISABLE TRIGGER audit_insert_only")
    superuser.execute("UPDATE audit_logged_event SET actor = 'person:x'")
    status, said = refused("verify")
    assert (status, said.startswith("entry 0: ")) == (1, True)


def test_an_anchor_leaves_with_an_event_and_verifies_later(tmp_path, as_role):
    path = tmp_path / "kept.anchor"
    facts = json.loads(audit("anchor", "--out", path, "--json"))
    assert facts["size"] == 10
    assert verify_checkpoint(path.read_text("utf-8"), KEYS, origin=ORIGIN).size == 10
    row = LoggedEvent.objects.get(kind="audit:checkpoint:exported")
    assert json.loads(bytes(row.entry))["data"]["tree_size"] == 10
    assert json.loads(audit("verify", "--anchor", path, "--json"))["anchors"] == 1
    assert refused("anchor", "--out", path)[0] == 2


def test_an_anchor_that_does_not_hold_exits_1(tmp_path):
    path = tmp_path / "kept.anchor"
    cases = [
        (10, SIGNERS, "anchor of size 10"),
        (11, SIGNERS, "want 11"),
        (10, SIGNERS[:1], "ml-dsa"),
    ]
    for size, signers, said in cases:
        note = sign_checkpoint(Checkpoint(ORIGIN, size, b"\1" * 32), signers)
        path.write_text(note, "utf-8")
        status, output = refused("verify", "--anchor", path)
        assert (status, said in output) == (1, True), output


def test_checkpoint_prints_the_note_as_it_is():
    assert verify_checkpoint(audit("checkpoint"), KEYS, origin=ORIGIN).size == 10


def test_export_writes_a_pack_that_the_checker_accepts(tmp_path, capsys):
    path = tmp_path / "pack.zip"
    window = ("--from", "2020-01-01", "--to", "2100-01-01T00:00Z")
    facts = json.loads(audit("export", *window, "--kind", "desk:", "--out", path, "--json"))
    assert facts["entries"] == 10
    assert verify_pack.main([str(path), "--key", facts["fingerprint"]]) == 0
    assert LoggedEvent.objects.filter(kind="audit:pack:exported").count() == 1
    assert refused("export", *window, "--out", path)[0] == 2


BAD_INPUT = [
    ("export", "--from", "yesterday", "--to", "2026-01-01", "--out", "x"),
    ("export", "--to", "2026-01-01", "--out", "x"),
    ("export", "--from", "2026-01-01", "--to", "2026-01-02", "--subject", "me", "--out", "x"),
    ("verify", "--anchor", "/nonexistent/anchor"),
    ("erase",),
    (),
]


def test_bad_input_is_refused_in_one_line():
    for arguments in BAD_INPUT:
        _, said = refused(*arguments)
        assert "\n" not in said, arguments


def test_a_process_without_wiring_says_what_it_wants():
    wiring._current.clear()
    status, said = refused("verify")
    assert (status, "wiring" in said) == (2, True)
    with pytest.raises(NotConfiguredError):
        wiring.current()
