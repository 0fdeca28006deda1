"""Tiles against the specification's examples, a public log and the naive tree."""

from base64 import b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import merkle, tiles
from audit.checkpoint import read_checkpoint
from audit.errors import TileError
from tests.audit.shared_data import lines
from tests.audit.test_merkle import leaves


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 1234067, 256, "tile/0/x001/x234/067"),  # the specification's example
        (0, 0, 256, "tile/0/000"),
        (2, 0, 1, "tile/2/000.p/1"),
        (0, 273, 112, "tile/0/273.p/112"),
        ("entries", 1000, 256, "tile/entries/x001/000"),
    ],
)
def test_paths(level, number, width, path):
    assert tiles.tile_path(level, number, width) == path


def test_partial_tiles_of_the_specifications_example():
    assert tiles.partial_widths(70_000) == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert tiles.partial_widths(256) == [(1, 0, 1)]
    assert tiles.partial_widths(0) == []


@pytest.mark.parametrize("width", [0, -1, 257])
def test_widths_outside_a_tile_are_refused(width):
    with pytest.raises(TileError):
        tiles.tile_path(0, 0, width)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_come_back(entries):
    assert tiles.unbundle(tiles.bundle(entries)) == entries


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_a_truncated_bundle_is_refused(cut):
    packed = tiles.bundle([b"one", b"two"])
    with pytest.raises(TileError):
        tiles.unbundle(packed[:-cut])


def grown(found):
    """The frontier and the full tiles after appending all leaves."""
    frontier, full = tiles.Frontier(), {}
    for leaf in found:
        for tile in frontier.append(leaf):
            full[tile.level, tile.number] = tile
    return frontier, full


def reader_of(frontier, full, size):
    def read(level, number, width):
        if width == tiles.WIDTH:
            return full[level, number].hashes
        assert number == size // tiles.WIDTH ** (level + 1)
        return b"".join(frontier.pending[level][:width])

    return tiles.TreeReader(size, read)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 700, 66_000])
def test_the_frontier_knows_the_root(size):
    found = leaves(size)
    frontier, full = grown(found)
    assert frontier.size == size
    assert frontier.root() == merkle.root(found)
    assert {key for key in full if key[0] == 0} == {(0, n) for n in range(size // 256)}
    for (level, number), tile in full.items():
        span = 256**level
        hashes = tiles.split_hashes(tile.hashes, 256)
        first = number * 256 * span
        assert hashes[3] == merkle.root(found[first + 3 * span : first + 4 * span])
        assert tile.root == merkle.root(found[first : first + 256 * span])


_FOUND = leaves(66_000)
_GROWN = grown(_FOUND)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 65_999))
def test_proofs_from_tiles_verify(index):
    reader = reader_of(*_GROWN, 66_000)
    proof = [reader.range_root(*span) for span in merkle.inclusion_ranges(index, 66_000)]
    merkle.verify_inclusion(index, 66_000, _FOUND[index], proof, _GROWN[0].root())


def test_a_tile_of_another_length_is_refused():
    reader = tiles.TreeReader(256, lambda *_: b"\0" * 31)
    with pytest.raises(TileError):
        reader.range_root(0, 256)
    with pytest.raises(TileError):
        reader.range_root(0, 257)


def test_roots_of_a_public_log_are_recomputed_from_its_tiles():
    """A 16-entry Tessera log: its bundles must give the root of each of its checkpoints."""
    stored = {
        item["path"]: b64decode(item["base64"])
        for item in lines("tlog-notes/tessera_log_tiles.jsonl")
    }
    notes = [item for item in lines("tlog-notes/data.jsonl") if item["kind"] == "signed_note"]
    checkpoints = [read_checkpoint(i["text"]) for i in notes if "tessera" in i["source"]]
    entries = tiles.unbundle(stored["tile/entries/000.p/15"])
    hashes = [merkle.leaf_hash(entry) for entry in entries]
    assert stored[tiles.tile_path(0, 0, 15)] == b"".join(hashes)
    checked = [merkle.root(hashes[: found.size]) == found.root for found in checkpoints]
    assert len(checked) >= 16
    assert all(checked)
