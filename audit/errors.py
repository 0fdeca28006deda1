"""Everything that can go wrong in the log, under one base class.

Messages hold kinds, ids, indexes and sizes; never the value of a field.
"""

from uuid import UUID


class AuditError(Exception):
    """Base of every fault of this package."""


class CanonicalError(AuditError):
    """A value has no canonical form (RFC 8785, integers only)."""


class EventError(AuditError):
    """An event cannot be declared or recorded."""


class BadKindError(EventError):
    """A kind is malformed or taken."""


class UnknownFieldError(EventError):
    """An event class declares a field of a type that the log refuses."""

    def __init__(self, kind: str, field: str, annotation: object) -> None:
        """Name the kind and the field."""
        super().__init__(
            f"{kind}: field {field}: got type {annotation}, want an id, a digest, "
            "a count, a time, a name in ASCII, or a tuple or mapping of these",
        )
        self.kind = kind
        self.field = field


class BadFieldError(EventError):
    """A field's value is not what its type allows."""

    def __init__(self, kind: str, field: str, want: str) -> None:
        """Name the field; the value stays out of the message."""
        super().__init__(f"{kind}: field {field}: got another value, want {want}")
        self.kind = kind
        self.field = field


class EntryTooLargeError(EventError):
    """An entry would not fit the 16-bit length of a tlog-tiles bundle."""

    def __init__(self, kind: str, size: int, limit: int) -> None:
        """Both sizes are in bytes."""
        super().__init__(f"{kind}: got an entry of {size} bytes, want at most {limit}")


class OutsideTransactionError(AuditError):
    """An event was appended where it could not share its change's fate."""

    def __init__(self, kind: str) -> None:
        """Name the kind."""
        super().__init__(f"{kind}: got no open transaction, want the one of the change")


class InsideTransactionError(AuditError):
    """A refusal was recorded where a roll-back would take it along."""

    def __init__(self, kind: str) -> None:
        """Name the kind."""
        super().__init__(f"{kind}: got an open transaction, want none: a refusal needs its own")


class ProofError(AuditError):
    """A Merkle proof does not hold."""


class NoteError(AuditError):
    """A signed note is malformed or not signed as required."""


class CheckpointError(NoteError):
    """A note's text is no checkpoint, or one of another log."""


class KeyFileError(AuditError):
    """A signing key file is missing, malformed or readable by others."""


class TileError(AuditError):
    """A tile is malformed or missing."""


class NotConfiguredError(AuditError):
    """The process was started without what the log needs of it."""

    def __init__(self, what: str) -> None:
        """Name what is missing."""
        super().__init__(f"got no {what}, want it from audit.wiring.configure()")


class LogCorruptError(AuditError):
    """The stored log does not agree with itself."""

    def __init__(self, detail: str, *, index: int | None = None, event: UUID | None = None) -> None:
        """Say what differs, and at which entry first."""
        where = f"entry {index}: " if index is not None else ""
        which = f" (event {event})" if event is not None else ""
        super().__init__(f"{where}{detail}{which}")
        self.index = index
        self.event = event


class RolledBackError(LogCorruptError):
    """The stored log is shorter than what was published or handed out before."""


class SequencerBusyError(AuditError):
    """Another process is integrating."""


class BadCursorError(AuditError):
    """A page was asked for with a cursor that no page gave."""


class NotInTreeError(AuditError):
    """An event is unknown, or has no leaf yet."""

    def __init__(self, event: UUID) -> None:
        """Name the event."""
        super().__init__(f"got event {event}, want one with a leaf")
        self.event = event


class EvidenceError(AuditError):
    """An evidence pack cannot be built."""
