"""Recompute the whole log from its entries and compare with all that is stored.

What it finds: a changed, exchanged or missing entry; search columns that
say something else than their entry; leaves, tiles or checkpoints that do
not follow from the entries; signatures that do not hold; a log shorter
than what was published or handed out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from audit.checkpoint import Checkpoint, verify_checkpoint
from audit.errors import LogCorruptError, NoteError, RolledBackError
from audit.merkle import leaf_hash
from audit.models import SignedCheckpoint, Tile
from audit.note import PublicKey
from audit.queries import unsequenced_count
from audit.store import tree_size
from audit.tiles import Frontier, FullTile

_STEP = 2048

# Left joins: a missing event must show, not vanish.
_ROWS = """
SELECT leaf.index, leaf.event, leaf.hash, e.entry, e.id::text,
       to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       e.kind, e.actor, e.subject::text, e.object
FROM audit_leaf AS leaf LEFT JOIN audit_logged_event AS e ON e.id = leaf.event
WHERE leaf.index >= %s AND leaf.index < %s
ORDER BY leaf.index
"""
# In the order of the query; times and ids compare as the text that entries hold.
_COLUMNS = ("id", "at", "kind", "actor", "subject", "object")


@dataclass(frozen=True)
class VerifyReport:
    """What was recomputed; `waiting` events have no leaf yet."""

    size: int
    root: bytes
    checkpoints: int
    tiles: int
    anchors: int
    waiting: int


@dataclass(slots=True)
class _Row:
    """A leaf and its event; all of the event's columns are None if it is missing."""

    index: int
    event: UUID
    hash: bytes
    entry: bytes | None
    columns: tuple[str | None, ...]


def verify_log(
    *,
    keys: Sequence[PublicKey],
    origin: str,
    anchors: Sequence[str] = (),
    upto: int | None = None,
) -> VerifyReport:
    """Check everything up to the newest leaf, or to `upto` leaves.

    anchors: checkpoint notes kept outside this box.

    Raises: LogCorruptError naming the first bad entry, RolledBackError,
            NoteError on an anchor that these keys did not sign.
    """
    size = tree_size() if upto is None else min(upto, tree_size())
    outside = [verify_checkpoint(note, keys, origin=origin) for note in anchors]
    for anchor in outside:
        if upto is None and anchor.size > size:
            raise RolledBackError(f"got a tree of size {size}, want {anchor.size} as handed out")
    walk = _Walk(_Claims(size, outside, keys, origin))
    for row in _rows(size):
        walk.take(row)
    walk.finish()
    return VerifyReport(
        size=size,
        root=walk.frontier.root(),
        checkpoints=walk.claims.checked,
        tiles=walk.tiles,
        anchors=len(outside),
        waiting=max(unsequenced_count(), 0),
    )


class _Claims:
    """Statements about sizes and roots, in order of size: checkpoints and anchors."""

    def __init__(
        self, size: int, anchors: Sequence[Checkpoint], keys: Sequence[PublicKey], origin: str
    ) -> None:
        self._keys = keys
        self._origin = origin
        self._stored = self._checkpoints(size)
        self._next = next(self._stored, None)
        self._anchors = {(anchor.size, anchor.root) for anchor in anchors}
        self._anchor_sizes = {anchor.size for anchor in anchors}
        self.checked = 0

    def compare(self, frontier: Frontier) -> None:
        """Check every claim about the tree of this size."""
        while self._next is not None and self._next.size == frontier.size:
            self._compare_root(self._next.root, frontier, "checkpoint")
            self.checked += 1
            self._next = next(self._stored, None)
        if frontier.size in self._anchor_sizes:
            for size, root in self._anchors:
                if size == frontier.size:
                    self._compare_root(root, frontier, "anchor")

    def _compare_root(self, claimed: bytes, frontier: Frontier, what: str) -> None:
        root = frontier.root()
        if claimed != root:
            raise LogCorruptError(
                f"{what} of size {frontier.size}: got root {claimed.hex()}, want {root.hex()}"
            )

    def _checkpoints(self, size: int) -> Iterator[Checkpoint]:
        rows = SignedCheckpoint.objects.filter(size__lte=size).order_by("size", "id")
        for row in rows.iterator(chunk_size=_STEP):
            try:
                signed = verify_checkpoint(row.note, self._keys, origin=self._origin)
            except NoteError as fault:
                raise LogCorruptError(f"checkpoint of size {row.size}: {fault}") from fault
            if (signed.size, signed.root) != (row.size, bytes(row.root)):
                raise LogCorruptError(f"checkpoint of size {row.size}: got another note")
            yield signed


class _Walk:
    """The tree as it grows again, entry by entry."""

    def __init__(self, claims: _Claims) -> None:
        self.claims = claims
        self.frontier = Frontier()
        self.tiles = 0
        claims.compare(self.frontier)

    def take(self, row: _Row) -> None:
        expected = self.frontier.size
        if row.index != expected:
            raise LogCorruptError("got no leaf, want one", index=expected)
        if row.entry is None:
            raise LogCorruptError("got no event, want one", index=row.index, event=row.event)
        _check_columns(row, row.entry)
        if leaf_hash(row.entry) != row.hash:
            raise LogCorruptError(
                "got an entry that its leaf hash does not fit", index=row.index, event=row.event
            )
        for tile in self.frontier.append(row.hash):
            self._compare_tile(tile)
        self.claims.compare(self.frontier)

    def finish(self) -> None:
        stored = Tile.objects.count()
        # Tiles may have been added by the sequencer while we read.
        if stored < self.tiles:
            raise LogCorruptError(f"got {stored} tiles, want {self.tiles}")

    def _compare_tile(self, tile: FullTile) -> None:
        row = Tile.objects.filter(level=tile.level, index=tile.number).first()
        if row is None or (bytes(row.hashes), bytes(row.root)) != (tile.hashes, tile.root):
            raise LogCorruptError(
                f"tile {tile.level}/{tile.number} does not follow from the entries",
                index=self.frontier.size - 1,
            )
        self.tiles += 1


def _rows(size: int) -> Iterator[_Row]:
    for start in range(0, size, _STEP):
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [start, min(start + _STEP, size)])
            rows = cursor.fetchall()
        for index, event, found_hash, entry, *columns in rows:
            stored = None if entry is None else bytes(entry)
            yield _Row(index, event, bytes(found_hash), stored, tuple(columns))


def _check_columns(row: _Row, entry: bytes) -> None:
    """Search columns must say what the entry says, or searches would miss it."""
    try:
        fields = json.loads(entry)
        said = tuple(fields.get(name) for name in _COLUMNS)
    except (ValueError, AttributeError) as fault:
        raise LogCorruptError("got no entry", index=row.index, event=row.event) from fault
    if said != row.columns:
        raise LogCorruptError(
            "got search columns that differ from the entry", index=row.index, event=row.event
        )
