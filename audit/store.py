"""The tree as it lies in the database: edge, tiles, entries.

Only full tiles are rows. A partial tile is read from the level below: from
`Leaf` rows at level 0, from the roots of `Tile` rows above.
"""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Max

from audit.errors import LogCorruptError
from audit.models import Leaf, SignedCheckpoint, Tile
from audit.tiles import WIDTH, Frontier, TreeReader

_ENTRIES = """
SELECT leaf.index, e.entry
FROM audit_leaf AS leaf LEFT JOIN audit_logged_event AS e ON e.id = leaf.event
WHERE leaf.index >= %s AND leaf.index < %s
ORDER BY leaf.index
"""


def tree_size() -> int:
    """Number of leaves."""
    last: int | None = Leaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def latest_checkpoint() -> SignedCheckpoint | None:
    """The newest checkpoint of the largest size."""
    return SignedCheckpoint.objects.order_by("-size", "-id").first()


def read_tile(level: int, number: int, width: int) -> bytes:
    """Return `width` hashes of a tile.

    Raises: LogCorruptError if rows are missing.
    """
    if width == WIDTH:
        full = Tile.objects.filter(level=level, index=number).first()
        if full is None:
            raise LogCorruptError(f"got no tile {level}/{number}, want 256 hashes")
        return bytes(full.hashes)
    first = number * WIDTH
    if level == 0:
        leaves = Leaf.objects.filter(index__gte=first, index__lt=first + width)
        hashes = [bytes(found) for found in leaves.order_by("index").values_list("hash", flat=True)]
    else:
        below = Tile.objects.filter(level=level - 1, index__gte=first, index__lt=first + width)
        hashes = [bytes(found) for found in below.order_by("index").values_list("root", flat=True)]
    if len(hashes) != width:
        raise LogCorruptError(f"got {len(hashes)} hashes for tile {level}/{number}, want {width}")
    return b"".join(hashes)


def tree_reader(size: int) -> TreeReader:
    """Reader of the tree as it was at `size`."""
    return TreeReader(size, read_tile)


def load_frontier() -> Frontier:
    """The tree's right edge, ready for the next leaf."""
    size = tree_size()
    frontier = Frontier(size)
    level, count = 0, size
    while count:
        number, width = divmod(count, WIDTH)
        packed = read_tile(level, number, width) if width else b""
        frontier.pending.append([packed[at : at + 32] for at in range(0, len(packed), 32)])
        level, count = level + 1, number
    return frontier


def entries_between(start: int, end: int) -> Iterator[bytes]:
    """Entries of the leaves with start <= index < end, in order.

    Raises: LogCorruptError naming the first index without its event.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [start, end])
        rows = cursor.fetchall()
    for expected, (index, entry) in zip(range(start, end), rows, strict=False):
        if index != expected or entry is None:
            raise LogCorruptError("got no leaf or no event, want both", index=expected)
        yield bytes(entry)
    if len(rows) != end - start:
        raise LogCorruptError("got no leaf, want one", index=start + len(rows))
