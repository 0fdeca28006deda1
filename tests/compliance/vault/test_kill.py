"""Kill a writer of the key store at any moment; what it acknowledged must hold."""

import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from compliance.vault.errors import KeyDestroyedError
from compliance.vault.facade import build
from compliance.vault.places import Place

ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from pathlib import Path
from uuid import uuid4
from compliance.vault.facade import VaultSettings, build

vault = build(VaultSettings(Path(sys.argv[1]), Path(sys.argv[2])))
say = lambda *words: print(*words, flush=True)
say("ready")
living = []
for count in range(100000):
    subject = uuid4()
    vault.new_subject(subject)
    living.append(subject)
    say("made", subject)
    if count % 3 == 2:
        gone = living.pop(0)
        say("destroying", gone)
        vault.destroy_subject(gone)
        say("destroyed", gone)
    if count % 20 == 19:
        vault.rotate()
"""


@pytest.mark.parametrize("lines", [1, 7, 30, 71])
def test_what_was_acknowledged_holds(settings_of, lines):
    settings = settings_of()
    command = [sys.executable, "-c", WRITER, settings.key_store, settings.root_key]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert process.stdout.readline() == "ready\n"
    first = [process.stdout.readline() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    told = [*first, *process.stdout.read().splitlines()]
    # A last line may be cut short: it tells of something, but not of what.
    said = [line.split() for line in told if len(line.split()[-1]) == 36]
    process.stdout.close()
    process.wait()

    vault = build(settings)
    vault.keyring.store.check()
    destroyed = {name for word, name in said if word == "destroyed"}
    maybe = {name for word, name in said if word == "destroying"} - destroyed
    made = {name for word, name in said if word == "made"}
    assert made
    for name in made - destroyed - maybe:
        assert vault.seal(b"x", place_of(name))
    for name in destroyed:
        with pytest.raises(KeyDestroyedError):
            vault.seal(b"x", place_of(name))
    vault.keyring.check()
    vault.close()
    journal = settings.key_store.with_name(settings.key_store.name + "-journal")
    assert not journal.exists() or not any(journal.read_bytes())


HALF_DONE = """
import os, sqlite3, sys
from compliance.vault.keystore import KeyStore

store = KeyStore(__import__("pathlib").Path(sys.argv[1]))
with store._pool.writing() as connection:
    connection.execute("PRAGMA cache_spill=ON")
    connection.execute("PRAGMA cache_size=1")
    connection.execute("UPDATE key_material SET wrapped = zeroblob(length(wrapped))")
    os.kill(os.getpid(), 9)
"""


def test_a_half_done_transaction_is_undone_and_its_journal_overwritten(settings_of):
    settings = settings_of()
    vault = build(settings)
    names = [str(uuid4()) for _ in range(120)]
    for name in names:
        vault.new_subject(UUID(name))
    vault.close()
    command = [sys.executable, "-c", HALF_DONE, str(settings.key_store)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    journal = settings.key_store.with_name(settings.key_store.name + "-journal")
    with journal.open("rb", buffering=0) as kept:
        assert kept.read(8) == bytes.fromhex("d9d505f920a163d7"), "the journal is not hot"
        again = build(settings)
        for name in names:
            assert again.seal(b"x", place_of(name))
        assert again.keyring.check() == 120
        again.close()
        kept.seek(0)
        assert not any(kept.read())


def place_of(name):
    return Place("t", "c", UUID(int=1), UUID(name))
