"""From an event to the bytes that the tree commits to, and back.

An entry is RFC 8785 JSON:

    {"v":1,"id","at","kind","actor","origin","purpose","outcome",
     "subject","object","data","sealed"}

at most 65,535 bytes; absent fields are absent; `data` is absent when
empty; `sealed` and other digests are lower-case hex.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.canonical import canonical_bytes
from audit.errors import CanonicalError, EntryTooLargeError
from audit.events.base import Event, utc_text

ENTRY_VERSION = 1
# tlog-tiles entry bundles give each entry a 16-bit length.
MAX_ENTRY_BYTES = 65_535


def encode(event: Event, *, event_id: UUID, at: datetime) -> bytes:
    """Return the entry of `event`.

    Raises: EntryTooLargeError, CanonicalError.
    """
    fields = {
        "v": ENTRY_VERSION,
        "id": str(event_id),
        "at": utc_text(at),
        "kind": event.kind,
        "actor": event.actor,
        "origin": event.origin,
        "purpose": event.purpose,
        "outcome": event.outcome,
        "subject": None if event.subject is None else str(event.subject),
        "object": event.object,
        "data": event.data() or None,
        "sealed": None if event.sealed is None else event.sealed.hex(),
    }
    entry = canonical_bytes({name: value for name, value in fields.items() if value is not None})
    if len(entry) > MAX_ENTRY_BYTES:
        raise EntryTooLargeError(event.kind, len(entry), MAX_ENTRY_BYTES)
    return entry


def decode(entry: bytes) -> dict[str, Any]:
    """Read an entry back.

    Raises: CanonicalError if the bytes are not the canonical form of a
            JSON object of version 1.
    """
    try:
        fields = json.loads(entry)
    except ValueError as fault:
        msg = "got bytes that are not JSON, want an entry"
        raise CanonicalError(msg) from fault
    if not isinstance(fields, dict) or fields.get("v") != ENTRY_VERSION:
        msg = f"got another JSON value, want an entry of version {ENTRY_VERSION}"
        raise CanonicalError(msg)
    if canonical_bytes(fields) != entry:
        msg = "got an entry in another form, want RFC 8785"
        raise CanonicalError(msg)
    return fields
