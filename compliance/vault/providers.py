"""Where the root key comes from.

Each provider answers `root_key()`. The file provider serves a plain file and
a systemd credential alike; shares of m-of-n custodians and hardware modules
are further providers behind the same method.
"""

import base64
import binascii
import os
import stat
from pathlib import Path
from typing import Protocol

from compliance.vault.errors import RootKeyFileError
from compliance.vault.hierarchy import ROOT_BYTES, RootKey

_LABEL = "strongroom-root-1"
_MOST_BYTES = 1024
_OTHERS = 0o077
_OTHERS_WRITE = 0o022


class RootKeyProvider(Protocol):
    def root_key(self) -> RootKey:
        """Raises: RootKeyError."""
        ...


class FileRootKey:
    """A file of one line, `strongroom-root-1 <base64 of 32 bytes>`, for its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def root_key(self) -> RootKey:
        """Raises: RootKeyFileError for a missing, linked, shared or malformed file."""
        # O_NOFOLLOW, then fstat: what was checked is what is read.
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as fault:
            got = os.strerror(fault.errno or 0)
            raise RootKeyFileError(self._path, got, "a readable plain file") from fault
        try:
            self._check_owner_only(os.fstat(handle))
            return self._parse(os.read(handle, _MOST_BYTES))
        finally:
            os.close(handle)

    def create(self, secret: bytes) -> None:
        """Write a new root key; an existing file is never replaced.

        secret: 32 random bytes.
        Raises: RootKeyFileError.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            handle = os.open(self._path, flags, 0o600)
        except OSError as fault:
            got = os.strerror(fault.errno or 0)
            raise RootKeyFileError(self._path, got, "a path free to create") from fault
        with os.fdopen(handle, "wb") as stream:
            stream.write(f"{_LABEL} {base64.b64encode(secret).decode()}\n".encode())
            stream.flush()
            os.fsync(stream.fileno())

    def _check_owner_only(self, status: os.stat_result) -> None:
        mode = stat.S_IMODE(status.st_mode)
        if not stat.S_ISREG(status.st_mode):
            raise RootKeyFileError(self._path, "no plain file", "a plain file")
        if status.st_uid not in (os.geteuid(), 0):
            raise RootKeyFileError(self._path, f"owner {status.st_uid}", "this user or root")
        if mode & _OTHERS:
            raise RootKeyFileError(self._path, f"mode {mode:04o}", "0600 or 0400")
        folder = self._path.parent.stat()
        if folder.st_mode & _OTHERS_WRITE and not folder.st_mode & stat.S_ISVTX:
            got = f"a folder of mode {stat.S_IMODE(folder.st_mode):04o}"
            raise RootKeyFileError(self._path, got, "a folder that others cannot write")

    def _parse(self, content: bytes) -> RootKey:
        label, _, encoded = content.decode("ascii", "replace").strip().partition(" ")
        if label != _LABEL:
            raise RootKeyFileError(self._path, "another format", _LABEL)
        try:
            secret = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            # The cause is dropped on purpose: its message may quote the content.
            raise RootKeyFileError(self._path, "no base64", "base64 of 32 bytes") from None
        if len(secret) != ROOT_BYTES:
            raise RootKeyFileError(self._path, f"{len(secret)} bytes", f"{ROOT_BYTES} bytes")
        return RootKey(secret)
