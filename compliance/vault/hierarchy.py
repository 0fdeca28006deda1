"""Root → key-encryption keys → data keys: how each is wrapped.

A wrapped key-encryption key:   nonce (12) ‖ ciphertext (key) ‖ tag (16)
A wrapped data key:             version (4, big-endian) ‖ nonce (12) ‖ ciphertext ‖ tag (16)

The tag of each also covers what the key is for (version; key id, owner,
suite), so a row of the key store cannot be given another row's key. The root
key wraps nothing itself: a key per suite is derived from it.

Pure: keys and nonces are arguments.
"""

from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from compliance.vault.envelope import SealingKey
from compliance.vault.errors import AuthenticationError, DamagedKeyError, WrongRootKeyError
from compliance.vault.suites import NONCE_BYTES, TAG_BYTES, Aead, Suite

ROOT_BYTES = 32
_VERSION_BYTES = 4


@dataclass(frozen=True)
class RootKey:
    """32 random bytes; never written by us except through a provider."""

    secret: bytes

    def __repr__(self) -> str:
        return "RootKey(...)"


@dataclass(frozen=True)
class DataKeyName:
    """What a data key is; everything that its wrapping vouches for.

    owner: "subject:<uuid>" or "store:<table>".
    """

    key_id: UUID
    owner: str
    suite: Suite

    def bound(self) -> bytes:
        owner = self.owner.encode()
        return self.key_id.bytes + bytes([self.suite.number]) + owner


@dataclass(frozen=True)
class KeyEncryptionKey:
    version: int
    aead: Aead


def subject_owner(subject_id: UUID) -> str:
    return f"subject:{subject_id}"


def store_owner(table: str) -> str:
    return f"store:{table}"


def wrap_kek(secret: bytes, root: RootKey, *, version: int, suite: Suite, nonce: bytes) -> bytes:
    return nonce + _root_aead(root, suite).seal(nonce, secret, _kek_bound(version, suite))


def unwrap_kek(wrapped: bytes, root: RootKey, *, version: int, suite: Suite) -> KeyEncryptionKey:
    """Raises: WrongRootKeyError."""
    nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
    try:
        secret = _root_aead(root, suite).open(nonce, sealed, _kek_bound(version, suite))
    except (AuthenticationError, ValueError) as fault:
        raise WrongRootKeyError(version) from fault
    return KeyEncryptionKey(version, suite.aead(secret))


def wrap_data_key(
    secret: bytes, kek: KeyEncryptionKey, *, name: DataKeyName, nonce: bytes
) -> bytes:
    version = kek.version.to_bytes(_VERSION_BYTES, "big")
    return version + nonce + kek.aead.seal(nonce, secret, _data_bound(kek.version, name))


def unwrap_data_key(wrapped: bytes, kek: KeyEncryptionKey, *, name: DataKeyName) -> SealingKey:
    """Raises: DamagedKeyError."""
    return SealingKey(name.key_id, name.suite, name.suite.aead(_data_secret(wrapped, kek, name)))


def rewrap_data_key(
    wrapped: bytes, old: KeyEncryptionKey, new: KeyEncryptionKey, *, name: DataKeyName, nonce: bytes
) -> bytes:
    """Returns: the same data key under another key-encryption key, as many bytes long.

    Raises: DamagedKeyError.
    """
    return wrap_data_key(_data_secret(wrapped, old, name), new, name=name, nonce=nonce)


def version_of(wrapped: bytes) -> int:
    return int.from_bytes(wrapped[:_VERSION_BYTES], "big")


def wrapped_data_bytes(suite: Suite) -> int:
    return _VERSION_BYTES + NONCE_BYTES + suite.key_bytes + TAG_BYTES


def _data_secret(wrapped: bytes, kek: KeyEncryptionKey, name: DataKeyName) -> bytes:
    if len(wrapped) != wrapped_data_bytes(name.suite) or version_of(wrapped) != kek.version:
        raise DamagedKeyError(name.key_id)
    start = _VERSION_BYTES + NONCE_BYTES
    bound = _data_bound(kek.version, name)
    try:
        return kek.aead.open(wrapped[_VERSION_BYTES:start], wrapped[start:], bound)
    except AuthenticationError as fault:
        raise DamagedKeyError(name.key_id) from fault


def _root_aead(root: RootKey, suite: Suite) -> Aead:
    info = b"strongroom root to key-encryption key, suite " + bytes([suite.number])
    derived = HKDF(algorithm=suite.hash(), length=suite.key_bytes, salt=None, info=info)
    return suite.aead(derived.derive(root.secret))


def _kek_bound(version: int, suite: Suite) -> bytes:
    return b"SRK1" + bytes([suite.number]) + version.to_bytes(_VERSION_BYTES, "big")


def _data_bound(version: int, name: DataKeyName) -> bytes:
    return b"SRD1" + version.to_bytes(_VERSION_BYTES, "big") + name.bound()
