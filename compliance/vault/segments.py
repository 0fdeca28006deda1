"""The file format: one header, then sealed segments, so that no file need fit in memory.

     0      3       4         20             27
    | SR1  | suite | key id  | nonce prefix | segment 0 | segment 1 | ... | last segment |
    | 3    | 1     | 16      | 7 random     | 65536+16  | 65536+16  |     | 0..65536 +16 |

Segment i is sealed under the nonce prefix (7) ‖ i as 4 bytes big-endian ‖
flag (1): 1 on the last segment, 0 before it. Cutting, repeating, swapping or
appending segments therefore breaks a tag. The associated data of every
segment is that of a message envelope at the same place. An empty file has
one empty last segment.

Source: STREAM, Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-
Encryption and its Nonce-Reuse Misuse-Resistance" (2015).
Danger: 7 random bytes are unique enough for 2^28 files a key, not more.
"""

from collections.abc import Iterator
from typing import BinaryIO

from compliance.vault.envelope import (
    PREFIX_BYTES,
    Header,
    SealingKey,
    associated_data,
    check_key,
    read_header,
)
from compliance.vault.errors import EnvelopeFormatError, SegmentLimitError
from compliance.vault.places import Place
from compliance.vault.suites import TAG_BYTES

SEGMENT_BYTES = 64 * 1024
NONCE_PREFIX_BYTES = 7
FILE_HEADER_BYTES = PREFIX_BYTES + NONCE_PREFIX_BYTES
MAX_SEGMENTS = 1 << 32


def seal_file(
    source: BinaryIO, sink: BinaryIO, key: SealingKey, *, place: Place, nonce_prefix: bytes
) -> None:
    """Raises: SegmentLimitError; what the streams raise."""
    prefix = Header(key.suite, key.key_id).prefix()
    associated = associated_data(prefix, place)
    sink.write(prefix + nonce_prefix)
    for index, chunk, is_last in _chunks(source, SEGMENT_BYTES):
        nonce = _nonce(nonce_prefix, index, is_last=is_last)
        sink.write(key.aead.seal(nonce, chunk, associated))


def read_file_header(source: BinaryIO) -> tuple[Header, bytes]:
    """Returns: header and nonce prefix; the stream then stands at segment 0.

    Raises: EnvelopeFormatError, UnknownSuiteError.
    """
    head = _read_full(source, FILE_HEADER_BYTES)
    return read_header(head, minimum=FILE_HEADER_BYTES), head[PREFIX_BYTES:]


def open_segments(
    source: BinaryIO, key: SealingKey, *, header: Header, nonce_prefix: bytes, place: Place
) -> Iterator[bytes]:
    """Yield each segment once its tag holds.

    Danger: only when the iterator is exhausted is the end of the file known
            to be the true one; on any error the caller discards everything.
    Raises: EnvelopeFormatError, AuthenticationError.
    """
    check_key(header, key)
    associated = associated_data(header.prefix(), place)
    for index, sealed, is_last in _chunks(source, SEGMENT_BYTES + TAG_BYTES):
        if len(sealed) < TAG_BYTES:
            raise EnvelopeFormatError("segment", len(sealed), f"at least {TAG_BYTES} bytes")
        nonce = _nonce(nonce_prefix, index, is_last=is_last)
        yield key.aead.open(nonce, sealed, associated)


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (index, chunk, is the last one); one chunk of nothing for an empty stream."""
    current = _read_full(source, size)
    index = 0
    while True:
        following = _read_full(source, size) if len(current) == size else b""
        yield index, current, not following
        if not following:
            return
        current = following
        index += 1
        if index >= MAX_SEGMENTS:
            raise SegmentLimitError(MAX_SEGMENTS)


def _read_full(source: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, fewer only at the end: raw streams may return short."""
    parts: list[bytes] = []
    missing = size
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _nonce(prefix: bytes, index: int, *, is_last: bool) -> bytes:
    return prefix + index.to_bytes(4, "big") + bytes([is_last])
