"""The one writer of the tree.

Life of a leaf: a writer commits an event; the sequencer finds it, gives it
the next index, adds it to the tree, signs the new size and root, commits
leaves, tiles and checkpoint in one transaction, and publishes the files.

Finding. Ids and clocks do not tell which events are new: a transaction that
took its id first may commit last. Each event holds the id of its
transaction (`xact`), and every snapshot knows its *horizon*, the id below
which all transactions are over. What an earlier look could not see has an
`xact` at or above that look's horizon, so the next look begins there and
takes every event that has no leaf. A new process begins at zero.

Order is by transaction, then by id. Writers never wait: the sequencer
polls and takes no lock that they need.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.errors import LogCorruptError, RolledBackError, SequencerBusyError
from audit.merkle import leaf_hash
from audit.models import SignedCheckpoint, Tile
from audit.note import Signer
from audit.queries import Lag, lag
from audit.store import (
    entries_between,
    latest_checkpoint,
    load_frontier,
    read_tile,
    tree_reader,
    tree_size,
)
from audit.tiles import Frontier, FullTile
from audit.treefiles import TreeFiles

BATCH = 4096
_REPORT_S = 10.0
# Any number that no other advisory lock of this database uses.
_LOCK = 0x53_54_52_4F_4E_47

_log = logging.getLogger(__name__)

_UNSEQUENCED = """
SELECT seen.horizon::text, event.id, event.entry, event.xact::text
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon) AS seen
LEFT JOIN LATERAL (
    SELECT e.id, e.entry, e.xact FROM audit_logged_event AS e
    WHERE e.xact >= %s::xid8
      AND NOT EXISTS (SELECT FROM audit_leaf AS leaf WHERE leaf.event = e.id)
    ORDER BY e.xact, e.id
    LIMIT %s
) AS event ON true
ORDER BY event.xact, event.id
"""
_INSERT_LEAVES = """
INSERT INTO audit_leaf (index, event, hash)
SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[])
"""


class Stop(Protocol):
    """What `threading.Event` offers."""

    def is_set(self) -> bool:
        """Say whether to stop."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the stop, at most `timeout` seconds."""


@dataclass(frozen=True)
class Integrated:
    """One batch: how many entries it added, and the tree after it."""

    count: int
    size: int
    root: bytes


@dataclass(frozen=True)
class _Found:
    """Committed events without a leaf, and where the next look must begin."""

    events: list[UUID]
    entries: list[bytes]
    horizon: int


class Sequencer:
    """The state that one process carries from batch to batch."""

    def __init__(
        self,
        signers: Sequence[Signer],
        *,
        folder: Path | None = None,
        batch: int = BATCH,
        after_step: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare to integrate.

        signers:    all of one name, which is the log's origin.
        folder:     where the tree is published as files, if at all.
        after_step: called with each step's name; a test dies in it.
        """
        self._signers = tuple(signers)
        self._batch = batch
        self._done = after_step
        self._frontier: Frontier | None = None
        self._horizon = 0
        self._files = (
            TreeFiles(folder, tiles=read_tile, entries=entries_between) if folder else None
        )
        self._is_checked = False
        self._published = ""

    def integrate(self, now: datetime) -> Integrated:
        """Integrate one batch and publish.

        Raises: SequencerBusyError, RolledBackError, LogCorruptError.
        """
        with _only_one():
            self._check_published()
            # Unknown until the commit is known to have happened.
            frontier, self._frontier = self._frontier, None
            with transaction.atomic():
                if frontier is None or frontier.size != tree_size():
                    frontier, self._horizon = load_frontier(), 0
                found = _look(self._horizon, self._batch)
                self._done("look")
                checkpoint = self._add(found, frontier, now)
                self._done("before-commit")
            self._done("commit")
            self._frontier, self._horizon = frontier, found.horizon
            self._publish()
            return Integrated(len(found.events), frontier.size, checkpoint)

    def _add(self, found: _Found, frontier: Frontier, now: datetime) -> bytes:
        """Write leaves, tiles and checkpoint; return the root."""
        if not found.events and (frontier.size or latest_checkpoint()):
            return frontier.root()
        first = frontier.size
        hashes = [leaf_hash(entry) for entry in found.entries]
        tiles = [tile for leaf in hashes for tile in frontier.append(leaf)]
        _insert_leaves(first, found.events, hashes)
        self._done("leaves")
        Tile.objects.bulk_create([_tile_row(tile) for tile in tiles])
        self._done("tiles")
        root = frontier.root()
        checkpoint = Checkpoint(self._signers[0].name, frontier.size, root)
        SignedCheckpoint.objects.create(
            size=frontier.size,
            root=root,
            note=sign_checkpoint(checkpoint, self._signers),
            at=now,
            horizon=found.horizon,
        )
        return root

    def _publish(self) -> None:
        """Publish the newest checkpoint; the first time also what may be missing of it."""
        latest = latest_checkpoint()
        if self._files is None or latest is None or latest.note == self._published:
            return
        self._files.publish(latest.note, latest.size)
        self._published = latest.note
        self._done("publish")

    def _check_published(self) -> None:
        """Never sign a tree that contradicts what was published (once a process)."""
        if self._is_checked or self._files is None:
            return
        published = self._files.published()
        if published is not None:
            size = tree_size()
            if published.size > size:
                raise RolledBackError(f"got a tree of size {size}, want {published.size}")
            if tree_reader(published.size).root() != published.root:
                raise LogCorruptError(f"got another root at size {published.size} than published")
        self._is_checked = True


def integrate_once(
    signers: Sequence[Signer], now: datetime, *, folder: Path | None = None
) -> Integrated:
    """Integrate everything that is committed now, and return the sum.

    Raises: SequencerBusyError, RolledBackError, LogCorruptError.
    """
    sequencer, count = Sequencer(signers, folder=folder), 0
    while True:
        done = sequencer.integrate(now)
        count += done.count
        if done.count < BATCH:
            return Integrated(count, done.size, done.root)


def run(
    signers: Sequence[Signer],
    stop: Stop,
    period_s: float = 0.25,
    *,
    folder: Path | None = None,
    report: Callable[[Integrated, Lag], None] = lambda _done, _lag: None,
) -> None:
    """Integrate until told to stop; survive a database that comes and goes.

    Reports after each batch, and at least every ten seconds.
    """
    sequencer, quiet_s = Sequencer(signers, folder=folder), 0.0
    while not stop.is_set():
        try:
            done = sequencer.integrate(datetime.now(UTC))
            if done.count or quiet_s >= _REPORT_S:
                report(done, lag())
                quiet_s = 0.0
        except (OperationalError, InterfaceError, SequencerBusyError) as fault:
            _log.warning("sequencer waits: %s", type(fault).__name__)
            connection.close()
            done = None
        if done is None or done.count < BATCH:
            quiet_s += period_s
            stop.wait(period_s)


@contextmanager
def _only_one() -> Iterator[None]:
    """Hold the sequencer's lock; the server lets go of it if the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if cursor.fetchone() != (True,):
            raise SequencerBusyError("got the lock held by another process")
    try:
        yield
    finally:
        # A broken connection has already let go.
        with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _look(horizon: int, limit: int) -> _Found:
    """Read committed events without a leaf, in one statement and so one snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEQUENCED, [str(horizon), limit])
        rows = cursor.fetchall()
    # One row of nulls stands for "nothing found".
    found = [row for row in rows if row[1] is not None]
    next_horizon = int(rows[0][0])
    if len(found) == limit:
        # Cut short: what is left begins with the last transaction seen.
        next_horizon = min(next_horizon, int(found[-1][3]))
    return _Found([row[1] for row in found], [bytes(row[2]) for row in found], next_horizon)


def _insert_leaves(first: int, events: list[UUID], hashes: list[bytes]) -> None:
    indexes = list(range(first, first + len(events)))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_LEAVES, [indexes, events, hashes])


def _tile_row(tile: FullTile) -> Tile:
    return Tile(level=tile.level, index=tile.number, hashes=tile.hashes, root=tile.root)
