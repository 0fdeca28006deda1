"""Which earlier checkpoints go into a pack.

Every checkpoint that was handed out (by `audit anchor`, or in a pack), so
that whoever kept one can tie it to the new pack; and the last of each of
the latest 92 days, of each month before that, so that a pack by itself
shows how the log grew.
"""

import json
from datetime import datetime, timedelta

from django.db.models import DateField, Max, QuerySet
from django.db.models.functions import TruncDay, TruncMonth

from audit.events import CheckpointExported, PackExported
from audit.models import LoggedEvent, SignedCheckpoint

_DAILY = timedelta(days=92)
_HANDED_OUT = (CheckpointExported.kind, PackExported.kind)


def anchors_before(signed: SignedCheckpoint) -> list[SignedCheckpoint]:
    """Return the checkpoints to show beside `signed`, by size, all smaller."""
    sizes = _handed_out() | _last_of_each_period(signed.at)
    rows = SignedCheckpoint.objects.filter(size__in=sizes, size__lt=signed.size)
    # A size that was signed again with newer keys counts once, with those.
    return list({row.size: row for row in rows.order_by("size", "id")}.values())


def _handed_out() -> set[int]:
    rows = LoggedEvent.objects.filter(kind__in=_HANDED_OUT)
    entries = rows.values_list("entry", flat=True)
    return {json.loads(bytes(entry))["data"]["tree_size"] for entry in entries.iterator()}


def _last_of_each_period(now: datetime) -> set[int]:
    recent = SignedCheckpoint.objects.filter(at__gte=now - _DAILY)
    older = SignedCheckpoint.objects.filter(at__lt=now - _DAILY)
    return _last(recent, TruncDay("at", output_field=DateField())) | _last(
        older, TruncMonth("at", output_field=DateField())
    )


def _last(rows: QuerySet[SignedCheckpoint], period: TruncDay | TruncMonth) -> set[int]:
    grouped = rows.annotate(period=period).values("period").annotate(last=Max("size"))
    return set(grouped.values_list("last", flat=True))
