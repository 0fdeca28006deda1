"""Every fault of the vault. Messages hold ids and sizes, never plaintext or keys."""

from pathlib import Path
from uuid import UUID


class VaultError(Exception):
    """Base of every fault raised here."""


class EnvelopeError(VaultError):
    """These bytes are not an envelope that opens at this place."""


class EnvelopeFormatError(EnvelopeError):
    def __init__(self, field: str, got: object, want: object) -> None:
        super().__init__(f"envelope {field}: got {got}, want {want}")
        self.field = field


class AuthenticationError(EnvelopeError):
    """The tag does not hold: changed bytes, another place, or another key."""

    def __init__(self) -> None:
        super().__init__("envelope does not authenticate at this place")


class WrongOwnerError(EnvelopeError):
    """The envelope names a key that belongs to another subject or store."""

    def __init__(self, key_id: UUID) -> None:
        super().__init__(f"key {key_id}: got an envelope of another owner, want this place's")
        self.key_id = key_id


class CommitmentError(EnvelopeError):
    """The opened bytes are not those that the digest committed to."""

    def __init__(self, got: bytes, want: bytes) -> None:
        super().__init__(f"commitment: got {got.hex()}, want {want.hex()}")


class SegmentLimitError(VaultError):
    def __init__(self, limit: int) -> None:
        super().__init__(f"file: got more than {limit} segments, want at most that")


class UnknownSuiteError(EnvelopeError):
    def __init__(self, number: int) -> None:
        super().__init__(f"suite: got {number}, want one of this build's")
        self.number = number


class SelfTestError(VaultError):
    """A known answer came out wrong: no key may be used."""

    def __init__(self, check: str) -> None:
        super().__init__(f"known-answer test {check}: got another answer, want the published one")
        self.check = check


class KeyUseError(VaultError):
    """A key cannot be used."""


class UnknownKeyError(KeyUseError):
    def __init__(self, wanted: object) -> None:
        super().__init__(f"key of {wanted}: got none, want one in the key store")


class KeyDestroyedError(KeyUseError):
    """The key was destroyed on purpose; what it sealed cannot be read again."""

    def __init__(self, key_id: UUID, at: str) -> None:
        super().__init__(f"key {key_id}: destroyed at {at}")
        self.key_id = key_id
        self.at = at


class DamagedKeyError(KeyUseError):
    """A wrapped key does not unwrap: changed row, moved row, or lost version."""

    def __init__(self, key_id: object) -> None:
        super().__init__(f"key {key_id}: wrapped bytes do not unwrap")


class RootKeyError(VaultError):
    """The root key cannot be had or is not the right one."""


class RootKeyFileError(RootKeyError):
    def __init__(self, path: Path, got: str, want: str) -> None:
        super().__init__(f"root key {path}: got {got}, want {want}")
        self.path = path


class WrongRootKeyError(RootKeyError):
    def __init__(self, version: int) -> None:
        super().__init__(f"key-encryption key {version}: this root key does not unwrap it")


class KeyStoreError(VaultError):
    """The key store itself cannot be used."""


class KeyStoreFileError(KeyStoreError):
    def __init__(self, path: Path, got: str, want: str) -> None:
        super().__init__(f"key store {path}: got {got}, want {want}")
        self.path = path


class KeyStoreBusyError(KeyStoreError):
    def __init__(self, path: Path, waited_s: float) -> None:
        super().__init__(f"key store {path}: got no lock within {waited_s:g} s")


class VaultNotConfiguredError(VaultError):
    def __init__(self) -> None:
        super().__init__("vault: got no settings, want configure(VaultSettings) at start-up")
