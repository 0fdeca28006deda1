from dataclasses import replace
from uuid import UUID

import pytest

from compliance.vault.errors import DamagedKeyError, WrongRootKeyError
from compliance.vault.hierarchy import (
    DataKeyName,
    RootKey,
    rewrap_data_key,
    store_owner,
    subject_owner,
    unwrap_data_key,
    unwrap_kek,
    version_of,
    wrap_data_key,
    wrap_kek,
    wrapped_data_bytes,
)
from compliance.vault.suites import INTERNATIONAL, SM, SUITES

ROOT = RootKey(bytes(range(32)))
NONCE = bytes(12)
NAME = DataKeyName(UUID(int=7), "subject:x", INTERNATIONAL)


@pytest.fixture(params=SUITES.values(), ids=lambda suite: suite.name)
def kek(request):
    return kek_of(request.param)


def kek_of(suite, version=1):
    secret = bytes([version]) * suite.key_bytes
    wrapped = wrap_kek(secret, ROOT, version=version, suite=suite, nonce=NONCE)
    return unwrap_kek(wrapped, ROOT, version=version, suite=suite)


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
def test_a_data_key_survives_wrapping(kek, suite):
    name = replace(NAME, suite=suite)
    secret = bytes(range(suite.key_bytes))
    wrapped = wrap_data_key(secret, kek, name=name, nonce=NONCE)
    assert len(wrapped) == wrapped_data_bytes(suite)
    assert version_of(wrapped) == 1
    key = unwrap_data_key(wrapped, kek, name=name)
    assert key.aead.seal(NONCE, b"x", b"") == suite.aead(secret).seal(NONCE, b"x", b"")


def test_rewrapping_keeps_key_and_length(kek):
    secret = bytes(range(32))
    wrapped = wrap_data_key(secret, kek, name=NAME, nonce=NONCE)
    new = kek_of(SM, version=2)
    again = rewrap_data_key(wrapped, kek, new, name=NAME, nonce=NONCE)
    assert len(again) == len(wrapped)
    assert version_of(again) == 2
    key = unwrap_data_key(again, new, name=NAME)
    assert key.aead.seal(NONCE, b"x", b"") == INTERNATIONAL.aead(secret).seal(NONCE, b"x", b"")
    with pytest.raises(DamagedKeyError):
        unwrap_data_key(again, kek, name=NAME)


def test_every_flipped_or_missing_byte_of_a_wrapped_key_fails(kek):
    wrapped = wrap_data_key(bytes(32), kek, name=NAME, nonce=NONCE)
    for index in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[index] ^= 1
        for bad in (bytes(changed), wrapped[:index]):
            with pytest.raises(DamagedKeyError, match=str(NAME.key_id)):
                unwrap_data_key(bad, kek, name=NAME)


@pytest.mark.parametrize(
    "other",
    [{"key_id": UUID(int=8)}, {"owner": "subject:y"}, {"suite": SM}, {"owner": "store:x"}],
    ids=str,
)
def test_a_wrapped_key_serves_no_other_name(kek, other):
    wrapped = wrap_data_key(bytes(32), kek, name=NAME, nonce=NONCE)
    with pytest.raises(DamagedKeyError):
        unwrap_data_key(wrapped, kek, name=replace(NAME, **other))


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
def test_a_kek_needs_its_root_its_version_and_its_suite(suite):
    wrapped = wrap_kek(bytes(suite.key_bytes), ROOT, version=1, suite=suite, nonce=NONCE)
    other = SUITES[3 - suite.number]
    for root, version, used in (
        (RootKey(bytes(32)), 1, suite),
        (ROOT, 2, suite),
        (ROOT, 1, other),
    ):
        with pytest.raises(WrongRootKeyError):
            unwrap_kek(wrapped, root, version=version, suite=used)
    for bad in (b"", wrapped[:-1], wrapped[:11], wrapped[:-1] + b"\x00\x01"):
        with pytest.raises(WrongRootKeyError):
            unwrap_kek(bad, ROOT, version=1, suite=suite)


def test_owners_of_subjects_and_stores_never_meet():
    assert subject_owner(UUID(int=1)) == "subject:00000000-0000-0000-0000-000000000001"
    assert store_owner("desk_message") == "store:desk_message"


def test_a_root_key_does_not_print_itself():
    assert repr(ROOT) == "RootKey(...)"
