"""How a conversation begins, once, however often its answer is lost.

A repeat of the request (same Idempotency-Key, same language, channel and identity, within the
conversation's day) gets the same conversation with a fresh token, as long as no answer to it was
ever used. From the first use on only the browser that holds the conversation may repeat it; for
anybody else the key is taken. So a key that is overheard later opens nothing, and no key opens
a conversation to whoever cannot show the identity that it was begun with.
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction

from appliance.channels.browser import Visit, open_browser, opened_before
from appliance.channels.errors import IdentityError
from appliance.channels.identity import subject_of
from appliance.desk.actions import Actor, begin_conversation
from appliance.desk.circumstances import about_conversation
from appliance.desk.models import Conversation
from audit.actions import append, append_refusal
from audit.canonical import canonical_bytes
from audit.events import ConversationViewed, IdentityAccepted, IdentityRefused
from compliance.privacy.actions import create_subject
from compliance.privacy.models import DataSubject


@dataclass(frozen=True)
class Asked:
    """What somebody asks for who wants to begin; key: the digest of their Idempotency-Key."""

    key: bytes
    origin: str
    language: str
    channel: str
    identity: str | None = field(default=None, repr=False)

    @property
    def digest(self) -> bytes:
        who = sha256((self.identity or "").encode("utf-8", "surrogatepass")).hexdigest()
        return sha256(canonical_bytes([self.language, self.channel, who])).digest()


def begin(asked: Asked, visit: Visit | None, now: datetime) -> tuple[Conversation, str]:
    """The conversation and a token for its browser.

    Raises: IdentityError, after the refusal has been recorded; KeyReusedError.
    """
    try:
        return _begin(asked, visit, now)
    except IdentityError as fault:
        append_refusal(
            IdentityRefused(
                actor="anonymous",
                origin=asked.origin,
                channel=asked.channel,
                reason=fault.reason,
            )
        )
        raise


@transaction.atomic
def _begin(asked: Asked, visit: Visit | None, now: datetime) -> tuple[Conversation, str]:
    _one_at_a_time(asked.key)
    before = opened_before(visit, key=asked.key, asked=asked.digest, now=now)
    if before is not None:
        found = before[0]
        facts = about_conversation(found, f"customer:{found.subject_id}", asked.origin)
        append(ConversationViewed(**facts, form="none"))
        return before
    subject = _subject(asked, now)
    made = begin_conversation(
        subject,
        channel=asked.channel,
        language=asked.language,
        is_identified=bool(asked.identity),
        actor=Actor(f"customer:{subject.pk}", asked.origin),
        now=now,
    )
    return made, open_browser(made, key=asked.key, asked=asked.digest, now=now)


def _one_at_a_time(key: bytes) -> None:
    """Of two equal requests at once, the second finds what the first has made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key[:8], "big", signed=True)]
        )


def _subject(asked: Asked, now: datetime) -> DataSubject:
    if not asked.identity:
        return create_subject(now=now, actor="service:web", origin=asked.origin)
    subject = subject_of(asked.identity, origin=asked.origin, now=now)
    append(
        IdentityAccepted(
            actor=f"customer:{subject.pk}",
            origin=asked.origin,
            subject=subject.pk,
            channel=asked.channel,
        )
    )
    return subject
