import os
import stat

import pytest

from compliance.vault.errors import RootKeyFileError
from compliance.vault.providers import FileRootKey


@pytest.fixture
def path(tmp_path):
    return tmp_path / "root.key"


def test_what_was_created_is_read(path):
    secret = os.urandom(32)
    FileRootKey(path).create(secret)
    assert FileRootKey(path).root_key().secret == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_is_never_replaced(path):
    FileRootKey(path).create(bytes(32))
    with pytest.raises(RootKeyFileError, match="File exists"):
        FileRootKey(path).create(bytes(32))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o644], ids=oct)
def test_a_file_that_others_may_touch_is_refused(path, mode):
    FileRootKey(path).create(bytes(32))
    path.chmod(mode)
    with pytest.raises(RootKeyFileError, match=f"got mode {mode:04o}, want 0600 or 0400"):
        FileRootKey(path).root_key()


def test_a_read_only_file_is_fine(path):
    FileRootKey(path).create(bytes(32))
    path.chmod(0o400)
    assert FileRootKey(path).root_key().secret == bytes(32)


def test_a_folder_that_others_may_write_is_refused(path):
    FileRootKey(path).create(bytes(32))
    path.parent.chmod(0o777)
    with pytest.raises(RootKeyFileError, match="a folder of mode 0777"):
        FileRootKey(path).root_key()
    path.parent.chmod(0o700)


def test_links_folders_and_absence_are_refused(path):
    FileRootKey(path).create(bytes(32))
    link = path.with_name("link")
    link.symlink_to(path)
    for wrong in (link, path.with_name("none"), path.parent):
        with pytest.raises(RootKeyFileError):
            FileRootKey(wrong).root_key()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"strongroom-root-1",
        b"strongroom-root-2 " + b"A" * 43 + b"=",
        b"strongroom-root-1 AAAA",
        b"strongroom-root-1 secret!secret",
        b"strongroom-root-1 " + b"A" * 43 + b"= more",
        b"\xff\xfe\x00",
    ],
)
def test_malformed_content_is_refused_and_not_quoted(path, content):
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(RootKeyFileError) as caught:
        FileRootKey(path).root_key()
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_another_owner_is_refused(path):
    FileRootKey(path).create(bytes(32))
    os.chown(path, 12345, 12345)
    with pytest.raises(RootKeyFileError, match="got owner 12345"):
        FileRootKey(path).root_key()
