"""Who the customer is, as the bank's own site vouches: a short-lived signed token (RFC 7519).

The site signs {"sub", "aud": "strongroom", "iat", "exp", "jti"} with the secret that both
hold (HS256; var/secrets/bank-site.key). A token lives at most five minutes and opens one
conversation. Without a token, or with one that does not hold, a customer is a stranger: nothing
that they claim joins them to anybody's conversations.
"""

import hmac
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Final

import jwt
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from appliance.channels.errors import IdentityError
from appliance.channels.models import Customer, UsedClaim
from appliance.config import config
from compliance.privacy.actions import create_subject
from compliance.privacy.models import DataSubject

_MOST_S: Final = 300
LEEWAY_S: Final = 10
_LONGEST_SUB: Final = 128


@cache
def _secret() -> str:
    path = config().secrets / "bank-site.key"
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def subject_of(token: str, *, origin: str, now: datetime) -> DataSubject:
    """The data subject whom this token names, made on the first visit.

    To be called in a transaction. Raises IdentityError.
    """
    claims = _verified(token)
    _use_once(str(claims["jti"]), _seconds(claims["exp"]))
    index = hmac.digest(
        settings.SECRET_KEY.encode(), b"customer\0" + _bytes(str(claims["sub"])), sha256
    )
    _one_at_a_time(index)
    known = Customer.objects.select_related("subject").filter(index=index).first()
    # Once an erasure has begun its key may go at any moment.
    if known is not None and known.subject.erasure_began_at is None:
        return known.subject
    return _first_visit(index, origin, now)


def _one_at_a_time(index: bytes) -> None:
    """Of two first visits at once, the second finds what the first has made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(index[:8], "big", signed=True)]
        )


def _seconds(claim: object) -> int:
    """A NumericDate may have a fraction (RFC 7519, section 2)."""
    return int(float(str(claim)))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _verified(token: str) -> dict[str, object]:
    secret = _secret()
    if not secret:
        raise IdentityError("no_secret")
    try:
        claims: dict[str, object] = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            audience="strongroom",
            leeway=LEEWAY_S,
            options={"require": ["sub", "aud", "iat", "exp", "jti"]},
        )
    except (jwt.PyJWTError, OverflowError) as fault:
        raise IdentityError(type(fault).__name__) from None
    if _seconds(claims["exp"]) - _seconds(claims["iat"]) > _MOST_S:
        raise IdentityError("too_long_lived")
    if not 0 < len(str(claims["sub"])) <= _LONGEST_SUB:
        raise IdentityError("bad_subject")
    return claims


def _use_once(token_id: str, expires: int) -> None:
    try:
        with transaction.atomic():
            UsedClaim.objects.create(
                digest=sha256(_bytes(token_id)).digest(),
                expires_at=datetime.fromtimestamp(expires, UTC),
            )
    except IntegrityError as fault:
        raise IdentityError("used_before") from fault


def _first_visit(index: bytes, origin: str, now: datetime) -> DataSubject:
    subject = create_subject(now=now, actor="service:web", origin=origin)
    # An erased customer who comes back is a new data subject with a new key.
    Customer.objects.update_or_create(index=index, defaults={"subject": subject})
    return subject
