"""Known answers, checked before a key is touched. A wrong one stops the boot.

A home-made vector would only show that a library agrees with itself; each
one here was published by somebody else and names where.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256, SM3, Hash, HashAlgorithm

from compliance.vault.errors import AuthenticationError, SelfTestError
from compliance.vault.suites import INTERNATIONAL, SM, Suite


@dataclass(frozen=True)
class _SealVector:
    name: str
    suite: Suite
    key: str
    nonce: str
    plaintext: str
    associated: str
    sealed: str


@dataclass(frozen=True)
class _HashVector:
    name: str
    make: Callable[[], HashAlgorithm]
    message: bytes
    digest: str


_SEALS = (
    _SealVector(
        # McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
        name="AES-256-GCM, GCM specification test case 16",
        suite=INTERNATIONAL,
        key="feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        nonce="cafebabefacedbaddecaf888",
        plaintext="d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        associated="feedfacedeadbeeffeedfacedeadbeefabaddad2",
        sealed="522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
    _SealVector(
        name="SM4-GCM, RFC 8998 appendix A.1",
        suite=SM,
        key="0123456789abcdeffedcba9876543210",
        nonce="00001234567800000000abcd",
        plaintext="aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        associated="feedfacedeadbeeffeedfacedeadbeefabaddad2",
        sealed="17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec",
    ),
)

_HASHES = (
    _HashVector(
        "SHA-256, FIPS 180-2 appendix B.1",
        SHA256,
        b"abc",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
    _HashVector(
        "SM3, GB/T 32905-2016 appendix A.1",
        SM3,
        b"abc",
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    ),
)


def selftest() -> tuple[str, ...]:
    """Run every known-answer test.

    Returns: the names of the checks that held.
    Raises:  SelfTestError, naming the first that did not.
    """
    for vector in _SEALS:
        _check_seal(vector)
    for known in _HASHES:
        digest = Hash(known.make())
        digest.update(known.message)
        if digest.finalize().hex() != known.digest:
            raise SelfTestError(known.name)
    return tuple(vector.name for vector in (*_SEALS, *_HASHES))


def _check_seal(vector: _SealVector) -> None:
    aead = vector.suite.aead(bytes.fromhex(vector.key))
    nonce, plaintext, associated, sealed = (
        bytes.fromhex(part)
        for part in (vector.nonce, vector.plaintext, vector.associated, vector.sealed)
    )
    if aead.seal(nonce, plaintext, associated) != sealed:
        raise SelfTestError(vector.name)
    if aead.open(nonce, sealed, associated) != plaintext:
        raise SelfTestError(vector.name)
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    try:
        aead.open(nonce, flipped, associated)
    except AuthenticationError:
        return
    raise SelfTestError(f"{vector.name}, flipped tag")
