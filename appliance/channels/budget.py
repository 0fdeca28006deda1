"""How much may be sent: by address and by everyone together, a minute at a time."""

import hmac
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address, ip_network
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


def spend(request: HttpRequest, *, what: str, now: datetime, times: int = 1) -> None:
    """Take one from both budgets, which are so many times those of messages.

    Raises: OverBudgetError.
    """
    minute = now.replace(second=0, microsecond=0)
    limits = (
        (_key(f"address {what} {whereabouts(request)}"), config().messages_per_address * times),
        (_key(f"total {what}"), config().messages_in_total * times),
    )
    for key, limit in limits:
        with connection.cursor() as cursor:
            cursor.execute(_SPEND, [key, minute])
            row = cursor.fetchone()
        if row is not None and row[0] > limit:
            raise OverBudgetError(60 - now.second, is_first=row[0] == limit + 1)


def whereabouts(request: HttpRequest) -> str:
    """The address that is counted: of IPv6 the /64, of which one customer has every address."""
    given: str = request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(given.partition("%")[0])
    except ValueError:
        return given
    if address.version == 4:  # noqa: PLR2004 - the protocol's own number
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))


def _key(text: str) -> bytes:
    """Keyed: an address is personal data, and a plain digest of one can be guessed."""
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), sha256)
