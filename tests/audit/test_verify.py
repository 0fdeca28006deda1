"""Each kind of tampering, by someone who switched the triggers off, is named."""

import json

import pytest

from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.errors import LogCorruptError, NoteError, RolledBackError
from audit.models import Leaf, LoggedEvent, SignedCheckpoint
from audit.verify import verify_log
from tests.audit.test_checkpoint import KEYS, ORIGIN, SIGNERS
from tests.audit.writing import integrate, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def intruder(superuser, as_role):
    """A log of 300 entries and a superuser who has disabled its triggers."""
    write(300)
    integrate(as_role)
    superuser.autocommit = True
    for table in ("logged_event", "leaf", "tile", "signed_checkpoint"):
        superuser.execute(f"ALTER TABLE audit_{table} DISABLE TRIGGER audit_insert_only")
    return superuser


def verify(**options):
    return verify_log(keys=KEYS, origin=ORIGIN, **options)


def event_at(index):
    return LoggedEvent.objects.get(id=Leaf.objects.get(index=index).event)


def test_a_sound_log_verifies(as_role):
    write(300)
    integrate(as_role)
    write(2)
    report = verify()
    assert (report.size, report.tiles, report.checkpoints, report.waiting) == (300, 1, 1, 2)
    assert verify(upto=100).size == 100


def test_a_changed_entry_is_named(intruder):
    row = event_at(17)
    entry = json.loads(bytes(row.entry))
    entry["data"]["length"] = 4
    changed = json.dumps(entry, separators=(",", ":"), sort_keys=True).encode()
    intruder.execute("UPDATE audit_logged_event SET entry = %s WHERE id = %s", [changed, row.id])
    with pytest.raises(LogCorruptError, match="entry 17: .*leaf hash") as fault:
        verify()
    assert (fault.value.index, fault.value.event) == (17, row.id)


def test_a_changed_entry_with_a_fitting_leaf_is_found_by_the_root(intruder):
    row = event_at(17)
    changed = bytes(row.entry).replace(b'"length":3', b'"length":4')
    intruder.execute("UPDATE audit_logged_event SET entry = %s WHERE id = %s", [changed, row.id])
    intruder.execute(
        "UPDATE audit_leaf SET hash = sha256(decode('00', 'hex') || %s) WHERE index = 17",
        [changed],
    )
    with pytest.raises(LogCorruptError, match="tile 0/0"):
        verify()


@pytest.mark.parametrize(
    "change", ["kind = 'desk:message:sent'", "actor = 'person:x'", "at = at - interval '1 day'"]
)
def test_search_columns_that_hide_an_entry_are_named(intruder, change):
    intruder.execute(f"UPDATE audit_logged_event SET {change} WHERE id = %s", [event_at(5).id])
    with pytest.raises(LogCorruptError, match="entry 5: .*columns"):
        verify()


def test_a_missing_event_is_named(intruder):
    intruder.execute("DELETE FROM audit_logged_event WHERE id = %s", [event_at(299).id])
    with pytest.raises(LogCorruptError, match="entry 299: got no event"):
        verify()


def test_a_missing_leaf_is_named(intruder):
    intruder.execute("DELETE FROM audit_leaf WHERE index = 100")
    with pytest.raises(LogCorruptError, match="entry 100: got no leaf"):
        verify()


def test_exchanged_leaves_are_named(intruder):
    intruder.execute("UPDATE audit_leaf SET event = gen_random_uuid() WHERE index = 7")
    with pytest.raises(LogCorruptError, match="entry 7: got no event"):
        verify()


def test_a_changed_tile_is_named(intruder):
    intruder.execute("UPDATE audit_tile SET root = decode(repeat('00', 32), 'hex')")
    with pytest.raises(LogCorruptError, match="tile 0/0"):
        verify()


def test_a_missing_tile_is_named(intruder):
    intruder.execute("DELETE FROM audit_tile")
    with pytest.raises(LogCorruptError, match="tile 0/0"):
        verify()


def test_a_checkpoint_of_another_root_is_named(intruder):
    note = sign_checkpoint(Checkpoint(ORIGIN, 300, b"\1" * 32), SIGNERS)
    intruder.execute("UPDATE audit_signed_checkpoint SET note = %s", [note])
    with pytest.raises(LogCorruptError, match="checkpoint of size 300: got another note"):
        verify()
    intruder.execute("UPDATE audit_signed_checkpoint SET root = decode(repeat('01', 32), 'hex')")
    with pytest.raises(LogCorruptError, match="checkpoint of size 300: got root 0101"):
        verify()


def test_a_checkpoint_with_one_signature_is_named(intruder):
    signed = SignedCheckpoint.objects.get()
    note = sign_checkpoint(Checkpoint(ORIGIN, 300, bytes(signed.root)), SIGNERS[:1])
    intruder.execute("UPDATE audit_signed_checkpoint SET note = %s", [note])
    with pytest.raises(LogCorruptError, match="ml-dsa-65"):
        verify()


def test_an_anchor_kept_outside_finds_a_cut_and_a_rewritten_log(intruder):
    anchor = SignedCheckpoint.objects.get().note
    assert verify(anchors=[anchor]).anchors == 1
    other = sign_checkpoint(Checkpoint(ORIGIN, 200, b"\2" * 32), SIGNERS)
    with pytest.raises(LogCorruptError, match="anchor of size 200"):
        verify(anchors=[other])
    with pytest.raises(NoteError):
        verify(anchors=[anchor.replace("300", "200", 1)])
    intruder.execute("DELETE FROM audit_signed_checkpoint")
    intruder.execute("DELETE FROM audit_leaf WHERE index >= 290")
    with pytest.raises(RolledBackError, match="want 300 as handed out"):
        verify(anchors=[anchor])
