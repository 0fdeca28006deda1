"""The message envelope, byte for byte.

     0      3       4         20          32                        n-16      n
    | SR1  | suite | key id  | nonce     | ciphertext              | tag     |
    | 3    | 1     | 16      | 12 random | as long as the plaintext | 16      |

Associated data: the header up to the nonce (bytes 0 to 20), then `table`,
`column` (UTF-8), `row id`, `subject id` (16 bytes each; empty without a
subject), each preceded by its length as 4 bytes big-endian. So an envelope
opens at exactly one place.

A random nonce per seal allows 2^32 seals a key (NIST SP 800-38D s.8.3).

Pure: key, nonce and salt are arguments.
"""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from compliance.vault.errors import CommitmentError, EnvelopeFormatError
from compliance.vault.places import Place
from compliance.vault.suites import NONCE_BYTES, TAG_BYTES, Aead, Suite, suite_of

MAGIC = b"SR1"
KEY_ID_BYTES = 16
PREFIX_BYTES = len(MAGIC) + 1 + KEY_ID_BYTES
HEADER_BYTES = PREFIX_BYTES + NONCE_BYTES
OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES
SALT_BYTES = 32


@dataclass(frozen=True)
class SealingKey:
    """A data key that is ready for use."""

    key_id: UUID
    suite: Suite
    aead: Aead


@dataclass(frozen=True)
class Header:
    suite: Suite
    key_id: UUID

    def prefix(self) -> bytes:
        return MAGIC + bytes([self.suite.number]) + self.key_id.bytes


def seal(plaintext: bytes, key: SealingKey, *, place: Place, nonce: bytes) -> bytes:
    """Returns: the envelope, OVERHEAD_BYTES longer than the plaintext."""
    prefix = Header(key.suite, key.key_id).prefix()
    return prefix + nonce + key.aead.seal(nonce, plaintext, associated_data(prefix, place))


def open_envelope(envelope: bytes, key: SealingKey, *, place: Place) -> bytes:
    """Raises: EnvelopeFormatError, AuthenticationError."""
    header = read_header(envelope, minimum=OVERHEAD_BYTES)
    check_key(header, key)
    prefix = envelope[:PREFIX_BYTES]
    nonce = envelope[PREFIX_BYTES:HEADER_BYTES]
    return key.aead.open(nonce, envelope[HEADER_BYTES:], associated_data(prefix, place))


def read_header(envelope: bytes, *, minimum: int) -> Header:
    """Read suite and key id; nothing is authenticated yet.

    minimum: the least number of bytes that the whole could have.
    Raises:  EnvelopeFormatError, UnknownSuiteError.
    """
    if len(envelope) < minimum:
        raise EnvelopeFormatError("length", len(envelope), f"at least {minimum} bytes")
    if envelope[: len(MAGIC)] != MAGIC:
        raise EnvelopeFormatError("magic", envelope[: len(MAGIC)].hex(), MAGIC.hex())
    suite = suite_of(envelope[len(MAGIC)])
    return Header(suite, UUID(bytes=envelope[len(MAGIC) + 1 : PREFIX_BYTES]))


def check_key(header: Header, key: SealingKey) -> None:
    """Raises EnvelopeFormatError when the key is not the one that the header names."""
    if header.key_id != key.key_id:
        raise EnvelopeFormatError("key id", header.key_id, key.key_id)
    if header.suite is not key.suite:
        raise EnvelopeFormatError("suite", header.suite.number, key.suite.number)


def associated_data(prefix: bytes, place: Place) -> bytes:
    subject = place.subject_id.bytes if place.subject_id is not None else b""
    fields = (place.table.encode(), place.column.encode(), place.row_id.bytes, subject)
    return prefix + b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def commitment(salted: bytes) -> bytes:
    """Returns: the 32-byte digest that stands in the log for salt ‖ plaintext."""
    return sha256(salted).digest()


def unsalted(salted: bytes, digest: bytes) -> bytes:
    """Check salt ‖ plaintext against its digest and return the plaintext.

    Raises: EnvelopeFormatError, CommitmentError.
    """
    if len(salted) < SALT_BYTES:
        raise EnvelopeFormatError("salt", len(salted), SALT_BYTES)
    got = commitment(salted)
    if not compare_digest(got, digest):
        raise CommitmentError(got, digest)
    return salted[SALT_BYTES:]
