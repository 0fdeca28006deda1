"""C2SP tlog-tiles: the tree as files of 256 hashes, for public tools.

A tile of level l, number n holds the hashes

    MTH(D[(256 n + i) 256^l : (256 n + i + 1) 256^l])   for i in 0..255

32 bytes each. A tile on the right edge is partial: only hashes of full
subtrees stand in it, and it is no part of the level above. Entries lie in
bundles of 256, each entry behind its length in two bytes, big-endian.

Source: c2sp.org/tlog-tiles, height 8.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from audit.errors import TileError
from audit.merkle import EMPTY_ROOT, HASH_BYTES, CompactRange, node_hash, root

HEIGHT = 8
WIDTH = 1 << HEIGHT
TILE_BYTES = WIDTH * HASH_BYTES

# (level, number, width) to the tile's hashes, concatenated.
ReadTile = Callable[[int, int, int], bytes]


@dataclass(frozen=True)
class FullTile:
    """256 hashes and the one hash that stands for them a level up."""

    level: int
    number: int
    hashes: bytes
    root: bytes


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Path of a tile: `tile/0/x001/x234/067`, partial ones `….p/12`.

    `level` is "entries" for an entry bundle.
    """
    if not 0 < width <= WIDTH:
        raise TileError(f"got width {width}, want 1 to {WIDTH}")
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03d}")
    path = "/".join(["tile", str(level), *reversed(groups)])
    return path if width == WIDTH else f"{path}.p/{width}"


def bundle(entries: Iterable[bytes]) -> bytes:
    """Pack entries with their lengths."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundle(packed: bytes) -> list[bytes]:
    """Unpack a bundle.

    Raises: TileError if it ends within an entry.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(packed):
        length = int.from_bytes(packed[at : at + 2], "big")
        entry = packed[at + 2 : at + 2 + length]
        if at + 2 > len(packed) or len(entry) != length:
            raise TileError(f"offset {at}: got {len(packed) - at} bytes, want an entry")
        entries.append(entry)
        at += 2 + length
    return entries


def partial_widths(size: int) -> list[tuple[int, int, int]]:
    """Partial tiles of a tree of `size`, as (level, number, width)."""
    found: list[tuple[int, int, int]] = []
    level = 0
    while size:
        number, width = divmod(size, WIDTH)
        if width:
            found.append((level, number, width))
        level, size = level + 1, number
    return found


@dataclass
class Frontier:
    """The right edge of the tree: what must be known to go on appending.

    `pending[l]` holds the hashes of level l that fill no tile yet, at most
    255 of them, so the edge of a log of a billion entries is under 1,000
    hashes.
    """

    size: int = 0
    pending: list[list[bytes]] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[FullTile]:
        """Add one leaf hash; return the tiles that it completed, lowest first."""
        done: list[FullTile] = []
        carried, level = leaf, 0
        while True:
            if level == len(self.pending):
                self.pending.append([])
            hashes = self.pending[level]
            hashes.append(carried)
            if len(hashes) < WIDTH:
                break
            number = self.size >> HEIGHT * (level + 1)
            carried = root(hashes)
            done.append(FullTile(level, number, b"".join(hashes), carried))
            self.pending[level] = []
            level += 1
        self.size += 1
        return done

    def root(self) -> bytes:
        """Root of the whole tree."""
        tree = CompactRange(self.size, self._perfect_subtrees())
        return tree.root()

    def _perfect_subtrees(self) -> list[bytes]:
        """Roots of the perfect subtrees, largest first: high levels stand left."""
        found: list[bytes] = []
        for hashes in reversed(self.pending):
            start = 0
            for bit in reversed(range(WIDTH.bit_length())):
                if len(hashes) & 1 << bit:
                    found.append(root(hashes[start : start + (1 << bit)]))
                    start += 1 << bit
        return found


class TreeReader:
    """Roots of any range of a tree of `size`, read from its tiles."""

    def __init__(self, size: int, read: ReadTile) -> None:
        """`read` returns a tile's hashes; only tiles that exist are asked for."""
        self.size = size
        self._read = read
        # Proofs of neighbours share all but one tile; 256 tiles are 4 MiB.
        self._tile: Callable[[int, int], list[list[bytes]]] = lru_cache(maxsize=256)(self._load)

    def root(self) -> bytes:
        """Root of the whole tree."""
        return self.range_root(0, self.size) if self.size else EMPTY_ROOT

    def range_root(self, start: int, end: int) -> bytes:
        """Root of D[start:end] where `start` is aligned as in proofs.

        Raises: TileError.
        """
        if not 0 <= start < end <= self.size:
            raise TileError(f"got range {start} to {end}, want one within 0 to {self.size}")
        parts: list[bytes] = []
        while start < end:
            # The largest perfect subtree that begins here.
            height = (end - start).bit_length() - 1
            parts.append(self._perfect(start, height))
            start += 1 << height
        node = parts[-1]
        for left in reversed(parts[:-1]):
            node = node_hash(left, node)
        return node

    def _perfect(self, start: int, height: int) -> bytes:
        level, inner = divmod(height, HEIGHT)
        number, offset = divmod(start >> HEIGHT * level, WIDTH)
        return self._tile(level, number)[inner][offset >> inner]

    def _load(self, level: int, number: int) -> list[list[bytes]]:
        """A tile's hashes and the nodes above them, as far as they are perfect."""
        width = min(WIDTH, (self.size >> HEIGHT * level) - number * WIDTH)
        rows = [split_hashes(self._read(level, number, width), width)]
        for _ in range(HEIGHT - 1):
            below = rows[-1]
            pairs = zip(below[::2], below[1::2], strict=False)
            rows.append([node_hash(left, right) for left, right in pairs])
        return rows


def split_hashes(packed: bytes, width: int) -> list[bytes]:
    """Cut a tile into hashes.

    Raises: TileError on another length.
    """
    if len(packed) != width * HASH_BYTES:
        raise TileError(f"got a tile of {len(packed)} bytes, want {width * HASH_BYTES}")
    return [packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)]
