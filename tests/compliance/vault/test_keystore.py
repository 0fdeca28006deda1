import random
import sqlite3
import stat
import threading
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from compliance.vault.errors import (
    DamagedKeyError,
    KeyDestroyedError,
    KeyStoreBusyError,
    KeyStoreFileError,
    WrongRootKeyError,
)
from compliance.vault.facade import build
from compliance.vault.keystore import KeyStore
from compliance.vault.providers import FileRootKey

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def rows_of(path):
    plain = sqlite3.connect(path)
    rows = plain.execute("SELECT slot, wrapped FROM key_material ORDER BY slot").fetchall()
    plain.close()
    return dict(rows)


def on_disk(path):
    return b"".join(p.read_bytes() for p in path.parent.iterdir() if p.name.startswith("keys.db"))


def test_a_destroyed_key_leaves_no_byte_in_file_or_journal(open_vault, settings_of):
    vault, path = open_vault(), settings_of().key_store
    subjects = [uuid4() for _ in range(60)]
    for subject in subjects:
        vault.new_subject(subject)
    wrapped = list(rows_of(path).values())
    gone = random.Random(7).sample(range(60), 30)
    for index in gone:
        vault.destroy_subject(subjects[index])
        # 16 bytes out of its middle: a partial copy counts as found too.
        assert wrapped[index][20:36] not in on_disk(path)
    left = on_disk(path)
    assert not [index for index in gone if wrapped[index][20:36] in left]
    assert all(wrapped[index] in left for index in set(range(60)) - set(gone))
    assert {path.name, f"{path.name}-journal"} == {
        found.name for found in path.parent.iterdir() if found.name.startswith(path.name)
    }


def test_the_journal_would_tell_without_overwriting(open_vault, settings_of, monkeypatch):
    """The test above can fail: without our overwriting, the key is found."""
    vault, path = open_vault(), settings_of().key_store
    subject = uuid4()
    vault.new_subject(subject)
    (wrapped,) = rows_of(path).values()
    monkeypatch.setattr(KeyStore, "_overwrite_journal", lambda self: None)
    vault.destroy_subject(subject)
    assert wrapped[20:36] in on_disk(path)
    monkeypatch.undo()
    # As after a kill between commit and overwriting: the next start finishes the work.
    open_vault()
    assert wrapped[20:36] not in on_disk(path)


def test_a_rotation_leaves_no_byte_of_the_old_wrapping(open_vault, settings_of):
    vault, path = open_vault(), settings_of().key_store
    for _ in range(60):
        vault.new_subject(uuid4())
    before = rows_of(path)
    old_kek = vault.keyring.store.keks()[0].wrapped
    assert old_kek in on_disk(path)
    assert vault.rotate().rewrapped == 60
    left = on_disk(path)
    assert old_kek[12:28] not in left
    assert not [slot for slot, wrapped in before.items() if wrapped[20:36] in left]


def test_the_file_is_for_its_owner_alone(open_vault, settings_of):
    open_vault()
    path = settings_of().key_store
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    journal = path.with_name(path.name + "-journal")
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o666], ids=oct)
def test_a_file_that_others_may_touch_is_refused(tmp_path, mode):
    path = tmp_path / "keys.db"
    path.touch()
    path.chmod(mode)
    with pytest.raises(KeyStoreFileError, match="want nothing for others"):
        KeyStore(path)


def test_links_and_folders_are_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for wrong in (tmp_path / "link", tmp_path, tmp_path / "none" / "keys.db"):
        with pytest.raises(KeyStoreFileError):
            KeyStore(wrong)


def test_foreign_files_are_refused(tmp_path):
    noise = tmp_path / "noise.db"
    noise.write_bytes(b"not a database, but long enough to be taken for one" * 30)
    noise.chmod(0o600)
    with pytest.raises(KeyStoreFileError, match="SQLITE_NOTADB"):
        KeyStore(noise)
    other = tmp_path / "other.db"
    plain = sqlite3.connect(other)
    plain.execute("CREATE TABLE t (x)")
    plain.commit()
    plain.close()
    other.chmod(0o600)
    with pytest.raises(KeyStoreFileError, match="another program's tables"):
        KeyStore(other)


def test_a_newer_schema_is_refused(open_vault, settings_of):
    open_vault().close()
    path = settings_of().key_store
    plain = sqlite3.connect(path)
    plain.execute("PRAGMA user_version=2")
    plain.close()
    with pytest.raises(KeyStoreFileError, match="got schema version 2, want 1"):
        KeyStore(path)


def test_a_damaged_file_is_refused(open_vault, settings_of):
    vault = open_vault()
    for _ in range(30):
        vault.new_subject(uuid4())
    vault.close()
    path = settings_of().key_store
    data = bytearray(path.read_bytes())
    data[4096:12288] = b"\xa5" * 8192
    path.write_bytes(data)
    with pytest.raises(KeyStoreFileError):
        build(settings_of()).keyring.store.check()


def test_the_wrong_root_key_is_told_at_once(open_vault, settings_of, tmp_path):
    open_vault()
    other = tmp_path / "other.key"
    FileRootKey(other).create(bytes(32))
    with pytest.raises(WrongRootKeyError, match="key-encryption key 1"):
        build(settings_of(root_key=other))


def test_a_row_cannot_take_another_keys_bytes(open_vault, settings_of, place):
    vault = open_vault()
    mine, theirs = place.subject_id, uuid4()
    vault.new_subject(mine)
    vault.new_subject(theirs)
    plain = sqlite3.connect(settings_of().key_store)
    plain.execute(
        "UPDATE key_material SET wrapped ="
        " (SELECT wrapped FROM key_material WHERE slot = 2) WHERE slot = 1"
    )
    plain.commit()
    plain.close()
    with pytest.raises(DamagedKeyError):
        vault.seal(b"x", place)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM data_key",
        "DELETE FROM key_material",
        "UPDATE key_material SET wrapped = x'00'",
        "UPDATE data_key SET destroyed_at = NULL",
    ],
)
def test_the_tables_only_grow_and_never_revive(open_vault, settings_of, statement):
    vault = open_vault()
    subject = uuid4()
    vault.new_subject(subject)
    vault.destroy_subject(subject)
    plain = sqlite3.connect(settings_of().key_store)
    with pytest.raises(sqlite3.IntegrityError):
        plain.execute(statement)
    plain.close()


def test_a_lock_that_never_comes_is_named(open_vault, settings_of, monkeypatch):
    monkeypatch.setattr("compliance.vault.sqlite_pool.BUSY_S", 0.05)
    vault = open_vault()
    holder = sqlite3.connect(settings_of().key_store, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(KeyStoreBusyError, match=r"no lock within 0\.05 s"):
        vault.new_subject(uuid4())
    holder.execute("ROLLBACK")
    holder.close()
    vault.new_subject(uuid4())


def test_threads_make_one_key_a_subject(open_vault):
    vaults = [open_vault(), open_vault()]
    subjects = [uuid4() for _ in range(20)]

    def work(vault):
        for subject in subjects:
            vault.new_subject(subject)

    threads = [threading.Thread(target=work, args=(vaults[i % 2],)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vaults[0].keyring.store.counts().subject_keys == 20


def test_destroying_again_answers_the_same(open_vault):
    vault, subject = open_vault(), uuid4()
    vault.new_subject(subject)
    first = vault.destroy_subject(subject)
    assert vault.destroy_subject(subject) == first
    assert set(first[0].wrapped) == {0}
    with pytest.raises(KeyDestroyedError):
        vault.new_subject(subject)
    counts = vault.keyring.store.counts()
    assert (counts.subject_keys, counts.destroyed) == (0, 1)
