"""C2SP tlog-checkpoints: the signed statement of the tree's size and root.

    strongroom/<installation id>
    <size, decimal>
    <root, base64>

    — strongroom/<installation id> <Ed25519 line>
    — strongroom/<installation id> <ML-DSA-65 line>

Source: c2sp.org/tlog-checkpoint. Our logs write no extension lines; those
of others are read and kept.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from audit.errors import CheckpointError
from audit.merkle import HASH_BYTES
from audit.note import PublicKey, Signer, canonical_b64decode, parse_note, sign_note, verify_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_MAX_SIZE = 2**63 - 1
_FIXED_LINES = 3


@dataclass(frozen=True)
class Checkpoint:
    """Origin, number of leaves and root of a log at one moment."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the note text."""
        lines = [self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)


def origin_of(installation_id: UUID) -> str:
    """Name of an installation's log."""
    return f"strongroom/{installation_id}"


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[Signer]) -> str:
    """Return the checkpoint as a note with a line of each signer."""
    return sign_note(checkpoint.text(), signers)


def read_checkpoint(note: str) -> Checkpoint:
    """Read a checkpoint note without looking at its signatures.

    Raises: CheckpointError, NoteError.
    """
    return parse_checkpoint(parse_note(note).text)


def verify_checkpoint(note: str, keys: Iterable[PublicKey], *, origin: str) -> Checkpoint:
    """Read a checkpoint note that every key must have signed.

    Raises: NoteError on a signature, CheckpointError on the text or another origin.
    """
    checkpoint = parse_checkpoint(verify_note(note, keys))
    if checkpoint.origin != origin:
        raise CheckpointError(f"got origin {checkpoint.origin}, want {origin}")
    return checkpoint


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's note text.

    Raises: CheckpointError, NoteError on the root's base64.
    """
    if not text.endswith("\n"):
        raise CheckpointError("got no newline at the end, want one")
    lines = text[:-1].split("\n")
    if len(lines) < _FIXED_LINES or not all(lines):
        raise CheckpointError(f"got {len(lines)} lines, want at least 3, none of them empty")
    origin, size, encoded = lines[:_FIXED_LINES]
    if not _SIZE.fullmatch(size) or int(size) > _MAX_SIZE:
        raise CheckpointError("got a size that is no decimal number within 63 bits")
    root = canonical_b64decode(encoded)
    if len(root) != HASH_BYTES:
        raise CheckpointError(f"got a root of {len(root)} bytes, want {HASH_BYTES}")
    return Checkpoint(origin, int(size), root, tuple(lines[_FIXED_LINES:]))
