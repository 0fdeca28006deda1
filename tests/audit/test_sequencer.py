"""Every committed event gets exactly one leaf, whatever the order of commits and deaths."""

import os
import signal
import threading

import psycopg
import pytest
from django.db import connection

from audit import merkle, store, tiles
from audit.checkpoint import read_checkpoint, verify_checkpoint
from audit.entries import encode
from audit.errors import LogCorruptError, RolledBackError, SequencerBusyError
from audit.events import SessionOpened
from audit.ids import uuid7
from audit.models import Leaf, LoggedEvent, SignedCheckpoint, Tile
from audit.queries import lag
from audit.sequencer import _LOCK, Sequencer, integrate_once, run
from audit.verify import verify_log
from tests.audit.test_checkpoint import KEYS, ORIGIN, SIGNERS
from tests.audit.writing import NOW, integrate, write

pytestmark = pytest.mark.django_db(transaction=True)


def check(size):
    report = verify_log(keys=KEYS, origin=ORIGIN)
    assert (report.size, report.waiting) == (size, 0)
    assert set(LoggedEvent.objects.values_list("id", flat=True)) == set(
        Leaf.objects.values_list("event", flat=True)
    )
    return report


def test_events_become_leaves_and_a_signed_root(as_role):
    write(5)
    assert lag().pending == 5
    done = integrate(as_role)
    assert (done.count, done.size) == (5, 5)
    assert lag().pending == 0
    entries = list(store.entries_between(0, 5))
    assert done.root == merkle.root([merkle.leaf_hash(entry) for entry in entries])
    signed = store.latest_checkpoint()
    found = verify_checkpoint(signed.note, KEYS, origin=ORIGIN)
    assert (found.size, found.root) == (5, done.root)
    check(5)


def test_nothing_new_signs_nothing_new(as_role):
    integrate(as_role)
    write(1)
    integrate(as_role)
    assert integrate(as_role).count == 0
    assert list(SignedCheckpoint.objects.order_by("size").values_list("size", flat=True)) == [0, 1]


def test_batches_fill_tiles_of_two_levels(as_role):
    for _ in range(5):
        write(130)
    with as_role("sequencer"):
        sequencer = Sequencer(SIGNERS, batch=100)
        sizes = [sequencer.integrate(NOW).size for _ in range(8)]
    assert sizes == [100, 200, 300, 400, 500, 600, 650, 650]
    assert list(Tile.objects.order_by("index").values_list("level", "index")) == [(0, 0), (0, 1)]
    check(650)
    reader = store.tree_reader(300)
    hashes = [bytes(h) for h in Leaf.objects.order_by("index").values_list("hash", flat=True)]
    assert reader.root() == merkle.root(hashes[:300])


def insert_raw(writer):
    event_id = uuid7()
    event = SessionOpened(actor="service:web", origin="web:/", at=NOW)
    writer.execute(
        "INSERT INTO audit_logged_event (id, at, kind, actor, entry) VALUES (%s, %s, %s, %s, %s)",
        [event_id, NOW, event.kind, event.actor, encode(event, event_id=event_id, at=NOW)],
    )
    return event_id


@pytest.fixture
def writer():
    """A second connection of the role web, with its own open transaction."""
    options = connection.get_connection_params()
    options = {k: v for k, v in options.items() if k in {"dbname", "user", "password", "host"}}
    with psycopg.connect(**options) as made:
        yield made


def test_a_late_commit_is_not_skipped(as_role, writer):
    """The first to take an id commits last, after later ids have their leaves."""
    late = insert_raw(writer)
    write(3)
    with as_role("sequencer"):
        sequencer = Sequencer(SIGNERS)
        assert sequencer.integrate(NOW).count == 3
        assert sequencer.integrate(NOW).count == 0
        writer.commit()
        assert sequencer.integrate(NOW).count == 1
    assert Leaf.objects.get(index=3).event == late
    check(4)


def test_a_late_commit_is_found_while_batches_are_cut_short(as_role, writer):
    late = insert_raw(writer)
    for _ in range(7):
        write(1)
    with as_role("sequencer"):
        sequencer = Sequencer(SIGNERS, batch=3)
        assert sequencer.integrate(NOW).count == 3
        writer.commit()
        assert [sequencer.integrate(NOW).count for _ in range(3)] == [3, 2, 0]
    assert Leaf.objects.filter(event=late).exists()
    check(8)


def test_a_rolled_back_event_gets_no_leaf(as_role, writer):
    insert_raw(writer)
    writer.rollback()
    write(1)
    assert integrate(as_role).size == 1


class KilledError(BaseException):
    """Stands for the end of the process: nothing may catch it."""


STEPS = ["look", "leaves", "tiles", "before-commit", "commit", "publish"]


def test_a_kill_between_any_two_steps_loses_nothing(as_role, tmp_path):
    size = 0
    for deadly in STEPS:
        write(300)
        size += 300

        def die(name, deadly=deadly):
            if name == deadly:
                raise KilledError

        with as_role("sequencer"):
            with pytest.raises(KilledError):
                Sequencer(SIGNERS, folder=tmp_path, after_step=die).integrate(NOW)
            connection.close()
            integrate_once(SIGNERS, NOW, folder=tmp_path)
        check(size)
        check_files(tmp_path, size)


def test_a_kill_while_publishing_leaves_a_whole_older_tree(as_role, tmp_path, monkeypatch):
    """Dies before the n-th file gets its final name."""
    write(300)
    integrate(as_role, tmp_path)
    write(300)
    real, left = type(tmp_path).replace, [0]

    def replace(self, target):
        if left[0] == 0:
            raise KilledError
        left[0] -= 1
        return real(self, target)

    monkeypatch.setattr(type(tmp_path), "replace", replace)
    with as_role("sequencer"):
        # Each life writes one file more; the checkpoint is the last of six or so.
        for _ in range(20):
            left[0] = 1
            connection.close()
            try:
                integrate_once(SIGNERS, NOW, folder=tmp_path)
                break
            except KilledError:
                check_files(tmp_path, 300)
    check_files(tmp_path, 600)


def sequence_until_killed(folder):
    """Fork a sequencer; the parent goes on with its own connection."""
    inherited = connection.connection
    child = os.fork()
    if child:
        return child
    # Kept alive: closing it would say good-bye in the parent's name.
    connection.connection = None
    try:
        run(SIGNERS, threading.Event(), 0.002, folder=folder)
    finally:
        del inherited
        os._exit(1)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_kill_9_at_any_moment_loses_nothing(as_role, tmp_path):
    size = 0
    for life in range(6):
        with as_role("sequencer"):
            connection.ensure_connection()
            child = sequence_until_killed(tmp_path)
        for _ in range(5 + 3 * life):
            size += len(write(37))
        os.kill(child, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        published = tmp_path / "checkpoint"
        if published.exists():
            check_files(tmp_path, read_checkpoint(published.read_text("utf-8")).size)
    assert SignedCheckpoint.objects.count() > 1
    wait_for_the_lock(as_role)
    integrate(as_role, tmp_path)
    check(size)
    check_files(tmp_path, size)


def wait_for_the_lock(as_role):
    """The server ends a killed client's session when it next looks at the socket."""
    with as_role("sequencer"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s), pg_advisory_unlock(%s)", [_LOCK, _LOCK])


def check_files(folder, size):
    """Read the folder as a stranger would: checkpoint, then only what it calls for."""
    found = read_checkpoint((folder / "checkpoint").read_text("utf-8"))
    assert found.size == size

    def read(level, number, width):
        return (folder / tiles.tile_path(level, number, width)).read_bytes()

    assert tiles.TreeReader(size, read).root() == found.root
    entries = []
    for number in range(-(-size // 256)):
        width = min(256, size - number * 256)
        path = folder / tiles.tile_path("entries", number, width)
        entries += tiles.unbundle(path.read_bytes())
    assert merkle.root([merkle.leaf_hash(entry) for entry in entries]) == found.root


def test_partial_files_go_when_the_full_tile_is_there(as_role, tmp_path):
    write(10)
    integrate(as_role, tmp_path)
    write(300)
    integrate(as_role, tmp_path)
    assert not (tmp_path / "tile/0/000.p").exists()
    assert not (tmp_path / "tile/entries/000.p").exists()
    check_files(tmp_path, 310)


def test_missing_files_are_written_again_at_start(as_role, tmp_path):
    write(260)
    integrate(as_role, tmp_path)
    (tmp_path / "tile/0/000").unlink()
    integrate(as_role, tmp_path)
    check_files(tmp_path, 260)


def test_two_sequencers_do_not_run_at_once(as_role, writer):
    writer.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    with as_role("sequencer"), pytest.raises(SequencerBusyError):
        integrate_once(SIGNERS, NOW)
    writer.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    assert integrate(as_role).size == 0


def test_a_database_put_back_is_not_signed_over(as_role, tmp_path, database):
    write(3)
    integrate(as_role, tmp_path)
    database.clone()
    write(1)
    with pytest.raises(RolledBackError, match="want 3"):
        integrate(as_role, tmp_path)


def test_a_database_with_another_past_is_not_signed_over(as_role, tmp_path, database):
    write(3)
    integrate(as_role, tmp_path)
    database.clone()
    write(4)
    integrate(as_role)
    with pytest.raises(LogCorruptError, match="another root"):
        integrate(as_role, tmp_path)


def test_the_loop_integrates_reports_and_stops(as_role, tmp_path):
    write(2)
    stop, reports = threading.Event(), []

    def report(done, waiting):
        reports.append((done.size, waiting.pending))
        stop.set()

    with as_role("sequencer"):
        run(SIGNERS, stop, 0.01, folder=tmp_path, report=report)
    assert reports == [(2, 0)]
    check_files(tmp_path, 2)
