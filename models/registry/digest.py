"""SHA-256 of a file, read in pieces."""

from hashlib import file_digest
from pathlib import Path

from models.registry.errors import DigestError


def sha256_hex(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def check_digest(path: Path, *, want: str, size: int) -> None:
    """Compare a file with its manifest's entry; the size first, it costs nothing.

    Raises: DigestError, OSError.
    """
    got_size = path.stat().st_size
    if got_size != size:
        raise DigestError(path.name, got=f"of {got_size} bytes", want=f"of {size} bytes")
    got = sha256_hex(path)
    if got != want:
        raise DigestError(path.name, got=got, want=want)
