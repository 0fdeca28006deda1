"""The published tree: checkpoint, tiles and entry bundles as plain files.

Laid out as c2sp.org/tlog-tiles says, so that public tools can follow the
log from a copy of the folder. Tiles and bundles are written before the
checkpoint that speaks of them, each by an atomic rename: a kill at any
moment leaves the previous checkpoint with all of its files.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from audit.checkpoint import Checkpoint, read_checkpoint
from audit.errors import RolledBackError
from audit.tiles import WIDTH, ReadTile, bundle, partial_widths, tile_path

CHECKPOINT = "checkpoint"
# (start, end) to the entries of that range.
ReadEntries = Callable[[int, int], Iterator[bytes]]


class TreeFiles:
    """The folder of one log, written by its sequencer alone."""

    def __init__(self, folder: Path, *, tiles: ReadTile, entries: ReadEntries) -> None:
        """`tiles` and `entries` read the tree that is to be published."""
        self._folder = folder
        self._tiles = tiles
        self._entries = entries
        # Files of smaller trees are known to be there; nothing is, at start.
        self._complete = 0

    def published(self) -> Checkpoint | None:
        """The checkpoint that lies in the folder."""
        path = self._folder / CHECKPOINT
        return read_checkpoint(path.read_text(encoding="utf-8")) if path.exists() else None

    def publish(self, note: str, size: int) -> None:
        """Write what the tree of `size` adds, then its checkpoint.

        Raises: RolledBackError if the folder already shows a larger tree.
        """
        before = self.published()
        if before is not None and before.size > size:
            raise RolledBackError(f"got a tree of size {size}, want {before.size} as published")
        for path, content in self._missing(size):
            _write(self._folder / path, content())
        _write(self._folder / CHECKPOINT, note.encode())
        self._drop_partials(size)
        self._complete = size

    def _missing(self, size: int) -> Iterator[tuple[str, Callable[[], bytes]]]:
        for level, number, width in _tiles_between(self._complete, size):
            wanted = [(tile_path(level, number, width), self._tile_reader(level, number, width))]
            if level == 0:
                wanted.append(
                    (tile_path("entries", number, width), self._bundle_reader(number, width))
                )
            # A path's content never changes, and a rename leaves no half-written file.
            yield from (item for item in wanted if not (self._folder / item[0]).exists())

    def _tile_reader(self, level: int, number: int, width: int) -> Callable[[], bytes]:
        return lambda: self._tiles(level, number, width)

    def _bundle_reader(self, number: int, width: int) -> Callable[[], bytes]:
        first = number * WIDTH
        return lambda: bundle(self._entries(first, first + width))

    def _drop_partials(self, size: int) -> None:
        """Partial tiles may go once the full one is there."""
        for level, number, width in _tiles_between(self._complete, size):
            if width == WIDTH:
                for kind in (level, "entries") if level == 0 else (level,):
                    gone = self._folder / f"{tile_path(kind, number)}.p"
                    shutil.rmtree(gone, ignore_errors=True)


def _tiles_between(old: int, new: int) -> Iterator[tuple[int, int, int]]:
    """Tiles of the tree of size `new` that the tree of size `old` has not."""
    level, first, last = 0, old // WIDTH, new // WIDTH
    while last:
        yield from ((level, number, WIDTH) for number in range(first, last))
        level, first, last = level + 1, first // WIDTH, last // WIDTH
    yield from partial_widths(new)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The sequencer is the only writer, so one name for the unfinished file is enough.
    unfinished = path.with_name(f"{path.name}.new")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fdatasync(file.fileno())
    unfinished.replace(path)
