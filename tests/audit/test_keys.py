"""Key files: made once, for their owner only."""

import os

import pytest

from audit.errors import KeyFileError, NotConfiguredError
from audit.keys import FILE_NAMES, fingerprint, generate_keys, load_signers
from audit.note import public_key, sign_note, verify_note
from audit.wiring import Wiring
from tests.audit.test_checkpoint import KEYS, ORIGIN


def test_generated_keys_sign(tmp_path):
    generate_keys(tmp_path)
    signers = load_signers(tmp_path, ORIGIN)
    assert [signer.algorithm for signer in signers] == ["ed25519", "ml-dsa-65"]
    note = sign_note("text\n", signers)
    verify_note(note, [public_key(signer) for signer in load_signers(tmp_path, ORIGIN)])
    assert [oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == ["0o600"] * 2


def test_keys_are_never_replaced(tmp_path):
    generate_keys(tmp_path)
    with pytest.raises(KeyFileError, match="existing"):
        generate_keys(tmp_path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    generate_keys(tmp_path)
    (tmp_path / FILE_NAMES["ed25519"]).chmod(mode)
    with pytest.raises(KeyFileError, match="want 600"):
        load_signers(tmp_path, ORIGIN)


def test_missing_exchanged_and_broken_keys_are_named(tmp_path):
    with pytest.raises(KeyFileError, match=r"audit-ed25519\.pem: No such file"):
        load_signers(tmp_path, ORIGIN)
    generate_keys(tmp_path)
    ed25519, ml_dsa = (tmp_path / name for name in FILE_NAMES.values())
    kept = ml_dsa.read_bytes()
    ml_dsa.write_bytes(ed25519.read_bytes())
    with pytest.raises(KeyFileError, match="want ml-dsa-65"):
        load_signers(tmp_path, ORIGIN)
    ml_dsa.write_bytes(kept[:-40])
    with pytest.raises(KeyFileError, match="PKCS #8"):
        load_signers(tmp_path, ORIGIN)


def test_a_key_does_not_show_itself(tmp_path):
    generate_keys(tmp_path)
    for signer in load_signers(tmp_path, ORIGIN):
        assert "key=" not in repr(signer)


def test_the_fingerprint_does_not_depend_on_order():
    """Written down in docs/formats.md."""
    assert fingerprint(KEYS) == fingerprint(reversed(KEYS))
    assert fingerprint(KEYS) == "92c8ac989fece69a89d2f18258366833ea59857113443e0fd63c6893c1de14bd"


def test_a_process_without_signers_says_so():
    with pytest.raises(NotConfiguredError, match="signers"):
        Wiring(None, (), KEYS, None).required_signers()


def test_unfinished_key_files_do_not_stay_readable(tmp_path):
    old = os.umask(0)
    try:
        generate_keys(tmp_path)
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
