import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.registry.errors import SignatureError
from models.registry.signature import fingerprint, key_from_hex, sign, verify

# RFC 8032 s.7.1, test 1: a published key, so that the file below can be made again.
KEY = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
MANIFEST = b'name = "noise"\n'
SIGNED = sign(MANIFEST, KEY)


def test_the_form_of_the_file():
    head, line = SIGNED.splitlines()
    assert head == "strongroom-model-signature/1"
    assert line.split()[0] == fingerprint(KEY.public_key())
    verify(MANIFEST, SIGNED, KEY.public_key())


def test_every_changed_character_is_noticed():
    for place, character in enumerate(SIGNED.rstrip()):
        changed = SIGNED[:place] + ("A" if character != "A" else "B") + SIGNED[place + 1 :]
        with pytest.raises(SignatureError):
            verify(MANIFEST, changed, KEY.public_key())


@pytest.mark.parametrize(
    "text", ["", "strongroom-model-signature/1\n", SIGNED * 2, SIGNED[:-20]], ids=range(4)
)
def test_other_forms(text):
    with pytest.raises(SignatureError):
        verify(MANIFEST, text, KEY.public_key())


def test_another_manifest_or_key():
    with pytest.raises(SignatureError):
        verify(MANIFEST + b" ", SIGNED, KEY.public_key())
    other = Ed25519PrivateKey.generate()
    with pytest.raises(SignatureError, match="by key"):
        verify(MANIFEST, SIGNED, other.public_key())


def test_a_signature_for_something_else_does_not_count():
    from base64 import b64encode

    bare = b64encode(KEY.sign(MANIFEST)).decode()
    head, line = SIGNED.splitlines()
    with pytest.raises(SignatureError, match="does not hold"):
        verify(MANIFEST, f"{head}\n{line.split()[0]} {bare}\n", KEY.public_key())


@pytest.mark.parametrize("text", ["xx", "00" * 31, ""])
def test_keys_of_other_forms(text):
    with pytest.raises(SignatureError):
        key_from_hex(text)
    assert key_from_hex(KEY.public_key().public_bytes_raw().hex() + "\n") == KEY.public_key()
