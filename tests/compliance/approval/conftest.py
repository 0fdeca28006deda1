import os

import pytest

from compliance.vault import current
from compliance.vault.facade import VaultSettings
from compliance.vault.providers import FileRootKey


@pytest.fixture(autouse=True)
def vault(tmp_path, monkeypatch):
    """The process's vault, on a key store of this test."""
    root = tmp_path / "root.key"
    FileRootKey(root).create(os.urandom(32))
    monkeypatch.setattr(current, "_settings", None)
    monkeypatch.setattr(current, "_built", {})
    current.configure(VaultSettings(tmp_path / "keys.db", root))
    yield current.vault()
    current.vault().close()
