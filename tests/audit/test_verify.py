"""Each kind of tampering, by someone who switched the triggers off, is named."""

import contextlib

import pytest

from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.errors import LogCorruptError, NoteError, RolledBackError
from audit.models import Leaf, LoggedEvent, SignedCheckpoint
from audit.verify import verify_log
from tests.audit.test_checkpoint import KEYS, ORIGIN, SIGNERS
from tests.audit.writing import integrate, write

pytestmark = pytest.mark.django_db(transaction=True)


TABLES = ("audit_logged_event", "audit_leaf", "audit_tile", "audit_signed_checkpoint")


def verify(**options):
    return verify_log(keys=KEYS, origin=ORIGIN, **options)


@pytest.fixture
def tampered(superuser, as_role):
    """A log of 300 entries; `with tampered(sql, …):` changes it as a superuser would, and back."""
    write(300)
    integrate(as_role)
    superuser.autocommit = True
    for table in TABLES:
        superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit_insert_only")
        superuser.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")

    @contextlib.contextmanager
    def change(*statements):
        for statement, *values in statements:
            assert superuser.execute(statement, values).rowcount, statement
        try:
            yield
        finally:
            for table in TABLES:
                superuser.execute(f"TRUNCATE {table}")
                superuser.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")

    return change


def event_at(index):
    return LoggedEvent.objects.get(id=Leaf.objects.get(index=index).event)


def test_a_sound_log_verifies(as_role):
    write(300)
    integrate(as_role)
    write(2)
    report = verify()
    assert (report.size, report.tiles, report.checkpoints, report.waiting) == (300, 1, 1, 2)
    assert verify(upto=100).size == 100


SET_EVENT = "UPDATE audit_logged_event SET {} WHERE id = %s"
FIT_LEAF = "UPDATE audit_leaf SET hash = sha256('\\x00'::bytea || %s) WHERE index = 17"
ONES = "decode(repeat('01', 32), 'hex')"


def test_each_tampering_is_named(tampered):
    row, last = event_at(17), event_at(299)
    changed = bytes(row.entry).replace(b'"length":3', b'"length":4')
    entry = ("UPDATE audit_logged_event SET entry = %s WHERE id = %s", changed, row.id)
    columns = r"entry 17: .*columns"
    cases = {
        r"entry 17: got an entry that its leaf hash": [entry],
        # With a leaf hash that fits again, the tile above gives it away.
        r"entry 255: tile 0/0 does not follow": [entry, (FIT_LEAF, changed)],
        r"entry 299: got no event": [("DELETE FROM audit_logged_event WHERE id = %s", last.id)],
        r"entry 100: got no leaf": [("DELETE FROM audit_leaf WHERE index = 100",)],
        r"entry 7: got no event": [
            ("UPDATE audit_leaf SET event = gen_random_uuid() WHERE index = 7",)
        ],
        r"entry 255: tile 0/0": [(f"UPDATE audit_tile SET root = {ONES}",)],
        r"tile 0/0 does": [("DELETE FROM audit_tile",)],
        r"size 300: got another note": [(f"UPDATE audit_signed_checkpoint SET root = {ONES}",)],
    }
    for said, statements in cases.items():
        with tampered(*statements), pytest.raises(LogCorruptError, match=said):
            verify()
    for hidden in ("kind = 'desk:message:sent'", "actor = 'x'", "at = at - interval '1 day'"):
        with (
            tampered((SET_EVENT.format(hidden), row.id)),
            pytest.raises(LogCorruptError, match=columns) as fault,
        ):
            verify()
        assert (fault.value.index, fault.value.event) == (17, row.id)
    verify()


def test_checkpoints_that_do_not_hold_are_named(tampered):
    kept = SignedCheckpoint.objects.get()
    forged = sign_checkpoint(Checkpoint(ORIGIN, 300, b"\1" * 32), SIGNERS)
    half = sign_checkpoint(Checkpoint(ORIGIN, 300, bytes(kept.root)), SIGNERS[:1])
    note = "UPDATE audit_signed_checkpoint SET note = %s"
    root = f"UPDATE audit_signed_checkpoint SET root = {ONES}"
    cases = {
        "size 300: got another note": [(note, forged)],
        "size 300: got root 0101": [(note, forged), (root,)],
        "size 300: got no ml-dsa-65": [(note, half)],
    }
    for said, statements in cases.items():
        with tampered(*statements), pytest.raises(LogCorruptError, match=said):
            verify()


def test_an_anchor_kept_outside_finds_a_cut_and_a_rewritten_log(tampered):
    anchor = SignedCheckpoint.objects.get().note
    assert verify(anchors=[anchor]).anchors == 1
    other = sign_checkpoint(Checkpoint(ORIGIN, 200, b"\2" * 32), SIGNERS)
    with pytest.raises(LogCorruptError, match="anchor of size 200"):
        verify(anchors=[other])
    with pytest.raises(NoteError):
        verify(anchors=[anchor.replace("300", "200", 1)])
    cut = [("DELETE FROM audit_signed_checkpoint",), ("DELETE FROM audit_leaf WHERE index >= 290",)]
    with tampered(*cut), pytest.raises(RolledBackError, match="want 300 as handed out"):
        verify(anchors=[anchor])
