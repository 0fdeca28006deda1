"""The vault: seal and open values under the key of their subject or store."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from compliance.vault import envelope as message
from compliance.vault import segments
from compliance.vault.cache import CachedKey, KeyCache
from compliance.vault.envelope import SALT_BYTES, SealingKey
from compliance.vault.errors import UnknownKeyError, WrongOwnerError
from compliance.vault.hierarchy import store_owner, subject_owner
from compliance.vault.keyring import Keyring, Random, Rotation
from compliance.vault.keystore import KeyRow, KeyStore
from compliance.vault.places import Place
from compliance.vault.providers import FileRootKey
from compliance.vault.suites import NONCE_BYTES, suite_of


@dataclass(frozen=True)
class VaultSettings:
    """key_store, root_key: files. suite: number of the suite for new keys.

    cache_life_s: a key destroyed by another process stops opening within this
    time. backup_expiry_days: after this many days no backup of the key store
    exists any more; an erasure certificate counts on it.
    """

    key_store: Path
    root_key: Path
    suite: int = 1
    cache_size: int = 4096
    cache_life_s: float = 5.0
    backup_expiry_days: int = 30


@dataclass(frozen=True)
class KeyNotice:
    """A key came to be or ceased to be; for the log. Holds no secret."""

    key_id: UUID
    owner: str
    subject_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class Observer:
    """Whom the vault tells; `current` wires it to the audit log."""

    created: Callable[[KeyNotice], object]
    destroyed: Callable[[KeyNotice], object]


def _ignore(_notice: KeyNotice) -> None:
    return None


SILENT = Observer(created=_ignore, destroyed=_ignore)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Vault:
    """Safe to share between threads; every process builds its own.

    Raises everywhere, beside what each method names: KeyStoreError.
    """

    def __init__(
        self, keyring: Keyring, *, cache: KeyCache, observer: Observer, random: Random
    ) -> None:
        self.keyring = keyring
        self._cache = cache
        self._observer = observer
        self._random = random

    def new_subject(self, subject_id: UUID) -> None:
        """Make the subject's key, durable on return. Again for the same subject: no change.

        Raises: KeyDestroyedError: an erased subject is not given a new key.
        """
        self._create(subject_owner(subject_id), subject_id)

    def destroy_subject(self, subject_id: UUID) -> tuple[KeyRow, ...]:
        """Destroy the subject's keys: nothing that they sealed opens again.

        In other processes: within `cache_life_s`. Again for an erased
        subject: the same answer, and the observer is told again.
        Raises: UnknownKeyError if it never had one.
        """
        now = _utc_now()
        rows = self.keyring.store.destroy(subject_owner(subject_id), now=now)
        self._cache.clear()
        if not rows:
            raise UnknownKeyError(subject_owner(subject_id))
        for row in rows:
            at = datetime.fromisoformat(row.destroyed_at) if row.destroyed_at else now
            self._observer.destroyed(KeyNotice(row.name.key_id, row.name.owner, subject_id, at))
        return rows

    def seal(self, plaintext: bytes, place: Place) -> bytes:
        """Returns: the envelope. A store's key is made at its first use.

        Raises: UnknownKeyError, KeyDestroyedError.
        """
        key = self._key_at(place)
        return message.seal(plaintext, key, place=place, nonce=self._random(NONCE_BYTES))

    def open(self, envelope: bytes, place: Place) -> bytes:
        """Raises: EnvelopeError, UnknownKeyError, KeyDestroyedError."""
        header = message.read_header(envelope, minimum=message.OVERHEAD_BYTES)
        key = self._key_named(header.key_id, place)
        return message.open_envelope(envelope, key, place=place)

    def seal_committed(self, plaintext: bytes, place: Place) -> tuple[bytes, bytes]:
        """Seal what the log only commits to.

        Returns: the envelope and SHA-256(salt ‖ plaintext), 32 bytes. The salt
                 is inside the envelope: without the key there is nothing to guess.
        Raises:  as `seal`.
        """
        salted = self._random(SALT_BYTES) + plaintext
        return self.seal(salted, place), message.commitment(salted)

    def open_committed(self, envelope: bytes, digest: bytes, place: Place) -> bytes:
        """Raises: CommitmentError, and as `open`."""
        return message.unsalted(self.open(envelope, place), digest)

    def seal_file(self, source: BinaryIO, sink: BinaryIO, place: Place) -> None:
        """Raises: SegmentLimitError, and as `seal`."""
        key = self._key_at(place)
        prefix = self._random(segments.NONCE_PREFIX_BYTES)
        segments.seal_file(source, sink, key, place=place, nonce_prefix=prefix)

    def open_file(self, source: BinaryIO, place: Place) -> Iterator[bytes]:
        """Yield the content in parts of at most 64 KiB.

        Danger: on an error, discard the parts already received: only the end
                proves that the file is whole.
        Raises: as `open`, some only while iterating.
        """
        header, prefix = segments.read_file_header(source)
        key = self._key_named(header.key_id, place)
        return segments.open_segments(source, key, header=header, nonce_prefix=prefix, place=place)

    def rotate(self) -> Rotation:
        """Wrap every key anew under a new key-encryption key; destroy the older ones."""
        return self.keyring.rotate(now=_utc_now())

    def close(self) -> None:
        self._cache.clear()
        self.keyring.store.close()

    def _key_at(self, place: Place) -> SealingKey:
        """Return the key that seals at this place."""
        owner = _owner(place)
        cached = self._cache.get(owner)
        if cached is not None:
            return cached.key
        ticket = self._cache.ticket()
        row = self.keyring.store.newest_of(owner)
        if row is None and place.subject_id is None:
            row = self._create(owner, None)
        if row is None:
            raise UnknownKeyError(owner)
        return self._keep(row, (owner, row.name.key_id), ticket)

    def _key_named(self, key_id: UUID, place: Place) -> SealingKey:
        """Return the key that an envelope names, if it is this place's."""
        owner = _owner(place)
        cached = self._cache.get(key_id)
        if cached is None:
            ticket = self._cache.ticket()
            row = self.keyring.store.by_id(key_id)
            if row is None:
                raise UnknownKeyError(key_id)
            cached = CachedKey(row.name.owner, self._keep(row, (key_id,), ticket))
        if cached.owner != owner:
            raise WrongOwnerError(key_id)
        return cached.key

    def _keep(
        self, row: KeyRow, names: tuple[object, ...], ticket: tuple[int, float]
    ) -> SealingKey:
        key = self.keyring.unwrap(row)
        for name in names:
            self._cache.put(name, CachedKey(row.name.owner, key), ticket)
        return key

    def _create(self, owner: str, subject_id: UUID | None) -> KeyRow:
        now = _utc_now()
        row, is_new = self.keyring.create(owner, now=now)
        if is_new:
            self._observer.created(KeyNotice(row.name.key_id, owner, subject_id, now))
        return row


def build(settings: VaultSettings, *, observer: Observer = SILENT) -> Vault:
    """Open key store and root key.

    Raises: RootKeyError, KeyStoreError, UnknownSuiteError.
    """
    root = FileRootKey(settings.root_key).root_key()
    store = KeyStore(settings.key_store)
    keyring = Keyring(store, root, suite=suite_of(settings.suite), random=os.urandom)
    try:
        keyring.begin(now=_utc_now())
    except BaseException:
        store.close()
        raise
    cache = KeyCache(size=settings.cache_size, life_s=settings.cache_life_s, clock=time.monotonic)
    return Vault(keyring, cache=cache, observer=observer, random=os.urandom)


def _owner(place: Place) -> str:
    if place.subject_id is None:
        return store_owner(place.table)
    return subject_owner(place.subject_id)
