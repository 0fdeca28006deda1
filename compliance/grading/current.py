"""The packs in force on this installation, read once."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from compliance.grading.errors import PackSetError
from compliance.grading.pack import Pack, load

SHIPPED = Path(__file__).parent / "packs"
DEFAULT = ("pipl-finance", "pci")

_names: tuple[str, ...] = DEFAULT


def configure(names: Sequence[str]) -> None:
    """Put these shipped packs in force. Raises: GradingError; then nothing has changed."""
    global _names  # noqa: PLW0603  # one set per process is the point of this module
    checked(names)
    _names = tuple(names)
    packs.cache_clear()


@cache
def packs() -> tuple[Pack, ...]:
    """Raises: GradingError."""
    return checked(_names)


def checked(names: Sequence[str]) -> tuple[Pack, ...]:
    """Load packs by name. Raises: PackSetError, PackError, PackFileError."""
    shipped = {path.stem for path in SHIPPED.glob("*.yaml")}
    unknown = sorted(set(names) - shipped)
    if unknown or len(set(names)) < len(names):
        raise PackSetError(
            f"got packs {', '.join(names)}, want some of {', '.join(sorted(shipped))}"
        )
    loaded = tuple(load(SHIPPED / f"{name}.yaml") for name in names)
    schemes = [scheme for pack in loaded for scheme in pack.document.schemes]
    if shared := sorted({scheme for scheme in schemes if schemes.count(scheme) > 1}):
        raise PackSetError(f"got schemes {', '.join(shared)} in two packs, want them in one each")
    if not any(pack.is_base for pack in loaded):
        raise PackSetError(f"got no base pack in {', '.join(names)}, want at least one")
    return loaded
