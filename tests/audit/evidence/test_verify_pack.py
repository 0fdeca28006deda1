"""The stand-alone checker's arithmetic against a second implementation, and its bounds."""

import ast
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import merkle
from audit.evidence import verify_pack
from tests.audit.test_merkle import leaves

SOURCE = Path(verify_pack.__file__)

# RFC 8032 s.7.1, test 2: public key, message, signature.
RFC_8032 = (
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
)


def test_ed25519_published_vector():
    public, message, signature = (bytes.fromhex(text) for text in RFC_8032)
    assert verify_pack.verify_ed25519(public, message, signature)
    assert not verify_pack.verify_ed25519(public, message + b"\0", signature)


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_ed25519_agrees_with_openssl(seed, message, bit):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify_pack.verify_ed25519(public, message, signature)
    broken = bytearray(signature)
    broken[bit // 8] ^= 1 << bit % 8
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes(broken), message)
        holds = True
    except InvalidSignature:
        holds = False
    assert verify_pack.verify_ed25519(public, message, bytes(broken)) == holds


def test_ed25519_refuses_a_second_form_of_a_signature():
    """S + L verifies under the bare equation; RFC 8032 s.5.1.7 demands S < L."""
    key = Ed25519PrivateKey.from_private_bytes(b"\5" * 32)
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"x")
    s = int.from_bytes(signature[32:], "little") + verify_pack.ED_L
    second = signature[:32] + s.to_bytes(32, "little")
    assert not verify_pack.verify_ed25519(public, b"x", second)


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 3308))
def test_ml_dsa_65_agrees_with_openssl(seed, message, at):
    key = MLDSA65PrivateKey.from_seed_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify_pack.verify_ml_dsa_65(public, message, signature)
    broken = bytearray(signature)
    broken[at] ^= 1
    assert not verify_pack.verify_ml_dsa_65(public, message, bytes(broken))
    assert not verify_pack.verify_ml_dsa_65(public, message + b"\0", signature)


@pytest.mark.parametrize("change", ["short", "long", "hints-unsorted", "hint-count", "padding"])
def test_ml_dsa_65_refuses_malformed_signatures(change):
    key = MLDSA65PrivateKey.from_seed_bytes(b"\6" * 32)
    public, signature = key.public_key().public_bytes_raw(), bytearray(key.sign(b"x"))
    hints = len(signature) - 61
    if change == "short":
        signature.pop()
    elif change == "long":
        signature.append(0)
    elif change == "hints-unsorted":
        signature[hints], signature[hints + 1] = signature[hints + 1], signature[hints]
    elif change == "hint-count":
        signature[-1] = 56
    else:
        signature[hints + 54] = 1
        signature[-1] = min(signature[-1], 54)
    assert not verify_pack.verify_ml_dsa_65(public, b"x", bytes(signature))


@given(st.integers(1, 60), st.data())
def test_proofs_agree_with_the_log(size, data):
    found, index = leaves(size), data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, found)
    assert verify_pack.root_from_inclusion(index, size, found[index], proof) == merkle.root(found)
    older = data.draw(st.integers(1, size))
    if older < size:
        old = verify_pack.Checkpoint(older, merkle.root(found[:older]))
        new = verify_pack.Checkpoint(size, merkle.root(found))
        steps = merkle.consistency_proof(older, found)
        verify_pack.check_consistency(old, new, steps)
        with pytest.raises(verify_pack.PackError):
            verify_pack.check_consistency(old, new, steps[:-1])


def test_base64_has_one_spelling():
    assert verify_pack.b64(b64encode(b"ab").decode(), "x") == b"ab"
    for text in ("YWI", "YWJ=", "YWI=\n", " YWI=", "YW-=", "YWI==", None, 3):
        with pytest.raises(verify_pack.PackError):
            verify_pack.b64(text, "x")


def test_it_needs_only_the_standard_library_of_python_3_9():
    tree = ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 9))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.split(".")[0])
    assert imported <= sys.stdlib_module_names
    assert not imported & {"socket", "urllib", "http", "subprocess", "pickle"}


def test_bodies_fit_on_a_screen():
    for node in ast.walk(ast.parse(SOURCE.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.body[0].lineno < 40, node.name


def test_a_file_that_is_no_pack_is_refused_in_one_line(tmp_path):
    for content in (b"", b"PK\x05\x06" + bytes(18), b"not a zip"):
        path = tmp_path / "pack.zip"
        path.write_bytes(content)
        ran = subprocess.run(
            [sys.executable, "-I", SOURCE, path], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 1
        assert ran.stdout.startswith("does not hold: ")
        assert ran.stdout.count("\n") == 1
        assert ran.stderr == ""
