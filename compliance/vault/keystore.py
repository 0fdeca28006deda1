"""Where wrapped keys live: one SQLite file apart from the main database.

It knows rows and bytes; wrapping is `keyring`'s. Many processes and threads
may use one file. Everything acknowledged is on the disk (synchronous=FULL),
and `destroy` returns only when no byte of the wrapped key is left in the
file or its journal: see ADR 0003 for what was measured.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from uuid import UUID

from compliance.vault.errors import KeyStoreFileError
from compliance.vault.hierarchy import DataKeyName, version_of
from compliance.vault.schema import SCHEMA_VERSION, prepare_file, prepare_schema
from compliance.vault.sqlite_pool import ConnectionPool, zero
from compliance.vault.suites import suite_of

_SELECT = (
    "SELECT slot, key_id, owner, suite, created_at, destroyed_at, wrapped"
    " FROM data_key JOIN key_material USING (slot)"
)
_BY_ID = _SELECT + " WHERE key_id = ?"
_BY_SLOT = _SELECT + " WHERE slot = ?"
_OF_OWNER = _SELECT + " WHERE owner = ? ORDER BY serial"
_NEWEST_OF_OWNER = _SELECT + " WHERE owner = ? ORDER BY serial DESC LIMIT 1"
_LIVING = _SELECT + " WHERE destroyed_at IS NULL"
_PAGE = _SELECT + " WHERE slot > ? ORDER BY slot LIMIT 1000"


@dataclass(frozen=True)
class KeyRow:
    """One data key as stored; `wrapped` is all zeros once destroyed."""

    slot: int
    name: DataKeyName
    created_at: str
    destroyed_at: str | None
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True)
class KekRow:
    version: int
    kek_id: UUID
    suite: int
    created_at: str
    retired_at: str | None
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True)
class Counts:
    """live_by_version: how many living keys each key-encryption key wraps."""

    schema_version: int
    subject_keys: int
    store_keys: int
    destroyed: int
    live_by_version: dict[int, int]


NewKey = Callable[[KekRow], tuple[DataKeyName, bytes]]
# version -> id, suite number, wrapped key
NewKek = Callable[[int], tuple[UUID, int, bytes]]


class KeyStore:
    def __init__(self, path: Path) -> None:
        """Open the file, creating it if absent.

        Raises: KeyStoreError.
        """
        self._path = path
        prepare_file(path)
        self._pool = ConnectionPool(path)
        prepare_schema(path, self._pool)
        self._finish_interrupted_erasure()

    def close(self) -> None:
        self._pool.close()

    def by_id(self, key_id: UUID) -> KeyRow | None:
        with self._pool.connection() as connection:
            found = connection.execute(_BY_ID, (key_id.bytes,)).fetchone()
        return _key_row(found) if found else None

    def newest_of(self, owner: str) -> KeyRow | None:
        """Return the owner's key with the highest serial, destroyed or not."""
        with self._pool.connection() as connection:
            return _newest(connection, owner)

    def all_of(self, owner: str) -> list[KeyRow]:
        """Return the owner's keys, destroyed ones too, oldest first."""
        with self._pool.connection() as connection:
            return [_key_row(row) for row in connection.execute(_OF_OWNER, (owner,))]

    def add(self, owner: str, make: NewKey, *, now: datetime) -> tuple[KeyRow, bool]:
        """Store a first key for an owner, unless there is one, destroyed or not.

        make: called inside the transaction with the current key-encryption key.
        Returns: the owner's key, and whether it is new.
        """
        with self._pool.writing() as connection:
            present = _newest(connection, owner)
            if present is not None:
                return present, False
            name, wrapped = make(_keks(connection)[-1])
            slot = connection.execute(
                "INSERT INTO data_key (key_id, owner, serial, suite, created_at)"
                " VALUES (?, ?, 1, ?, ?)",
                (name.key_id.bytes, owner, name.suite.number, now.isoformat()),
            ).lastrowid
            connection.execute("INSERT INTO key_material VALUES (?, ?)", (slot, wrapped))
            row = _newest(connection, owner)
        assert row is not None  # inserted four lines above, in this transaction
        return row, True

    def destroy(self, owner: str, *, now: datetime) -> tuple[KeyRow, ...]:
        """Overwrite every key of an owner, in the file and in its journal.

        Again for an owner whose keys are gone: no change, the same answer.
        Returns: the owner's keys, oldest first, none if it never had one.
        """
        with self._pool.writing() as connection:
            live = connection.execute(
                "SELECT slot FROM data_key WHERE owner = ? AND destroyed_at IS NULL", (owner,)
            ).fetchall()
            connection.executemany(
                "UPDATE key_material SET wrapped = zeroblob(length(wrapped)) WHERE slot = ?", live
            )
            connection.executemany(
                "UPDATE data_key SET destroyed_at = ? WHERE slot = ?",
                [(now.isoformat(), slot) for (slot,) in live],
            )
            rows = [_key_row(row) for row in connection.execute(_OF_OWNER, (owner,))]
        self._overwrite_journal()
        return tuple(rows)

    def keks(self) -> list[KekRow]:
        """Return the key-encryption keys, newest last."""
        with self._pool.connection() as connection:
            return _keks(connection)

    def add_kek(self, make: NewKek, *, now: datetime, first: bool) -> KekRow:
        """Store the next key-encryption key.

        make:  called with its version.
        first: do nothing if there is one already.
        Returns: the newest.
        """
        with self._pool.writing() as connection:
            present = _keks(connection)
            if first and present:
                return present[-1]
            version = present[-1].version + 1 if present else 1
            kek_id, suite, wrapped = make(version)
            connection.execute(
                "INSERT INTO kek (version, kek_id, suite, wrapped, created_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (version, kek_id.bytes, suite, wrapped, now.isoformat()),
            )
        return KekRow(version, kek_id, suite, now.isoformat(), None, wrapped)

    def rewrap(
        self, version: int, change: Callable[[KeyRow], bytes], *, slots: Sequence[int]
    ) -> int:
        """Wrap living keys anew in one transaction; those changed or gone meanwhile are left.

        version: the key-encryption key that they should still be under.
        Returns: how many were changed.
        """
        done = 0
        with self._pool.writing() as connection:
            for slot in slots:
                row = _key_row(connection.execute(_BY_SLOT, (slot,)).fetchone())
                if row.destroyed_at is None and version_of(row.wrapped) == version:
                    connection.execute(
                        "UPDATE key_material SET wrapped = ? WHERE slot = ?", (change(row), slot)
                    )
                    done += 1
        return done

    def slots_under(self, version: int) -> list[int]:
        with self._pool.connection() as connection:
            found = connection.execute(
                "SELECT slot FROM key_material JOIN data_key USING (slot)"
                " WHERE destroyed_at IS NULL AND substr(wrapped, 1, 4) = ?",
                (version.to_bytes(4, "big"),),
            )
            return [slot for (slot,) in found]

    def retire_kek(self, version: int, *, now: datetime) -> bool:
        """Overwrite a key-encryption key that wraps nothing any more.

        Returns: False if a key still hangs on it (and nothing was changed).
        """
        with self._pool.writing() as connection:
            retired = connection.execute(
                "UPDATE kek SET wrapped = zeroblob(length(wrapped)), retired_at = ?1"
                " WHERE version = ?2 AND retired_at IS NULL AND NOT EXISTS ("
                "  SELECT 1 FROM key_material JOIN data_key USING (slot)"
                "  WHERE destroyed_at IS NULL AND substr(wrapped, 1, 4) = ?3)",
                (now.isoformat(), version, version.to_bytes(4, "big")),
            ).rowcount
        self._overwrite_journal()
        return retired == 1

    def counts(self) -> Counts:
        with self._pool.connection() as connection:
            live: dict[int, int] = {}
            owners = {"subject": 0, "store": 0}
            for row in map(_key_row, connection.execute(_LIVING)):
                version = version_of(row.wrapped)
                live[version] = live.get(version, 0) + 1
                owners[row.name.owner.partition(":")[0]] += 1
            (destroyed,) = connection.execute(
                "SELECT count(*) FROM data_key WHERE destroyed_at IS NOT NULL"
            ).fetchone()
        return Counts(SCHEMA_VERSION, owners["subject"], owners["store"], destroyed, live)

    def live_rows(self) -> Iterator[KeyRow]:
        """Yield every living key, a thousand at a time, for checks of the whole store."""
        last = 0
        while True:
            with self._pool.connection() as connection:
                rows = [_key_row(row) for row in connection.execute(_PAGE, (last,))]
            if not rows:
                return
            last = rows[-1].slot
            yield from (row for row in rows if row.destroyed_at is None)

    def check(self) -> None:
        """Read the whole file. Raises: KeyStoreFileError naming the first fault."""
        with self._pool.connection() as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise KeyStoreFileError(self._path, str(verdict), "ok")

    def _overwrite_journal(self) -> None:
        """Zero what the last transactions left behind in the rollback journal.

        PERSIST mode invalidates a journal by zeroing its header; the pages in it, with the
        wrapped key as it was, stay. Under the exclusive lock nobody has a journal going: one
        begins with a first page change, which needs the lock. Truncating or deleting the file
        instead would leave the bytes in free blocks.
        """
        with self._pool.writing("EXCLUSIVE"):
            if not self._pool.journal.exists():
                return
            handle = os.open(self._pool.journal, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                zero(handle)
            finally:
                os.close(handle)

    def _finish_interrupted_erasure(self) -> None:
        """Overwrite a journal that a killed process left: it may hold a destroyed key."""
        if self._pool.journal.exists() and any(self._pool.journal.read_bytes()):
            self._overwrite_journal()


def _newest(connection: Connection, owner: str) -> KeyRow | None:
    found = connection.execute(_NEWEST_OF_OWNER, (owner,)).fetchone()
    return _key_row(found) if found else None


def _keks(connection: Connection) -> list[KekRow]:
    found = connection.execute(
        "SELECT version, kek_id, suite, created_at, retired_at, wrapped FROM kek ORDER BY version"
    )
    return [KekRow(version, UUID(bytes=kek_id), *rest) for version, kek_id, *rest in found]


def _key_row(row: tuple[int, bytes, str, int, str, str | None, bytes]) -> KeyRow:
    slot, key_id, owner, suite, created_at, destroyed_at, wrapped = row
    name = DataKeyName(UUID(bytes=key_id), owner, suite_of(suite))
    return KeyRow(slot, name, created_at, destroyed_at, wrapped)
