"""Which steps are done, and from what: one small file a step, written when the step is whole."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path


def digest_of(parts: Iterable[str | bytes | Path]) -> str:
    """One digest over texts, bytes and the contents of files (an absent file counts as such)."""
    total = sha256()
    for part in parts:
        if isinstance(part, Path):
            content = part.read_bytes() if part.is_file() else b"\x00absent"
        else:
            content = part.encode() if isinstance(part, str) else part
        total.update(len(content).to_bytes(8, "big") + content)
    return total.hexdigest()


@dataclass(frozen=True)
class Stamps:
    folder: Path

    def holds(self, step: str, digest: str) -> bool:
        try:
            return (self.folder / step).read_text(encoding="ascii") == digest
        except (OSError, UnicodeDecodeError):
            return False

    def put(self, step: str, digest: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{step}.{os.getpid()}"
        temporary.write_text(digest, encoding="ascii")
        temporary.replace(self.folder / step)

    def drop(self, step: str) -> None:
        (self.folder / step).unlink(missing_ok=True)
