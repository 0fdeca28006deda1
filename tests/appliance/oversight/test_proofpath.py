"""The drawn path is the proof's path, for every leaf of every small tree."""

import pytest

from appliance.oversight.proofpath import drawing, steps
from audit.merkle import inclusion_proof, leaf_hash, root


@pytest.mark.parametrize("size", range(1, 34))
def test_every_path_leads_to_the_root(size):
    entries = [f'{{"n":{number}}}'.encode() for number in range(size)]
    leaves = [leaf_hash(entry) for entry in entries]
    for index, entry in enumerate(entries):
        path = steps(index, size, entry, inclusion_proof(index, leaves))
        last = path[-1].made_hex if path else leaf_hash(entry).hex()
        assert last == root(leaves).hex()


def test_a_changed_entry_leads_elsewhere():
    leaves = [leaf_hash(bytes([number])) for number in range(7)]
    path = steps(3, 7, b"other", inclusion_proof(3, leaves))
    assert path[-1].made_hex != root(leaves).hex()


def test_the_drawing_holds_every_node_inside_its_frame():
    leaves = [leaf_hash(bytes([number])) for number in range(200)]
    path = steps(77, 200, bytes([77]), inclusion_proof(77, leaves))
    drawn = drawing(leaves[77].hex(), path)
    assert len(drawn.boxes) == 1 + 2 * len(path)
    assert [box.kind for box in drawn.boxes].count("root") == 1
    assert all(box.left >= 0 and box.top >= 0 for box in drawn.boxes)
    assert all(box.left + 132 <= drawn.width for box in drawn.boxes)
    assert all(box.top + 34 <= drawn.height for box in drawn.boxes)
