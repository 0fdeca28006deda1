"""The log's signing keys as files, and their fingerprint.

Two private keys, PKCS #8 in PEM, one file each, readable by their owner
alone. A security module takes their place by any other `Signer`.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from audit.errors import KeyFileError
from audit.note import ED25519, ML_DSA_65, PublicKey

FILE_NAMES = {ED25519: "audit-ed25519.pem", ML_DSA_65: "audit-ml-dsa-65.pem"}
_OTHERS = 0o077

PrivateKey = Ed25519PrivateKey | MLDSA65PrivateKey
_CLASSES: dict[str, type[PrivateKey]] = {ED25519: Ed25519PrivateKey, ML_DSA_65: MLDSA65PrivateKey}
_GENERATE: dict[str, Callable[[], PrivateKey]] = {
    ED25519: Ed25519PrivateKey.generate,
    ML_DSA_65: MLDSA65PrivateKey.generate,
}


@dataclass(frozen=True)
class FileSigner:
    """A signer whose key was read from a file."""

    name: str
    algorithm: str
    key: PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        """The raw public key."""
        return self.key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature."""
        return self.key.sign(message)


def generate_keys(folder: Path) -> None:
    """Write a new key of each algorithm; existing files are never replaced.

    Raises: KeyFileError if one of the files exists.
    """
    for algorithm, generate in _GENERATE.items():
        pem = generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write_private(folder / FILE_NAMES[algorithm], pem)


def load_signers(folder: Path, name: str) -> tuple[FileSigner, ...]:
    """Read the keys; `name` is the log's origin.

    Raises: KeyFileError if a file is missing, open to others, or no such key.
    """
    return tuple(
        FileSigner(name, algorithm, _load(folder / file_name, algorithm))
        for algorithm, file_name in FILE_NAMES.items()
    )


def fingerprint(keys: Iterable[PublicKey]) -> str:
    """Return one number for all of an installation's log keys, 64 hex digits.

    SHA-256 over, for each key in the order of its algorithm's name,
    algorithm ‖ 0x0A ‖ public key. People compare it by phone or on paper.
    """
    ordered = sorted(keys, key=lambda key: key.algorithm)
    parts = (key.algorithm.encode() + b"\n" + key.public for key in ordered)
    return sha256(b"".join(parts)).hexdigest()


def _write_private(path: Path, content: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as fault:
        raise KeyFileError(f"{path.name}: got an existing file, want none") from fault
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _load(path: Path, algorithm: str) -> PrivateKey:
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as fault:
        raise KeyFileError(f"{path.name}: {fault.strerror}, want a readable key file") from fault
    if mode & _OTHERS:
        raise KeyFileError(f"{path.name}: got mode {mode & 0o777:o}, want 600 or 400")
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as fault:
        raise KeyFileError(f"{path.name}: got no PKCS #8 key in PEM") from fault
    if not isinstance(key, Ed25519PrivateKey | MLDSA65PrivateKey) or not isinstance(
        key, _CLASSES[algorithm]
    ):
        raise KeyFileError(f"{path.name}: got another kind of key, want {algorithm}")
    return key
