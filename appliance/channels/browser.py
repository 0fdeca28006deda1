"""The one browser that may read a conversation: a rotating token in an HttpOnly cookie."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase

from appliance.channels.models import BrowserSession
from appliance.config import config
from appliance.desk.models import Conversation

COOKIE: Final = "strongroom_chat"
_ROTATE_AFTER: Final = timedelta(minutes=10)
# Requests that were under way with the former token still count.
_GRACE: Final = timedelta(seconds=60)
_LIFE_S: Final = 24 * 3600


@dataclass(frozen=True)
class Visit:
    """A customer's browser with its conversation; `fresh` is a token to hand out, if any."""

    conversation: Conversation
    fresh: str | None


def _digest(token: str) -> bytes:
    # The token has 256 random bits: nothing to guess, so a plain digest serves.
    return sha256(token.encode()).digest()


def open_browser(conversation: Conversation, now: datetime) -> str:
    """Bind a conversation to the browser that began it. Returns its first token."""
    token = token_urlsafe(32)
    BrowserSession.objects.create(conversation=conversation, token=_digest(token), rotated_at=now)
    return token


def visit(request: HttpRequest, now: datetime) -> Visit | None:
    """Who is here, by cookie; rotates an old token. None for anybody else."""
    token = request.COOKIES.get(COOKIE, "")
    if not token:
        return None
    digest = _digest(token)
    held = (
        BrowserSession.objects.select_related("conversation__subject")
        .filter(Q(token=digest) | Q(former=digest, rotated_at__gt=now - _GRACE))
        .first()
    )
    if held is None or held.conversation.begun_at < now - timedelta(seconds=_LIFE_S):
        return None
    if held.conversation.subject.erasure_began_at is not None:
        return None
    if bytes(held.token) != digest or held.rotated_at > now - _ROTATE_AFTER:
        return Visit(held.conversation, None)
    return Visit(held.conversation, _rotate(held, digest, now))


def _rotate(held: BrowserSession, digest: bytes, now: datetime) -> str | None:
    fresh = token_urlsafe(32)
    # Of two requests at once, one rotates; the other goes on with the former token.
    changed = BrowserSession.objects.filter(pk=held.pk, token=digest).update(
        token=_digest(fresh), former=digest, rotated_at=now
    )
    return fresh if changed else None


def hand_out(response: HttpResponseBase, token: str) -> None:
    """Set the cookie. Behind TLS a widget on another site needs it too, hence SameSite=None."""
    across_sites = bool(config().widget_sites) and not config().is_loopback
    response.set_cookie(
        COOKIE,
        token,
        max_age=_LIFE_S,
        httponly=True,
        secure=not config().is_loopback,
        samesite="None" if across_sites else "Lax",
    )
