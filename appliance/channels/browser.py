"""The one browser that may read a conversation: a rotating token in an HttpOnly cookie.

A fresh token travels in one answer, which may be lost. So the former one stays good until the
fresh one has come back; meanwhile, once the answer can no longer be under way, it earns another.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase

from appliance.channels.models import BrowserSession
from appliance.config import config
from appliance.desk.errors import KeyReusedError
from appliance.desk.models import Conversation

COOKIE: Final = "strongroom_chat"
_ROTATE_AFTER: Final = timedelta(minutes=10)
# How long a request or an answer may be under way.
_GRACE: Final = timedelta(seconds=60)
LIFE: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Visit:
    """A customer's browser with its conversation; `fresh` is a token to hand out, if any."""

    conversation: Conversation
    fresh: str | None


def _digest(token: str) -> bytes:
    # The token has 256 random bits: nothing to guess, so a plain digest serves.
    return sha256(token.encode()).digest()


def open_browser(conversation: Conversation, *, key: bytes, asked: bytes, now: datetime) -> str:
    """Bind a conversation to the browser that began it. Returns its first token.

    key, asked: digests of the request's Idempotency-Key and of what it asked for.
    """
    token = token_urlsafe(32)
    BrowserSession.objects.create(
        conversation=conversation,
        token=_digest(token),
        rotated_at=now,
        begun_with=key,
        begun_as=asked,
    )
    return token


def opened_before(
    visit: Visit | None, *, key: bytes, asked: bytes, now: datetime
) -> tuple[Conversation, str] | None:
    """The conversation that this key began, with a fresh token; None where it began none.

    Only to whom it was meant for: the same request again, of which no answer was ever used, or
    the browser that has the conversation already.
    Raises: KeyReusedError.
    """
    held = (
        BrowserSession.objects.select_related("conversation__subject")
        .select_for_update(of=("self",))
        .filter(begun_with=key)
        .first()
    )
    if held is None:
        return None
    is_here = visit is not None and visit.conversation.pk == held.conversation_id
    is_same = held.begun_as is not None and bytes(held.begun_as) == asked
    if not (is_here or (is_same and _is_open(held, now))):
        raise KeyReusedError
    token = _rotate(held, bytes(held.token), now)
    assert token is not None
    return held.conversation, token


def _is_open(held: BrowserSession, now: datetime) -> bool:
    is_young = held.conversation.begun_at >= now - LIFE
    return is_young and held.conversation.subject.erasure_began_at is None


def _former_counts(now: datetime) -> Q:
    """Until the present token has come back, and for requests that were under way then."""
    return Q(confirmed_at=None) | Q(confirmed_at__gt=now - _GRACE)


def visit(request: HttpRequest, now: datetime) -> Visit | None:
    """Who is here, by cookie; rotates an old token. None for anybody else."""
    token = request.COOKIES.get(COOKIE, "")
    if not token:
        return None
    digest = _digest(token)
    held = (
        BrowserSession.objects.select_related("conversation__subject")
        .filter(Q(token=digest) | Q(_former_counts(now), former=digest))
        .first()
    )
    if held is None or not _is_open(held, now):
        return None
    return Visit(held.conversation, _renewed(held, digest, now))


def _renewed(held: BrowserSession, digest: bytes, now: datetime) -> str | None:
    """A fresh token where the present one is old, or was lost on its way to the browser."""
    is_present = bytes(held.token) == digest
    age = now - held.rotated_at
    if is_present and age >= _ROTATE_AFTER:
        return _rotate(held, digest, now)
    if is_present and held.confirmed_at is None:
        BrowserSession.objects.filter(pk=held.pk, token=digest).update(
            confirmed_at=now, begun_as=None
        )
    # Not at once: the answer that carries the fresh token may still be under way.
    if not is_present and held.confirmed_at is None and age >= _GRACE:
        return _rotate(held, digest, now)
    return None


def _rotate(held: BrowserSession, digest: bytes, now: datetime) -> str | None:
    fresh = token_urlsafe(32)
    # Of two requests at once, one rotates; the other goes on with the token that it has.
    changed = BrowserSession.objects.filter(pk=held.pk, token=held.token).update(
        token=_digest(fresh), former=digest, rotated_at=now, confirmed_at=None
    )
    return fresh if changed else None


def hand_out(response: HttpResponseBase, token: str) -> None:
    """Set the cookie. Behind TLS a widget on another site needs it too, hence SameSite=None."""
    across_sites = bool(config().widget_sites) and not config().is_loopback
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFE.total_seconds()),
        httponly=True,
        secure=not config().is_loopback,
        samesite="None" if across_sites else "Lax",
    )
