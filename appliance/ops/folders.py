"""The installation's folders: made 0700, and refused where somebody else could look in."""

import os
import stat
from pathlib import Path

from appliance.config import Config
from appliance.ops.errors import ForeignFolderError

_OURS_ALONE = 0o700


def own_folder(path: Path) -> None:
    """Make a folder that its owner alone may enter. Raises: ForeignFolderError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    # lstat: in a shared place like /tmp a link could lead anywhere.
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise ForeignFolderError(f"got {path} that belongs to somebody else, want it to be ours")
    if stat.S_IMODE(status.st_mode) != _OURS_ALONE:
        path.chmod(0o700)


def make_folders(config: Config) -> None:
    """Raises: ForeignFolderError, OSError."""
    own_folder(config.var)
    for path in (
        config.run,
        config.keys,
        config.secrets,
        config.logs,
        config.tree,
        config.weights,
        config.trained,
        config.static,
        config.sockets,
        config.engine_socket.parent,
    ):
        own_folder(path)


def write_private(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all, and on the disk when it returns."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
