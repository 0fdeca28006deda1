"""Connections to one SQLite file, for many threads and after forks.

A connection is lent to one thread at a time and comes back to a small pool.
One that was opened before a fork is never touched in the child: SQLite
forbids it, and closing it there could drop the parent's locks.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compliance.vault.errors import KeyStoreBusyError, KeyStoreFileError

BUSY_S = 15.0
_IDLE_CONNECTIONS = 8
_BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

# Kept referenced for ever, so that no destructor closes them in the wrong process.
_from_before_fork: list[sqlite3.Connection] = []


class ConnectionPool:
    def __init__(self, path: Path) -> None:
        self.journal = path.with_name(path.name + "-journal")
        self._path = path
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._pid = os.getpid()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection in autocommit mode.

        Raises: KeyStoreBusyError, KeyStoreFileError (for what SQLite says of the file).
        """
        try:
            lent = self._take()
            try:
                yield lent
            except BaseException:
                if lent.in_transaction:
                    lent.rollback()
                raise
            finally:
                self._give_back(lent)
        except sqlite3.DatabaseError as fault:
            # Faults of the Python module itself carry no SQLite code.
            code: int = getattr(fault, "sqlite_errorcode", 0)
            if code & 0xFF in _BUSY_CODES:
                raise KeyStoreBusyError(self._path, BUSY_S) from fault
            got = getattr(fault, "sqlite_errorname", type(fault).__name__)
            raise KeyStoreFileError(self._path, got, "a sound file") from fault

    @contextmanager
    def writing(self, lock: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a write transaction that commits on return.

        lock: IMMEDIATE (other readers go on) or EXCLUSIVE (nobody else).
        """
        with self.connection() as lent:
            lent.execute(f"BEGIN {lock}")
            yield lent
            lent.execute("COMMIT")

    def close(self) -> None:
        with self._lock:
            self._drop_if_forked()
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            self._drop_if_forked()
            if self._idle:
                return self._idle.pop()
        return self._open()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            self._drop_if_forked()
            if len(self._idle) < _IDLE_CONNECTIONS:
                self._idle.append(connection)
                return
        connection.close()

    def _drop_if_forked(self) -> None:
        if self._pid != os.getpid():
            _from_before_fork.extend(self._idle)
            self._idle.clear()
            self._pid = os.getpid()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            with self._journal_of_a_killed_writer():
                # Measured in ADR 0003: of five journal modes, PERSIST (with our overwriting)
                # alone survives a crash and leaves no byte of a destroyed key on the disk.
                connection.execute("PRAGMA journal_mode=PERSIST")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")
            # No spill of sorts into files of their own.
            connection.execute("PRAGMA temp_store=MEMORY")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _journal_of_a_killed_writer(self) -> Iterator[None]:
        """Overwrite a journal that SQLite rolls back and deletes in the block.

        A connection reads the file before its journal mode can be set, and so
        deletes the journal of a killed writer, as its default mode says. An
        open handle keeps the blocks until they are zeroed.
        """
        try:
            handle = os.open(self.journal, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            yield
            return
        try:
            yield
            if os.fstat(handle).st_nlink == 0:
                zero(handle)
        finally:
            os.close(handle)


def zero(handle: int) -> None:
    """Overwrite a file in place, durably."""
    os.pwrite(handle, bytes(os.fstat(handle).st_size), 0)
    os.fsync(handle)
