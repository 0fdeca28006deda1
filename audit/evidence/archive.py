"""A ZIP under construction that knows the digest and size of what is in it."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import IO


class Recorded:
    """A file that counts and digests what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = sha256()
        self._size = 0

    def write(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)
        self._size += len(content)

    def facts(self) -> dict[str, object]:
        """Return what the manifest says of the file."""
        return {"sha256": self._digest.hexdigest(), "size": self._size}


@dataclass
class Archive:
    """Adds files one after the other; all carry the same time."""

    zip: zipfile.ZipFile
    now: datetime
    files: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> None:
        """Add a file whole."""
        with self.stream(name) as file:
            file.write(content)

    @contextmanager
    def stream(self, name: str) -> Iterator[Recorded]:
        """Add a file piece by piece; no other may be open."""
        info = zipfile.ZipInfo(name, self.now.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self.zip.open(info, "w", force_zip64=True) as file:
            recorded = Recorded(file)
            yield recorded
        self.files[name] = recorded.facts()
