"""Faults of policy packs. A decision itself never fails: it denies."""

from pathlib import Path


class GradingError(Exception):
    """Base of every fault raised here."""


class PackError(GradingError):
    """A pack cannot be used: `where` names the place in it."""

    def __init__(self, pack: str, where: str, fault: str) -> None:
        super().__init__(f"pack {pack}, {where}: {fault}")
        self.pack = pack
        self.where = where


class PackFileError(GradingError):
    def __init__(self, path: Path, got: str) -> None:
        super().__init__(f"pack {path.name}: got {got}, want a readable YAML file")
        self.path = path


class PackSetError(GradingError):
    """The packs cannot be used together."""
