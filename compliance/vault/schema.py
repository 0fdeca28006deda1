"""The key store's tables and their versions.

`key_material` alone holds wrapped keys. Its rows are appended in order and
only ever overwritten by as many bytes: SQLite then writes in place, and page
splits, which could leave copies behind, do not happen. `data_key` says what
a key is for and when it was destroyed; it never loses a row, so a destroyed
key is told from one that never was.
"""

import os
import sqlite3
import stat
from pathlib import Path

from compliance.vault.errors import KeyStoreFileError
from compliance.vault.sqlite_pool import ConnectionPool

SCHEMA_VERSION = 1
_APPLICATION_ID = 0x53524B31  # "SRK1"
_OTHERS = 0o007

_VERSION_1 = (
    """CREATE TABLE kek (
        version INTEGER PRIMARY KEY CHECK (version > 0),
        kek_id BLOB NOT NULL UNIQUE CHECK (length(kek_id) = 16),
        suite INTEGER NOT NULL,
        wrapped BLOB NOT NULL,
        created_at TEXT NOT NULL,
        retired_at TEXT
    ) STRICT""",
    """CREATE TABLE data_key (
        slot INTEGER PRIMARY KEY,
        key_id BLOB NOT NULL UNIQUE CHECK (length(key_id) = 16),
        owner TEXT NOT NULL,
        serial INTEGER NOT NULL CHECK (serial > 0),
        suite INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        destroyed_at TEXT,
        UNIQUE (owner, serial)
    ) STRICT""",
    """CREATE TABLE key_material (
        slot INTEGER PRIMARY KEY REFERENCES data_key (slot),
        wrapped BLOB NOT NULL
    ) STRICT""",
    # Append and overwrite only; see the module's docstring.
    """CREATE TRIGGER data_key_stays BEFORE DELETE ON data_key
       BEGIN SELECT RAISE(ABORT, 'a data key is destroyed, not deleted'); END""",
    """CREATE TRIGGER key_material_stays BEFORE DELETE ON key_material
       BEGIN SELECT RAISE(ABORT, 'key material is overwritten, not deleted'); END""",
    """CREATE TRIGGER key_material_in_place BEFORE UPDATE ON key_material
       WHEN length(NEW.wrapped) <> length(OLD.wrapped) OR NEW.slot <> OLD.slot
       BEGIN SELECT RAISE(ABORT, 'key material is overwritten in place'); END""",
    """CREATE TRIGGER destroyed_stays BEFORE UPDATE ON data_key
       WHEN OLD.destroyed_at IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'a destroyed key does not come back'); END""",
)


def prepare_file(path: Path) -> None:
    """Make the file for its owner alone, or check that others cannot touch it.

    An existing file is never opened here: closing it would drop the locks
    that this process holds on it through SQLite (POSIX advisory locks).
    Raises: KeyStoreFileError.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        os.close(os.open(path, flags, 0o600))
    except FileExistsError:
        pass
    except OSError as fault:
        got = os.strerror(fault.errno or 0)
        raise KeyStoreFileError(path, got, "a plain file to read and write") from fault
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        raise KeyStoreFileError(path, "no plain file", "a plain file")
    if mode & _OTHERS:
        raise KeyStoreFileError(path, f"mode {stat.S_IMODE(mode):04o}", "nothing for others")


def prepare_schema(path: Path, pool: ConnectionPool) -> None:
    """Create the tables in an empty file, or check the version. Safe to race.

    Raises: KeyStoreFileError.
    """
    with pool.connection() as connection:
        version = _version(connection)
    if version == 0:
        with pool.writing() as connection:
            version = _version(connection) or _create(path, connection)
    if version != SCHEMA_VERSION:
        raise KeyStoreFileError(path, f"schema version {version}", str(SCHEMA_VERSION))


def _create(path: Path, connection: sqlite3.Connection) -> int:
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise KeyStoreFileError(path, "another program's tables", "a key store")
    for statement in _VERSION_1:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id={_APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    return SCHEMA_VERSION


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
