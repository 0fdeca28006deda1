"""What must be on the machine before: Python 3.11 with venv, a C++ compiler, room on the disk."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from appliance.ops.bootstrap.errors import MissingPrerequisiteError

OLDEST = (3, 11)
# The virtual environment with the development tools takes 1.3 GB, building the engine 0.5 GB.
ROOM_BYTES = 3 * 10**9
COMPILERS = ("c++", "g++", "clang++")


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> None:
    """Raises: MissingPrerequisiteError."""
    if version < OLDEST:
        got = ".".join(map(str, version))
        raise MissingPrerequisiteError(
            f"got Python {got}, want 3.11 or newer: apt install python3 (Debian 12 or newer)"
        )
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise MissingPrerequisiteError(
            f"got {sys.executable} without venv, want it: apt install python3-venv"
        )


def check_room(folder: Path) -> None:
    """Raises: MissingPrerequisiteError."""
    free = shutil.disk_usage(folder).free
    if free < ROOM_BYTES:
        raise MissingPrerequisiteError(
            f"got {free / 1e9:.1f} GB free at {folder}, want {ROOM_BYTES / 1e9:.0f} GB"
        )


def check_compiler(path: str | None = None) -> None:
    """Raises: MissingPrerequisiteError."""
    if not any(shutil.which(name, path=path) for name in COMPILERS):
        raise MissingPrerequisiteError(
            "got no C++ compiler, want one to build the inference engine: apt install g++"
        )
