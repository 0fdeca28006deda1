"""Writing to the log.

Nothing is queued or cached: the event is a row of the caller's transaction,
so change and event stand or fall together. Writers take no lock and send
no NOTIFY (one inside a transaction would serialise all commits).
"""

from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction

from audit.entries import encode
from audit.errors import InsideTransactionError, OutsideTransactionError
from audit.events import Event
from audit.ids import uuid7

_INSERT = """
INSERT INTO audit_logged_event (id, at, kind, actor, subject, object, entry)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def append(event: Event) -> UUID:
    """Record one event with the change that it describes.

    Returns: the event's id, void if the caller rolls back. Its index in
             the tree is known once the sequencer has integrated it, at
             the latest one second after the commit.
    Raises:  OutsideTransactionError, EntryTooLargeError.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError(event.kind)
    return _insert(event)


def append_refusal(event: Event) -> UUID:
    """Record a refusal in a transaction of its own, committed on return.

    Call it after the refused work was rolled back, before answering.
    Raises: InsideTransactionError if a transaction is open: the refusal
            would vanish with it.
    """
    try:
        # `durable` knows the transactions of Django's own test cases; a check of ours would not.
        with transaction.atomic(durable=True):
            return _insert(event)
    except RuntimeError as fault:
        raise InsideTransactionError(event.kind) from fault


def _insert(event: Event) -> UUID:
    event_id = uuid7()
    at = event.at or datetime.now(UTC)
    entry = encode(event, event_id=event_id, at=at)
    # Half the time of a model's save(), which every action of the house would pay.
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [event_id, at, event.kind, event.actor, event.subject, event.object, entry],
        )
    return event_id
