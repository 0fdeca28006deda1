"""The Merkle tree of RFC 9162: hashes, roots, proofs.

A tree over n leaves splits at the largest power of two below n:

    MTH({})     = SHA-256()
    MTH({d})    = SHA-256(0x00, d)
    MTH(D[0:n]) = SHA-256(0x01, MTH(D[0:k]), MTH(D[k:n]))

Hashes are 32 bytes. Ranges are half-open. Which hashes a proof needs
(`inclusion_ranges`, `consistency_ranges`) is told apart from where they
come from, so that the same code proves from a list and from tiles.
"""

from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest

from audit.errors import ProofError

HASH_BYTES = 32
EMPTY_ROOT = sha256().digest()

Range = tuple[int, int]


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf; the prefix keeps a leaf from posing as a node (s.2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root over leaf hashes (not entries)."""
    tree = CompactRange()
    for leaf in leaf_hashes:
        tree.append(leaf)
    return tree.root()


class CompactRange:
    """The roots of the perfect subtrees that make up a tree, largest first.

    A tree of 13 = 8 + 4 + 1 leaves keeps three hashes. Appending is O(1) on
    average, the root O(log n): what the sequencer and `verify_log` carry
    along in place of the tree.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Continue a tree of `size` leaves from its subtrees' roots."""
        if size < 0 or len(hashes) != size.bit_count():
            raise ProofError(f"size {size}: got {len(hashes)} hashes, want one per set bit")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        node = leaf
        size = self.size
        # Each trailing one bit is a perfect subtree as large as `node`: merge.
        while size & 1:
            node = node_hash(self.hashes.pop(), node)
            size >>= 1
        self.hashes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Root of the whole tree."""
        if not self.hashes:
            return EMPTY_ROOT
        node = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            node = node_hash(left, node)
        return node


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Leaf ranges whose roots are the proof that leaf `index` is in the tree.

    From the leaf upwards (RFC 9162 s.2.1.3.1, PATH). Requires 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ProofError(f"got index {index}, want one in a tree of size {size}")
    ranges: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(size1: int, size2: int) -> list[Range]:
    """Leaf ranges whose roots prove that the tree of `size1` begins that of `size2`.

    RFC 9162 s.2.1.4.1 (SUBPROOF). Requires 0 < size1 <= size2; equal sizes
    need no proof.
    """
    if not 0 < size1 <= size2:
        raise ProofError(f"got sizes {size1} and {size2}, want 0 < first <= second")
    ranges: list[Range] = []
    start, end = 0, size2
    while end != size1:
        middle = start + _split(end - start)
        if size1 <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    # The verifier knows the old root; any other subtree must be named.
    if start > 0:
        ranges.append((start, end))
    return ranges[::-1]


def inclusion_proof(index: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Audit path of leaf `index`, from the leaf upwards. O(n)."""
    ranges = inclusion_ranges(index, len(leaf_hashes))
    return [root(leaf_hashes[start:end]) for start, end in ranges]


def consistency_proof(size1: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Proof that the first `size1` leaves are the beginning of all. O(n)."""
    ranges = consistency_ranges(size1, len(leaf_hashes))
    return [root(leaf_hashes[start:end]) for start, end in ranges]


def verify_inclusion(  # the contract's signature
    index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf stands at `index` of the tree of `size` with `root`.

    Raises: ProofError.
    Source: RFC 9162 s.2.1.3.2.
    """
    if not 0 <= index < size:
        raise ProofError(f"got index {index}, want one in a tree of size {size}")
    _check_lengths(leaf_hash, *proof, root)
    first, last, node = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise ProofError(f"got {len(proof)} hashes, want fewer for index {index} of {size}")
        if first & 1 or first == last:
            node = node_hash(sibling, node)
            # Levels where `first` is the lone last node have no sibling.
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise ProofError(f"got {len(proof)} hashes, want more for index {index} of {size}")
    _check_root(node, root)


def verify_consistency(  # the contract's signature
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes
) -> None:
    """Check that the tree of `size1` with `root1` begins that of `size2` with `root2`.

    Nothing can be proved of the empty tree, which begins every tree: the
    first size must be above 0.

    Raises: ProofError.
    Source: RFC 9162 s.2.1.4.2.
    """
    if not 0 < size1 <= size2:
        raise ProofError(f"got sizes {size1} and {size2}, want 0 < first <= second")
    if size1 == size2:
        if proof:
            raise ProofError(f"got {len(proof)} hashes, want none")
        _check_root(root2, root1)
        return
    _check_lengths(*proof, root1, root2)
    old, new = _replay_consistency(size1, size2, proof, root1)
    _check_root(old, root1)
    _check_root(new, root2)


def _replay_consistency(
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes
) -> tuple[bytes, bytes]:
    """Rebuild both roots from the proof."""
    # A perfect old tree is itself the first node, which the proof leaves out.
    path = [root1, *proof] if size1 & (size1 - 1) == 0 else list(proof)
    if not path:
        raise ProofError(f"got no hashes, want more for sizes {size1} and {size2}")
    first, last = size1 - 1, size2 - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError(f"got {len(proof)} hashes, want fewer for {size1} and {size2}")
        if first & 1 or first == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise ProofError(f"got {len(proof)} hashes, want more for {size1} and {size2}")
    return old, new


def _split(size: int) -> int:
    """Largest power of two below `size` (RFC 9162 s.2.1.1: k < n <= 2k)."""
    return 1 << (size - 1).bit_length() - 1


def _check_lengths(*hashes: bytes) -> None:
    for found in hashes:
        if len(found) != HASH_BYTES:
            raise ProofError(f"got a hash of {len(found)} bytes, want {HASH_BYTES}")


def _check_root(computed: bytes, given: bytes) -> None:
    if not compare_digest(computed, given):
        raise ProofError(f"got root {given.hex()}, want {computed.hex()}")
