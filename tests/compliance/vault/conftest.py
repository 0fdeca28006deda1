import os
from uuid import UUID

import pytest

from compliance.vault.envelope import SealingKey
from compliance.vault.facade import SILENT, VaultSettings, build
from compliance.vault.places import Place
from compliance.vault.providers import FileRootKey
from compliance.vault.suites import SUITES

SUBJECT = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
ROW = UUID("01890a5d-ac96-7ab2-80e2-4536629c90de")
KEY = UUID("5f0c6b2e-51f3-4c86-9a0e-9f6a2f8f7a11")


@pytest.fixture
def subject():
    return SUBJECT


@pytest.fixture
def place():
    return Place("desk_message", "body", ROW, SUBJECT)


@pytest.fixture
def store_place():
    return Place("desk_settings", "secret", ROW, None)


@pytest.fixture(params=sorted(SUITES), ids=lambda number: SUITES[number].name)
def key(request):
    suite = SUITES[request.param]
    return SealingKey(KEY, suite, suite.aead(bytes(range(suite.key_bytes))))


@pytest.fixture
def settings_of(tmp_path):
    """Return a function that gives settings in a folder of this test."""
    root = tmp_path / "root.key"
    FileRootKey(root).create(os.urandom(32))

    def make(**changes):
        given = {"key_store": tmp_path / "keys.db", "root_key": root}
        return VaultSettings(**{**given, **changes})

    return make


@pytest.fixture
def open_vault(settings_of):
    """Return a function that opens one more vault on the same key store."""
    opened = []

    def make(observer=SILENT, **changes):
        opened.append(build(settings_of(**changes), observer=observer))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def vault(open_vault, subject):
    made = open_vault()
    made.new_subject(subject)
    return made
