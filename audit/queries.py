"""Reads of the log: search, one entry with its proof, the tree's state.

No access check here: who may ask is known only above, in the pages and
commands that call this and record that they did.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from audit.entries import decode
from audit.errors import BadCursorError, CanonicalError, NotInTreeError
from audit.events import utc_text
from audit.merkle import EMPTY_ROOT, consistency_ranges, inclusion_ranges
from audit.models import Leaf, LoggedEvent
from audit.store import latest_checkpoint, tree_reader, tree_size

MAX_PAGE = 500

_LAG = """
SELECT count(*), min(e.at) FROM audit_logged_event AS e
WHERE e.xact >= %s::xid8
  AND NOT EXISTS (SELECT FROM audit_leaf AS leaf WHERE leaf.event = e.id)
"""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What to look for; all given conditions hold together.

    start, end: half-open, in UTC. kind: exact, or an area or subject ending
    in ":" ("desk:", "desk:message:").
    """

    start: datetime | None = None
    end: datetime | None = None
    actor: str | None = None
    subject: UUID | None = None
    kind: str | None = None
    object: str | None = None

    def described(self) -> dict[str, str]:
        """Return the given conditions as text, for manifests and reports."""
        shown = {
            "from": utc_text(self.start) if self.start else None,
            "to": utc_text(self.end) if self.end else None,
            "actor": self.actor,
            "subject": str(self.subject) if self.subject else None,
            "kind": self.kind,
            "object": self.object,
        }
        return {name: value for name, value in shown.items() if value is not None}

    def condition(self) -> Q:
        """Return the filter as a query."""
        found = Q()
        if self.start is not None:
            found &= Q(at__gte=self.start)
        if self.end is not None:
            found &= Q(at__lt=self.end)
        if self.kind is not None:
            is_prefix = self.kind.endswith(":")
            # ";" follows ":" in ASCII, so a prefix is a range that the index serves.
            upper = f"{self.kind[:-1]};"
            found &= Q(kind__gte=self.kind, kind__lt=upper) if is_prefix else Q(kind=self.kind)
        for name in ("actor", "subject", "object"):
            value = getattr(self, name)
            if value is not None:
                found &= Q(**{name: value})
        return found


@dataclass(frozen=True)
class Found:
    """One event.

    entry: None where the stored bytes are no entry: somebody wrote past us,
           and the row must show rather than break the page.
    index: None until the sequencer has integrated it.
    """

    id: UUID
    at: datetime
    kind: str
    actor: str
    entry: dict[str, Any] | None
    index: int | None


@dataclass(frozen=True)
class Page:
    """Newest first; `cursor` fetches the next page, None on the last."""

    found: list[Found]
    cursor: str | None


@dataclass(frozen=True)
class ProvedEntry:
    """An entry and why it is in the tree that `note` signs."""

    index: int
    entry: bytes
    proof: list[bytes]
    size: int
    root: bytes
    note: str


@dataclass(frozen=True)
class TreeState:
    """Size and root of the newest checkpoint, the note that signs them, and its time."""

    size: int
    root: bytes
    note: str | None
    at: datetime | None


@dataclass(frozen=True)
class Lag:
    """Committed events that wait for the sequencer, and how long the oldest has waited."""

    pending: int
    oldest_s: float


def search(wanted: Filter, *, cursor: str | None = None, limit: int = 50) -> Page:
    """Find events, newest first.

    Raises: BadCursorError.
    """
    limit = max(1, min(limit, MAX_PAGE))
    rows = LoggedEvent.objects.filter(wanted.condition())
    if cursor is not None:
        rows = rows.filter(_before(cursor))
    page = list(rows.order_by("-at", "-id")[: limit + 1])
    more = len(page) > limit
    page = page[:limit]
    indexes = _indexes([row.id for row in page])
    found = [
        Found(row.id, row.at, row.kind, row.actor, _readable(row), indexes.get(row.id))
        for row in page
    ]
    return Page(found, _cursor(page[-1]) if more else None)


def count_between(wanted: Filter, start: int, end: int) -> int:
    """Count matching events with start <= index < end."""
    return sequenced(wanted).filter(index__gte=start, index__lt=end).count()


def sequenced(wanted: Filter) -> QuerySet[Leaf]:
    """Leaves of matching events."""
    leaves = Leaf.objects.all()
    if wanted == Filter():
        return leaves
    return leaves.filter(event__in=LoggedEvent.objects.filter(wanted.condition()).values("id"))


def entry_with_proof(event: UUID) -> ProvedEntry:
    """Return an entry with its inclusion proof in the newest checkpoint.

    Raises: NotInTreeError if the event is unknown or not integrated yet.
    """
    row = LoggedEvent.objects.filter(id=event).first()
    index = _indexes([event]).get(event)
    signed = latest_checkpoint()
    if row is None or index is None or signed is None:
        raise NotInTreeError(event)
    reader = tree_reader(signed.size)
    proof = [reader.range_root(*span) for span in inclusion_ranges(index, signed.size)]
    return ProvedEntry(index, bytes(row.entry), proof, signed.size, bytes(signed.root), signed.note)


def consistency_between(size1: int, size2: int) -> list[bytes]:
    """Proof that the tree at `size1` begins the one at `size2`.

    Raises: ProofError, LogCorruptError.
    """
    reader = tree_reader(size2)
    return [reader.range_root(*span) for span in consistency_ranges(size1, size2)]


def tree_state() -> TreeState:
    """Return the newest signed state of the tree."""
    signed = latest_checkpoint()
    if signed is None:
        return TreeState(0, EMPTY_ROOT, None, None)
    return TreeState(signed.size, bytes(signed.root), signed.note, signed.at)


def lag(now: datetime | None = None) -> Lag:
    """Count what waits. Cheap: begins at the newest checkpoint's horizon."""
    signed = latest_checkpoint()
    with connection.cursor() as cursor:
        cursor.execute(_LAG, [str(signed.horizon) if signed else "0"])
        pending, oldest = cursor.fetchone()
    waited = ((now or datetime.now(UTC)) - oldest).total_seconds() if oldest else 0.0
    return Lag(pending, max(waited, 0.0))


def unsequenced_count() -> int:
    """Count every event without a leaf. Reads the whole log."""
    return LoggedEvent.objects.count() - tree_size()


def _indexes(events: list[UUID]) -> dict[UUID, int]:
    return dict(Leaf.objects.filter(event__in=events).values_list("event", "index"))


def _readable(row: LoggedEvent) -> dict[str, Any] | None:
    try:
        return decode(bytes(row.entry))
    except CanonicalError:
        return None


def _cursor(row: LoggedEvent) -> str:
    return f"{utc_text(row.at)}_{row.id}"


def _before(cursor: str) -> Q:
    moment, _, event = cursor.partition("_")
    try:
        at, event_id = datetime.fromisoformat(moment), UUID(event)
    except ValueError as fault:
        raise BadCursorError("got a cursor that no page gave") from fault
    if at.tzinfo is None:
        raise BadCursorError("got a cursor that no page gave")
    # Said twice so that the index begins there: an OR alone reads every newer row again.
    return Q(at__lte=at) & (Q(at__lt=at) | Q(id__lt=event_id))
