from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.vault.envelope import (
    OVERHEAD_BYTES,
    SealingKey,
    associated_data,
    open_envelope,
    read_header,
    seal,
    unsalted,
)
from compliance.vault.errors import (
    AuthenticationError,
    CommitmentError,
    EnvelopeError,
    EnvelopeFormatError,
    UnknownSuiteError,
)
from compliance.vault.places import Place
from compliance.vault.suites import INTERNATIONAL, SUITES

NONCE = bytes(range(12))
KNOWN = {1: "32b4f8d8d577f47a1500a0b7ef912700", 2: "ada7a56dfc70ab6764932bb49cc0237d"}
OTHER = UUID("01890a5d-ac96-7ab2-80e2-0000000000ff")
FIELDS = {"magic": 0, "suite": 3, "key id": 4, "nonce": 20, "ciphertext": 32, "tag": -16}


def test_the_layout_byte_for_byte(key, place):
    envelope = seal(b"hello", key, place=place, nonce=NONCE)
    assert envelope[:3] == b"SR1"
    assert envelope[3] == key.suite.number
    assert envelope[4:20] == key.key_id.bytes
    assert envelope[20:32] == NONCE
    associated = (
        envelope[:20]
        + b"\x00\x00\x00\x0cdesk_message"
        + b"\x00\x00\x00\x04body"
        + b"\x00\x00\x00\x10"
        + place.row_id.bytes
        + b"\x00\x00\x00\x10"
        + place.subject_id.bytes
    )
    assert associated_data(envelope[:20], place) == associated
    assert envelope[32:] == key.aead.seal(NONCE, b"hello", associated)
    assert len(envelope) == 5 + OVERHEAD_BYTES


def test_known_answers(place):
    """Made here with cryptography 50; they pin the format against change."""
    made = {
        number: seal(
            b"account closed",
            SealingKey(OTHER, suite, suite.aead(bytes(suite.key_bytes))),
            place=place,
            nonce=NONCE,
        )
        for number, suite in SUITES.items()
    }
    assert {number: sha256(one).hexdigest()[:32] for number, one in made.items()} == KNOWN


def test_no_subject_is_an_empty_field(place):
    store = replace(place, subject_id=None)
    assert associated_data(b"", store).endswith(b"\x00\x00\x00\x00")
    assert len(associated_data(b"", place)) - len(associated_data(b"", store)) == 16


@given(text=st.binary(max_size=5000), number=st.sampled_from(sorted(SUITES)))
def test_what_was_sealed_opens(text, number):
    suite = SUITES[number]
    key = SealingKey(OTHER, suite, suite.aead(bytes(suite.key_bytes)))
    place = Place("t", "c", OTHER, None)
    envelope = seal(text, key, place=place, nonce=NONCE)
    assert open_envelope(envelope, key, place=place) == text
    assert len(envelope) == len(text) + OVERHEAD_BYTES


def test_every_truncation_fails(key, place):
    envelope = seal(b"hello", key, place=place, nonce=NONCE)
    for length in range(len(envelope)):
        with pytest.raises(EnvelopeError):
            open_envelope(envelope[:length], key, place=place)
    with pytest.raises(AuthenticationError):
        open_envelope(envelope + b"\x00", key, place=place)


@pytest.mark.parametrize("field", FIELDS)
def test_every_flipped_field_fails(key, place, field):
    envelope = bytearray(seal(b"hello", key, place=place, nonce=NONCE))
    envelope[FIELDS[field]] ^= 0x01
    with pytest.raises(EnvelopeError) as caught:
        open_envelope(bytes(envelope), key, place=place)
    wanted = {"magic": EnvelopeFormatError, "key id": EnvelopeFormatError}
    if field in wanted:
        assert isinstance(caught.value, wanted[field])
    elif field != "suite":
        assert isinstance(caught.value, AuthenticationError)


def test_every_flipped_bit_fails(key, place):
    envelope = seal(b"hi", key, place=place, nonce=NONCE)
    for bit in range(len(envelope) * 8):
        changed = bytearray(envelope)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EnvelopeError):
            open_envelope(bytes(changed), key, place=place)


@pytest.mark.parametrize(
    "move",
    [
        {"table": "desk_messag"},
        {"column": "bodyx"},
        {"row_id": OTHER},
        {"subject_id": OTHER},
        {"subject_id": None},
        # The lengths keep neighbouring fields apart.
        {"table": "desk_messageb", "column": "ody"},
    ],
    ids=str,
)
def test_a_moved_envelope_fails(key, place, move):
    envelope = seal(b"hello", key, place=place, nonce=NONCE)
    with pytest.raises(AuthenticationError):
        open_envelope(envelope, key, place=replace(place, **move))


def test_another_suite_with_the_same_key_id_fails(key, place):
    envelope = seal(b"hello", key, place=place, nonce=NONCE)
    other = SUITES[3 - key.suite.number]
    wrong = SealingKey(key.key_id, other, other.aead(bytes(other.key_bytes)))
    with pytest.raises(EnvelopeFormatError, match="suite: got"):
        open_envelope(envelope, wrong, place=place)


@pytest.mark.parametrize("number", [0, 3, 200])
def test_an_unknown_suite_is_named(number):
    with pytest.raises(UnknownSuiteError, match=f"got {number},"):
        read_header(b"SR1" + bytes([number]) + bytes(60), minimum=48)


def test_faults_tell_no_content(key, place):
    envelope = seal(b"hello", key, place=place, nonce=NONCE)
    with pytest.raises(AuthenticationError) as caught:
        open_envelope(envelope[:-1] + b"\x00", key, place=replace(place, table="x"))
    assert envelope[32:37].hex() not in str(caught.value)
    assert "aead" not in repr(INTERNATIONAL).replace("aead=", "")


def test_a_commitment_covers_salt_and_plaintext():
    salted = bytes(32) + b"text"
    digest = sha256(salted).digest()
    assert unsalted(salted, digest) == b"text"
    for wrong in (b"\x01" + salted[1:], salted + b"x", salted[:-1]):
        with pytest.raises(CommitmentError):
            unsalted(wrong, digest)
    with pytest.raises(EnvelopeFormatError, match="salt: got 31, want 32"):
        unsalted(bytes(31), digest)
