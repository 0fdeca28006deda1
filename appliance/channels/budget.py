"""How much may be sent: by address and by everyone together, a minute at a time."""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from appliance.channels.errors import OverBudgetError
from appliance.config import config

_SPEND: Final = """
INSERT INTO channels_budget AS b (key, minute, spent) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET
    minute = excluded.minute,
    spent = CASE WHEN b.minute = excluded.minute THEN b.spent + 1 ELSE 1 END
RETURNING spent
"""


def spend(request: HttpRequest, *, what: str, now: datetime) -> None:
    """Take one from both budgets. Raises OverBudgetError."""
    minute = now.replace(second=0, microsecond=0)
    address = request.META.get("REMOTE_ADDR", "")
    limits = (
        (_key(f"address {what} {address}"), config().messages_per_address),
        (_key(f"total {what}"), config().messages_in_total),
    )
    for key, limit in limits:
        with connection.cursor() as cursor:
            cursor.execute(_SPEND, [key, minute])
            row = cursor.fetchone()
        if row is not None and row[0] > limit:
            raise OverBudgetError(60 - now.second)


def _key(text: str) -> bytes:
    """Keyed: an address is personal data, and a plain digest of one can be guessed."""
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), sha256)
