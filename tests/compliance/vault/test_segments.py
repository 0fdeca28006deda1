import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.vault import segments
from compliance.vault.envelope import associated_data
from compliance.vault.errors import EnvelopeError, SegmentLimitError
from compliance.vault.segments import (
    FILE_HEADER_BYTES,
    SEGMENT_BYTES,
    open_segments,
    read_file_header,
    seal_file,
)

PREFIX = bytes(range(7))
SEALED = SEGMENT_BYTES + 16
SIZES = [0, 1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 3 * SEGMENT_BYTES]


def sealed(content, key, place):
    sink = io.BytesIO()
    seal_file(io.BytesIO(content), sink, key, place=place, nonce_prefix=PREFIX)
    return sink.getvalue()


def opened(data, key, place):
    source = io.BytesIO(data)
    header, prefix = read_file_header(source)
    parts = open_segments(source, key, header=header, nonce_prefix=prefix, place=place)
    return b"".join(parts)


def content_of(size):
    return (b"0123456789abcdef" * (size // 16 + 1))[:size]


def test_the_layout_byte_for_byte(key, place):
    data = sealed(content_of(SEGMENT_BYTES + 5), key, place)
    assert data[:20] == b"SR1" + bytes([key.suite.number]) + key.key_id.bytes
    assert data[20:27] == PREFIX
    associated = associated_data(data[:20], place)
    first = key.aead.seal(PREFIX + b"\0\0\0\0" + b"\0", content_of(SEGMENT_BYTES), associated)
    last = key.aead.seal(PREFIX + b"\0\0\0\1" + b"\1", b"01234", associated)
    assert data[27:] == first + last


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_opens(key, place, size):
    data = sealed(content_of(size), key, place)
    assert opened(data, key, place) == content_of(size)
    parts = max(1, -(-size // SEGMENT_BYTES))
    assert len(data) == FILE_HEADER_BYTES + size + 16 * parts


@pytest.mark.parametrize("size", SIZES)
def test_cut_files_fail(key, place, size):
    data = sealed(content_of(size), key, place)
    boundaries = range(FILE_HEADER_BYTES, len(data), SEALED)
    for length in {*range(40), *boundaries, *(b + 1 for b in boundaries), len(data) - 1}:
        if length < len(data):
            with pytest.raises(EnvelopeError):
                opened(data[:length], key, place)


def test_swapped_repeated_and_appended_segments_fail(key, place):
    data = sealed(content_of(3 * SEGMENT_BYTES), key, place)
    head, rest = data[:FILE_HEADER_BYTES], data[FILE_HEADER_BYTES:]
    one, two, three = (rest[i * SEALED : (i + 1) * SEALED] for i in range(3))
    for order in ((two, one, three), (one, one, three), (one, three), (one, two, three, three)):
        with pytest.raises(EnvelopeError):
            opened(head + b"".join(order), key, place)


def test_every_flipped_field_fails(key, place):
    data = sealed(b"hello", key, place)
    for index in range(len(data)):
        changed = bytearray(data)
        changed[index] ^= 0x80
        with pytest.raises(EnvelopeError):
            opened(bytes(changed), key, place)


def test_a_message_is_no_file_and_a_file_no_message(vault, place):
    envelope = vault.seal(b"hello", place)
    with pytest.raises(EnvelopeError):
        b"".join(vault.open_file(io.BytesIO(envelope), place))
    sink = io.BytesIO()
    vault.seal_file(io.BytesIO(b"hello, this is long enough"), sink, place)
    with pytest.raises(EnvelopeError):
        vault.open(sink.getvalue(), place)
    assert b"".join(vault.open_file(io.BytesIO(sink.getvalue()), place)).startswith(b"hello")


class Trickle(io.RawIOBase):
    """A raw stream that returns less than asked."""

    def __init__(self, content):
        self._left = io.BytesIO(content)

    def read(self, size=-1):
        return self._left.read(min(size, 1000))


def test_short_reads_do_not_change_the_file(key, place):
    content = content_of(SEGMENT_BYTES + 3)
    sink = io.BytesIO()
    seal_file(Trickle(content), sink, key, place=place, nonce_prefix=PREFIX)
    assert sink.getvalue() == sealed(content, key, place)


def test_a_counter_never_wraps(key, place, monkeypatch):
    monkeypatch.setattr(segments, "MAX_SEGMENTS", 2)
    with pytest.raises(SegmentLimitError):
        sealed(content_of(2 * SEGMENT_BYTES + 1), key, place)


@settings(max_examples=30, deadline=None)
@given(size=st.integers(0, 300), cut=st.integers(1, 64))
def test_small_segments_behave_alike(size, cut):
    monkey = pytest.MonkeyPatch()
    monkey.setattr(segments, "SEGMENT_BYTES", cut)
    chunks = list(segments._chunks(io.BytesIO(content_of(size)), cut))
    monkey.undo()
    assert b"".join(chunk for _, chunk, _ in chunks) == content_of(size)
    assert [is_last for _, _, is_last in chunks] == [False] * (len(chunks) - 1) + [True]
    assert [index for index, _, _ in chunks] == list(range(len(chunks)))
