"""The tree against published vectors and against RFC 9162 written down naively."""

import contextlib
from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import merkle
from audit.errors import ProofError
from tests.audit.shared_data import lines

# transparency-dev/merkle testonly/constants.go: leaf inputs and the roots of trees of them.
INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    # printf '' | sha256sum
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    # printf '\0' | sha256sum
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count):
    return [sha256(b"\x00" + number.to_bytes(3, "little")).digest() for number in range(count)]


def naive_root(found):
    if not found:
        return sha256().digest()
    if len(found) == 1:
        return found[0]
    k = largest_power_below(len(found))
    return sha256(b"\x01" + naive_root(found[:k]) + naive_root(found[k:])).digest()


def naive_path(m, found):
    if len(found) == 1:
        return []
    k = largest_power_below(len(found))
    if m < k:
        return [*naive_path(m, found[:k]), naive_root(found[k:])]
    return [*naive_path(m - k, found[k:]), naive_root(found[:k])]


def naive_subproof(m, found, whole):
    if m == len(found):
        return [] if whole else [naive_root(found)]
    k = largest_power_below(len(found))
    if m <= k:
        return [*naive_subproof(m, found[:k], whole), naive_root(found[k:])]
    return [*naive_subproof(m - k, found[k:], False), naive_root(found[:k])]


def largest_power_below(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size):
    hashes = [merkle.leaf_hash(bytes.fromhex(text)) for text in INPUTS[:size]]
    assert merkle.root(hashes).hex() == ROOTS[size]


@given(st.integers(0, 300))
def test_root_agrees_with_the_naive_tree(size):
    assert merkle.root(leaves(size)) == naive_root(leaves(size))


@given(st.integers(1, 130), st.data())
def test_inclusion_agrees_with_the_naive_path_and_verifies(size, data):
    index = data.draw(st.integers(0, size - 1))
    found = leaves(size)
    proof = merkle.inclusion_proof(index, found)
    assert proof == naive_path(index, found)
    merkle.verify_inclusion(index, size, found[index], proof, naive_root(found))


@given(st.integers(1, 130), st.data())
def test_consistency_agrees_with_the_naive_proof_and_verifies(size2, data):
    size1 = data.draw(st.integers(1, size2))
    found = leaves(size2)
    proof = merkle.consistency_proof(size1, found)
    assert proof == naive_subproof(size1, found, True)
    merkle.verify_consistency(size1, size2, proof, naive_root(found[:size1]), naive_root(found))


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_compact_range_goes_on_where_it_stopped(first, more):
    found = leaves(first + more)
    begun = merkle.CompactRange()
    for leaf in found[:first]:
        begun.append(leaf)
    resumed = merkle.CompactRange(begun.size, begun.hashes)
    for leaf in found[first:]:
        resumed.append(leaf)
    assert resumed.root() == naive_root(found)


@contextlib.contextmanager
def refused(name):
    """The block must raise ProofError; `name` says which corruption did not."""
    try:
        yield
    except ProofError:
        return
    pytest.fail(f"accepted: {name}")


def corruptions_of_inclusion(index, size, leaf, proof, root):
    other = b"\x55" * 32
    yield "index-plus-1", (index + 1, size, leaf, proof, root)
    yield "index-minus-1", (index - 1, size, leaf, proof, root)
    yield "index-xor-2", (index ^ 2, size, leaf, proof, root)
    yield "size-halved", (index, size // 2, leaf, proof, root)
    yield "size-doubled", (index, size * 2, leaf, proof, root)
    yield "leaf-changed", (index, size, other, proof, root)
    yield "leaf-truncated", (index, size, leaf[:-1], proof, root)
    yield "root-changed", (index, size, leaf, proof, other)
    yield "root-as-proof", (index, size, leaf, [root], root)
    yield "proof-with-one-more", (index, size, leaf, [*proof, other], root)
    yield "proof-with-one-before", (index, size, leaf, [other, *proof], root)
    if proof:
        yield "proof-without-last", (index, size, leaf, proof[:-1], root)
        yield "proof-without-first", (index, size, leaf, proof[1:], root)
        yield "proof-element-changed", (index, size, leaf, [other, *proof[1:]], root)
        yield "proof-element-longer", (index, size, leaf, [proof[0] + b"\0", *proof[1:]], root)
    if len(proof) > 1:
        yield "proof-swapped", (index, size, leaf, [proof[1], proof[0], *proof[2:]], root)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 8), (5, 8), (2, 3), (6, 7), (99, 129)])
def test_corrupted_inclusion_proofs_are_refused(index, size):
    found = leaves(size)
    sound = (index, size, found[index], merkle.inclusion_proof(index, found), naive_root(found))
    merkle.verify_inclusion(*sound)
    for name, broken in corruptions_of_inclusion(*sound):
        with refused(name):
            merkle.verify_inclusion(*broken)


@pytest.mark.parametrize(("size1", "size2"), [(1, 2), (1, 8), (6, 8), (2, 5), (4, 129), (65, 128)])
def test_corrupted_consistency_proofs_are_refused(size1, size2):
    found = leaves(size2)
    proof = merkle.consistency_proof(size1, found)
    roots = naive_root(found[:size1]), naive_root(found)
    merkle.verify_consistency(size1, size2, proof, *roots)
    other = b"\x55" * 32
    broken = {
        "older-size-plus-1": (size1 + 1, size2, proof, *roots),
        "sizes-swapped": (size2, size1, proof, *roots),
        "newer-size-doubled": (size1, size2 * 2, proof, *roots),
        "roots-swapped": (size1, size2, proof, *reversed(roots)),
        "older-root-changed": (size1, size2, proof, other, roots[1]),
        "newer-root-changed": (size1, size2, proof, roots[0], other),
        "proof-empty": (size1, size2, [], *roots),
        "proof-with-one-more": (size1, size2, [*proof, other], *roots),
        "proof-without-last": (size1, size2, proof[:-1], *roots),
        "proof-reversed-or-changed": (size1, size2, [other, *proof[1:]], *roots),
    }
    for name, arguments in broken.items():
        with refused(name):
            merkle.verify_consistency(*arguments)


def test_equal_trees_need_no_proof_and_empty_ones_have_none():
    root = naive_root(leaves(5))
    merkle.verify_consistency(5, 5, [], root, root)
    for arguments in [(5, 5, [root], root, root), (0, 5, [], merkle.EMPTY_ROOT, root)]:
        with pytest.raises(ProofError):
            merkle.verify_consistency(*arguments)


def test_ranges_refuse_what_no_tree_has():
    for index, size in [(-1, 3), (3, 3), (0, 0)]:
        with pytest.raises(ProofError):
            merkle.inclusion_ranges(index, size)
    for size1, size2 in [(0, 3), (4, 3), (-1, 3)]:
        with pytest.raises(ProofError):
            merkle.consistency_ranges(size1, size2)


def unpacked(case, *names):
    return [b64decode(case[name] or "") for name in names]


def test_inclusion_vectors():
    cases = lines("merkle-rfc6962/inclusion.jsonl")
    for case in cases:
        leaf, root = unpacked(case, "leafHash", "root")
        proof = [b64decode(text) for text in case["proof"] or []]
        arguments = (case["leafIdx"], case["treeSize"], leaf, proof, root)
        if case["wantErr"]:
            with refused(case["case"]):
                merkle.verify_inclusion(*arguments)
        else:
            merkle.verify_inclusion(*arguments)
    assert len(cases) >= 90


def test_consistency_vectors():
    cases = lines("merkle-rfc6962/consistency.jsonl")
    for case in cases:
        root1, root2 = unpacked(case, "root1", "root2")
        proof = [b64decode(text) for text in case["proof"] or []]
        arguments = (case["size1"], case["size2"], proof, root1, root2)
        if case["wantErr"]:
            with refused(case["case"]):
                merkle.verify_consistency(*arguments)
        else:
            merkle.verify_consistency(*arguments)
    assert len(cases) >= 90
