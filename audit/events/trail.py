"""The log's own reads and exports."""

from dataclasses import dataclass

from audit.events.base import Event


@dataclass(frozen=True, kw_only=True)
class TrailSearched(Event, kind="audit:trail:searched"):
    """Someone searched the log."""

    filters: tuple[str, ...]
    results: int


@dataclass(frozen=True, kw_only=True)
class EntryViewed(Event, kind="audit:entry:viewed"):
    """Someone read an entry of the log."""

    index: int | None = None


@dataclass(frozen=True, kw_only=True)
class PackExported(Event, kind="audit:pack:exported"):
    """An evidence pack was written; digest is SHA-256 of its manifest."""

    digest: bytes
    entries: int
    tree_size: int
    filters: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CheckpointExported(Event, kind="audit:checkpoint:exported"):
    """A checkpoint was handed out."""

    tree_size: int
    root: bytes
