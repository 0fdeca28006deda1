"""Every fault of the registry, under one base class.

Messages hold names, sizes and digests. None of these faults may stop the box: whoever
loads a model catches `RegistryError`, says so, and goes on without it.
"""


class RegistryError(Exception):
    """Base of every fault of this package."""

    reason = "registry"


class GgufError(RegistryError):
    """A file is no GGUF that we read."""

    reason = "gguf"


class NotGgufError(GgufError):
    """The first bytes are not those of a GGUF file."""

    reason = "gguf.magic"

    def __init__(self, got: bytes) -> None:
        """`got`: at most the first four bytes."""
        super().__init__(f"got a file that begins with {got.hex() or 'nothing'}, want GGUF")


class TruncatedError(GgufError):
    """The file ends before the data that its header announces."""

    reason = "gguf.truncated"

    def __init__(self, got: int, want: int) -> None:
        """Both in bytes."""
        super().__init__(f"got a file of {got} bytes, want at least {want}: it is cut off")


class BadHeaderError(GgufError):
    """The header announces what no sound file has."""

    reason = "gguf.header"


class ManifestError(RegistryError):
    """model.toml is missing, malformed or incomplete."""

    reason = "manifest"


class DigestError(RegistryError):
    """The weights are not the ones that the manifest names."""

    reason = "digest"

    def __init__(self, name: str, *, got: str, want: str) -> None:
        """Digests in hexadecimal."""
        super().__init__(f"{name}: got sha256 {got}, want {want}")


class SignatureError(RegistryError):
    """model.toml.sig is missing, malformed or not by the installation's key."""

    reason = "signature"


class NameTakenError(RegistryError):
    """A model of that name and version is already there."""

    reason = "name"


class NoModelError(RegistryError):
    """No model of that name is there, or none is selected."""

    reason = "absent"
