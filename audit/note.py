"""C2SP signed notes: a text and signature lines below it.

    text, ends in a newline
    <empty line>
    — <key name> <base64(key id (4) ‖ signature)>

    key id = SHA-256(key name ‖ 0x0A ‖ type ‖ public key)[:4]

Type is 0x01 for Ed25519. ML-DSA-65 has no assigned byte, so it is 0xFF
followed by the name "ml-dsa-65"; its signatures are pure ML-DSA (FIPS 204)
over the text, with an empty context.

Source: c2sp.org/signed-note.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from audit.errors import NoteError

ED25519 = "ed25519"
ML_DSA_65 = "ml-dsa-65"
TYPES = {ED25519: b"\x01", ML_DSA_65: b"\xff" + ML_DSA_65.encode()}
KEY_BYTES = {ED25519: 32, ML_DSA_65: 1952}
MAX_SIGNATURES = 16

_KEY_ID_BYTES = 4
_DASH = "\u2014 "
_LOWEST_PRINTABLE = " "


class Signer(Protocol):
    """A private key somewhere: in a file, in a security module."""

    @property
    def name(self) -> str:
        """The key name in signature lines: the log's origin."""

    @property
    def algorithm(self) -> str:
        """One of TYPES."""

    @property
    def public(self) -> bytes:
        """The raw public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature."""


@dataclass(frozen=True)
class PublicKey:
    """A key that signatures are checked with."""

    name: str
    algorithm: str
    public: bytes

    def __post_init__(self) -> None:
        """Refuse what no note can carry."""
        if self.algorithm not in TYPES:
            raise NoteError(f"got algorithm {self.algorithm}, want one of {', '.join(TYPES)}")
        if len(self.public) != KEY_BYTES[self.algorithm]:
            raise NoteError(f"{self.algorithm}: got a key of {len(self.public)} bytes")
        if not self.name or "+" in self.name or any(c.isspace() for c in self.name):
            raise NoteError("got a key name that is empty or holds a space or a plus")

    @property
    def key_id(self) -> bytes:
        """Four bytes that name the key in a signature line."""
        prefix = self.name.encode() + b"\n" + TYPES[self.algorithm]
        return sha256(prefix + self.public).digest()[:_KEY_ID_BYTES]

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check one signature.

        Raises: NoteError.
        """
        try:
            if self.algorithm == ED25519:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
            else:
                MLDSA65PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature as fault:
            msg = f"{self.algorithm}: got a signature that does not hold for {self.name}"
            raise NoteError(msg) from fault


@dataclass(frozen=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes = field(repr=False)


@dataclass(frozen=True)
class Note:
    """A note taken apart; nothing in it is verified yet."""

    text: str
    signatures: tuple[Signature, ...]


def public_key(signer: Signer) -> PublicKey:
    """Return what verifies a signer's signatures."""
    return PublicKey(signer.name, signer.algorithm, signer.public)


def sign_note(text: str, signers: Sequence[Signer]) -> str:
    """Return the note: `text` with one line from each signer.

    Raises: NoteError on a text that is no note text, or without signers.
    """
    if not signers:
        raise NoteError("got no signers, want at least one")
    _check_text(text)
    lines: list[str] = []
    for signer in signers:
        blob = public_key(signer).key_id + signer.sign(text.encode())
        lines.append(f"{_DASH}{signer.name} {b64encode(blob).decode()}\n")
    return text + "\n" + "".join(lines)


def parse_note(note: str) -> Note:
    """Take a note apart, strictly.

    Raises: NoteError.
    """
    cut = note.rfind("\n\n")
    if cut < 0:
        raise NoteError("got no empty line, want one before the signatures")
    text, tail = note[: cut + 1], note[cut + 2 :]
    _check_text(text)
    if not tail.endswith("\n"):
        raise NoteError("got no newline at the end, want one")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"got {len(lines)} signatures, want at most {MAX_SIGNATURES}")
    return Note(text, tuple(_signature(line) for line in lines))


def verify_note(note: str, keys: Iterable[PublicKey]) -> str:
    """Check that *every* given key signed, and return the text.

    Lines of other keys are ignored, as the specification asks.

    Raises: NoteError.
    """
    parsed = parse_note(note)
    wanted = list(keys)
    if not wanted:
        raise NoteError("got no keys, want at least one")
    for key in wanted:
        found = [s for s in parsed.signatures if (s.name, s.key_id) == (key.name, key.key_id)]
        if not found:
            raise NoteError(f"got no {key.algorithm} signature of {key.name}")
        for signature in found:
            key.verify(parsed.text.encode(), signature.signature)
    return parsed.text


def canonical_b64decode(text: str) -> bytes:
    """Decode base64 that has exactly one spelling for its bytes.

    Raises: NoteError on stray characters, padding or unused bits.
    """
    try:
        decoded = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NoteError("got text that is not base64") from fault
    if b64encode(decoded).decode() != text:
        raise NoteError("got base64 in a second spelling, want the canonical one")
    return decoded


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteError("got a text without a newline at the end")
    if any(c < _LOWEST_PRINTABLE and c != "\n" for c in text):
        raise NoteError("got a control character, want none but newlines")


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not name:
        raise NoteError("got a malformed signature line")
    blob = canonical_b64decode(encoded)
    if len(blob) <= _KEY_ID_BYTES:
        raise NoteError(f"got a signature of {len(blob)} bytes, want more")
    return Signature(name, blob[:_KEY_ID_BYTES], blob[_KEY_ID_BYTES:])
