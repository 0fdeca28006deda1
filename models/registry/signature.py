"""`model.toml.sig`: the installation's word that it examined and approved this manifest.

    strongroom-model-signature/1
    <SHA-256 of the raw public key, hex> <Ed25519 signature, base64>

Signed are the bytes "strongroom model.toml 1", a zero byte, and the manifest's bytes as they
stand: the digest inside binds the weights. The prefix keeps a signature made for something
else by the same key from being accepted here.
"""

from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from models.registry.errors import SignatureError

_HEAD = "strongroom-model-signature/1"
_DOMAIN = b"strongroom model.toml 1\x00"
_LINES = 2
_RAW_KEY_BYTES = 32


def key_from_hex(text: str) -> Ed25519PublicKey:
    """Read a raw public key, 64 hexadecimal digits. Raises: SignatureError."""
    try:
        raw = bytes.fromhex(text.strip())
    except ValueError as fault:
        raise SignatureError("got a public key that is not hexadecimal, want 64 digits") from fault
    if len(raw) != _RAW_KEY_BYTES:
        raise SignatureError(f"got a public key of {len(raw)} bytes, want {_RAW_KEY_BYTES}")
    return Ed25519PublicKey.from_public_bytes(raw)


def fingerprint(key: Ed25519PublicKey) -> str:
    return sha256(key.public_bytes_raw()).hexdigest()


def sign(manifest: bytes, key: Ed25519PrivateKey) -> str:
    """Return the content of model.toml.sig."""
    signature = b64encode(key.sign(_DOMAIN + manifest)).decode()
    return f"{_HEAD}\n{fingerprint(key.public_key())} {signature}\n"


def verify(manifest: bytes, signature: str, key: Ed25519PublicKey) -> None:
    """Raise SignatureError unless `key` signed exactly these bytes."""
    lines = signature.splitlines()
    if len(lines) != _LINES or lines[0] != _HEAD:
        raise SignatureError(f"got a signature file of another form, want {_HEAD}")
    signer, _, encoded = lines[1].partition(" ")
    if signer != fingerprint(key):
        raise SignatureError(f"got a signature by key {signer[:16]}, want {fingerprint(key)[:16]}")
    try:
        key.verify(b64decode(encoded, validate=True), _DOMAIN + manifest)
    except (InvalidSignature, ValueError) as fault:
        raise SignatureError("got a signature that does not hold for this manifest") from fault


def verify_file(manifest: Path, key: Ed25519PublicKey) -> None:
    """Verify `model.toml` against the `model.toml.sig` beside it. Raises: SignatureError."""
    beside = manifest.with_name(manifest.name + ".sig")
    try:
        text = beside.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as fault:
        raise SignatureError(f"got no readable {beside.name}, want one") from fault
    verify(manifest.read_bytes(), text, key)
