"""Data keys, made and unwrapped: the key store joined to the root key.

Nothing is cached here except the unwrapped key-encryption keys.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance.vault.envelope import SealingKey
from compliance.vault.errors import DamagedKeyError, KeyDestroyedError
from compliance.vault.hierarchy import (
    DataKeyName,
    KeyEncryptionKey,
    RootKey,
    rewrap_data_key,
    unwrap_data_key,
    unwrap_kek,
    version_of,
    wrap_data_key,
    wrap_kek,
)
from compliance.vault.keystore import KekRow, KeyRow, KeyStore
from compliance.vault.suites import NONCE_BYTES, Suite, suite_of

# One transaction of a rotation: 1,000 keys are about 100 KiB of journal and
# hold the write lock for some tens of milliseconds.
_BATCH = 1000
_KEY_ID_BYTES = 16

Random = Callable[[int], bytes]


@dataclass(frozen=True)
class Rotation:
    """rewrapped: data keys now under the new key-encryption key."""

    kek_id: UUID
    version: int
    rewrapped: int


class Keyring:
    def __init__(self, store: KeyStore, root: RootKey, *, suite: Suite, random: Random) -> None:
        """random: n -> n random bytes, `os.urandom`."""
        self.store = store
        self._root = root
        self._suite = suite
        self._random = random
        self._keks: dict[int, KeyEncryptionKey] = {}
        self._lock = threading.Lock()

    def begin(self, *, now: datetime) -> None:
        """Make the first key-encryption key of an empty store; unwrap the newest one.

        Raises: WrongRootKeyError, KeyStoreError.
        """
        self._kek(self.store.add_kek(self._new_kek, now=now, first=True))

    def create(self, owner: str, *, now: datetime) -> tuple[KeyRow, bool]:
        """Return the owner's key row and whether it is new.

        Raises: KeyDestroyedError: an erased owner is not given another key.
        """
        row, is_new = self.store.add(owner, lambda kek: self._new_key(owner, kek), now=now)
        check_alive(row)
        return row, is_new

    def unwrap(self, row: KeyRow) -> SealingKey:
        """Raises: KeyDestroyedError, DamagedKeyError, WrongRootKeyError."""
        check_alive(row)
        try:
            return unwrap_data_key(row.wrapped, self._kek_of(row.wrapped), name=row.name)
        except DamagedKeyError:
            # A rotation may have wrapped it anew since the row was read.
            fresh = self.store.by_id(row.name.key_id)
            if fresh is None or fresh.wrapped == row.wrapped:
                raise
            return self.unwrap(fresh)

    def rotate(self, *, now: datetime) -> Rotation:
        """Wrap every living data key under a new key-encryption key, destroy the old ones.

        Works while others create, use and destroy keys. Killed half-way, it
        is finished by the next call, which starts with another new key.
        """
        newest = self.store.add_kek(self._new_kek, now=now, first=False)
        new = self._kek(newest)
        old = [row for row in self.store.keks() if row.version < new.version]
        done = sum(self._rewrap_all(row, new, now=now) for row in old if row.retired_at is None)
        return Rotation(newest.kek_id, newest.version, done)

    def check(self) -> int:
        """Unwrap every living key. Returns their number. Raises: DamagedKeyError."""
        return sum(1 for _key in map(self.unwrap, self.store.live_rows()))

    def _rewrap_all(self, row: KekRow, new: KeyEncryptionKey, *, now: datetime) -> int:
        old = self._kek(row)
        done = 0
        # New keys are wrapped under the newest version, so this comes to an end.
        while slots := self.store.slots_under(row.version):
            for start in range(0, len(slots), _BATCH):
                batch = slots[start : start + _BATCH]
                done += self.store.rewrap(
                    row.version, lambda key: self._rewrapped(key, old, new), slots=batch
                )
        self.store.retire_kek(row.version, now=now)
        with self._lock:
            self._keks.pop(row.version, None)
        return done

    def _rewrapped(self, row: KeyRow, old: KeyEncryptionKey, new: KeyEncryptionKey) -> bytes:
        nonce = self._random(NONCE_BYTES)
        return rewrap_data_key(row.wrapped, old, new, name=row.name, nonce=nonce)

    def _new_kek(self, version: int) -> tuple[UUID, int, bytes]:
        suite = self._suite
        secret, nonce = self._random(suite.key_bytes), self._random(NONCE_BYTES)
        wrapped = wrap_kek(secret, self._root, version=version, suite=suite, nonce=nonce)
        return self._new_id(), suite.number, wrapped

    def _new_key(self, owner: str, row: KekRow) -> tuple[DataKeyName, bytes]:
        name = DataKeyName(self._new_id(), owner, self._suite)
        secret, nonce = self._random(self._suite.key_bytes), self._random(NONCE_BYTES)
        return name, wrap_data_key(secret, self._kek(row), name=name, nonce=nonce)

    def _new_id(self) -> UUID:
        # Version 4: an envelope need not tell when its key was made.
        return UUID(bytes=self._random(_KEY_ID_BYTES), version=4)

    def _kek_of(self, wrapped: bytes) -> KeyEncryptionKey:
        version = version_of(wrapped)
        with self._lock:
            known = self._keks.get(version)
        if known is not None:
            return known
        for row in self.store.keks():
            if row.version == version and row.retired_at is None:
                return self._kek(row)
        raise DamagedKeyError(f"version {version}")

    def _kek(self, row: KekRow) -> KeyEncryptionKey:
        with self._lock:
            known = self._keks.get(row.version)
        if known is not None:
            return known
        suite = suite_of(row.suite)
        made = unwrap_kek(row.wrapped, self._root, version=row.version, suite=suite)
        with self._lock:
            return self._keks.setdefault(row.version, made)


def check_alive(row: KeyRow) -> None:
    """Raises: KeyDestroyedError."""
    if row.destroyed_at is not None:
        raise KeyDestroyedError(row.name.key_id, row.destroyed_at)
