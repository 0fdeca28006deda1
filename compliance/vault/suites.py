"""The cipher suites that an envelope may name.

| number | name          | cipher      | key | hash    |
| 1      | international | AES-256-GCM | 32  | SHA-256 |
| 2      | sm            | SM4-GCM     | 16  | SM3     |

Both take a 12-byte nonce and append a 16-byte tag. A number is never reused.
Source: NIST SP 800-38D; GB/T 32907 with GCM as in RFC 8998 s.3.1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm

from compliance.vault.errors import AuthenticationError, UnknownSuiteError

NONCE_BYTES = 12
TAG_BYTES = 16


class Aead(Protocol):
    """One key, ready for use. `seal` returns ciphertext ‖ tag."""

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes: ...

    def open(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        """Raises AuthenticationError."""
        ...


class _AesGcm:
    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        return self._cipher.encrypt(nonce, plaintext, associated)

    def open(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        try:
            return self._cipher.decrypt(nonce, sealed, associated)
        except InvalidTag as fault:
            raise AuthenticationError from fault


class _Sm4Gcm:
    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated)
        return encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag

    def open(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        if len(sealed) < TAG_BYTES:
            raise AuthenticationError
        ciphertext, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated)
        plaintext = decryptor.update(ciphertext)
        try:
            return plaintext + decryptor.finalize()
        except InvalidTag as fault:
            raise AuthenticationError from fault


@dataclass(frozen=True)
class Suite:
    number: int
    name: str
    key_bytes: int
    aead: Callable[[bytes], Aead]
    hash: Callable[[], HashAlgorithm]


INTERNATIONAL = Suite(1, "international", 32, _AesGcm, SHA256)
SM = Suite(2, "sm", 16, _Sm4Gcm, SM3)
SUITES: dict[int, Suite] = {suite.number: suite for suite in (INTERNATIONAL, SM)}


def suite_of(number: int) -> Suite:
    """Raises UnknownSuiteError."""
    try:
        return SUITES[number]
    except KeyError:
        raise UnknownSuiteError(number) from None
