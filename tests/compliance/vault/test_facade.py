import threading
from dataclasses import replace
from uuid import uuid4

import pytest

from compliance.vault.errors import (
    AuthenticationError,
    CommitmentError,
    DamagedKeyError,
    EnvelopeFormatError,
    KeyDestroyedError,
    UnknownKeyError,
    WrongOwnerError,
)
from compliance.vault.facade import Observer


@pytest.mark.parametrize("suite", [1, 2])
def test_what_one_process_seals_another_opens(open_vault, place, suite):
    first, second = open_vault(suite=suite), open_vault()
    first.new_subject(place.subject_id)
    envelope = first.seal(b"hello", place)
    assert envelope[3] == suite
    assert second.open(envelope, place) == b"hello"
    # A key keeps the suite that it was made for; a second process of another suite uses it.
    assert second.seal(b"hello", place)[3] == suite


def test_no_key_no_seal(open_vault, place):
    vault = open_vault()
    with pytest.raises(UnknownKeyError, match=f"subject:{place.subject_id}"):
        vault.seal(b"x", place)
    assert vault.keyring.store.counts().subject_keys == 0


def test_a_store_gets_its_key_at_first_use(open_vault, store_place):
    vault = open_vault()
    envelope = vault.seal(b"x", store_place)
    assert open_vault().open(envelope, store_place) == b"x"
    assert vault.keyring.store.counts().store_keys == 1


def test_a_moved_envelope_fails(vault, place, store_place):
    other = uuid4()
    vault.new_subject(other)
    envelope = vault.seal(b"x", place)
    vault.seal(b"y", store_place)
    for move in ({"row_id": uuid4()}, {"column": "draft"}, {"table": "desk_note"}):
        with pytest.raises(AuthenticationError):
            vault.open(envelope, replace(place, **move))
    for subject in (other, None):
        with pytest.raises(WrongOwnerError):
            vault.open(envelope, replace(place, subject_id=subject))


def test_an_envelope_naming_no_key_of_ours(vault, place):
    envelope = bytearray(vault.seal(b"x", place))
    envelope[4:20] = bytes(16)
    with pytest.raises(UnknownKeyError):
        vault.open(bytes(envelope), place)
    with pytest.raises(EnvelopeFormatError):
        vault.open(b"", place)


def test_commitments(vault, place):
    envelope, digest = vault.seal_committed(b"evidence", place)
    again, other = vault.seal_committed(b"evidence", place)
    assert len(digest) == 32
    assert digest != other  # salted: equal texts do not look alike
    assert vault.open_committed(envelope, digest, place) == b"evidence"
    with pytest.raises(CommitmentError):
        vault.open_committed(envelope, other, place)
    assert len(envelope) == len(again) == 48 + 32 + 8


def test_a_commitment_outlives_a_change_of_envelope(vault, place):
    envelope, digest = vault.seal_committed(b"evidence", place)
    elsewhere = replace(place, row_id=uuid4())
    moved = vault.seal(vault.open(envelope, place), elsewhere)
    assert vault.open_committed(moved, digest, elsewhere) == b"evidence"


def test_destroyed_means_destroyed(vault, open_vault, place):
    envelope = vault.seal(b"x", place)
    vault.destroy_subject(place.subject_id)
    for one in (vault, open_vault()):
        for use in (lambda v=one: v.open(envelope, place), lambda v=one: v.seal(b"x", place)):
            with pytest.raises(KeyDestroyedError):
                use()
        with pytest.raises(KeyDestroyedError):
            one.new_subject(place.subject_id)
    with pytest.raises(UnknownKeyError):
        vault.destroy_subject(uuid4())


def test_other_processes_stop_within_the_cache_life(vault, open_vault, place):
    clock = [0.0]
    other = open_vault(cache_life_s=5.0)
    other._cache._clock = lambda: clock[0]
    envelope = vault.seal(b"x", place)
    assert other.open(envelope, place) == b"x"
    vault.destroy_subject(place.subject_id)
    clock[0] = 4.999
    assert other.open(envelope, place) == b"x"
    clock[0] = 5.0
    with pytest.raises(KeyDestroyedError):
        other.open(envelope, place)


def test_a_key_read_before_destruction_is_not_cached_after(vault, place):
    ticket = vault._cache.ticket()
    row = vault.keyring.store.newest_of(f"subject:{place.subject_id}")
    vault.destroy_subject(place.subject_id)
    vault._keep(row, (row.name.key_id,), ticket)
    assert vault._cache.get(row.name.key_id) is None


def test_the_cache_is_bounded(open_vault, place):
    vault = open_vault(cache_size=10)
    for _ in range(30):
        subject = uuid4()
        vault.new_subject(subject)
        vault.seal(b"x", replace(place, subject_id=subject))
    assert len(vault._cache._entries) == 10


def test_the_observer_hears_of_every_key(open_vault, subject, store_place):
    heard = []
    observer = Observer(
        created=lambda notice: heard.append(("created", notice.owner)),
        destroyed=lambda notice: heard.append(("destroyed", notice.subject_id)),
    )
    vault = open_vault(observer)
    vault.new_subject(subject)
    vault.new_subject(subject)
    vault.seal(b"x", store_place)
    vault.destroy_subject(subject)
    assert heard == [
        ("created", f"subject:{subject}"),
        ("created", "store:desk_settings"),
        ("destroyed", subject),
    ]


def test_rotation_while_others_work(open_vault, place):
    subjects = [uuid4() for _ in range(40)]
    vault, worker = open_vault(), open_vault(cache_life_s=0.0)
    for subject in subjects[:30]:
        vault.new_subject(subject)
    envelopes = {s: vault.seal(b"x", replace(place, subject_id=s)) for s in subjects[:30]}
    stop, rounds = threading.Event(), []

    def work():
        # A fault in the thread fails the test: pytest turns it into a warning, an error here.
        while not stop.is_set():
            for subject, envelope in envelopes.items():
                assert worker.open(envelope, replace(place, subject_id=subject)) == b"x"
            rounds.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    versions = []
    for subject in subjects[30:35]:
        worker.new_subject(subject)
        versions.append(vault.rotate().version)
    stop.set()
    thread.join()
    assert rounds
    assert versions == [2, 3, 4, 5, 6]
    assert vault.keyring.store.counts().live_by_version == {6: 35}
    assert [row.retired_at is None for row in vault.keyring.store.keks()] == [False] * 5 + [True]
    assert vault.keyring.check() == 35
    fresh = open_vault()
    assert all(
        fresh.open(envelope, replace(place, subject_id=subject)) == b"x"
        for subject, envelope in envelopes.items()
    )


def test_an_old_copy_of_the_store_does_not_open_after_rotation(open_vault, settings_of, place):
    """Old wrappings die with the key-encryption key, wherever copies of them lie."""
    vault = open_vault()
    vault.new_subject(place.subject_id)
    store = vault.keyring.store
    old = store.newest_of(f"subject:{place.subject_id}")
    vault.rotate()
    with pytest.raises(DamagedKeyError):
        open_vault().keyring.unwrap(replace(old, name=replace(old.name, key_id=uuid4())))
    assert open_vault().keyring.unwrap(old).key_id == old.name.key_id  # read anew by its id
