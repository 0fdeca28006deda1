"""Stages 1 to 3 of a message's path: screen, detect and grade, seal.

They run before the customer's message is acknowledged; what is acknowledged is stored, sealed,
with its event, in one transaction.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from appliance.desk.actions import Actor, Turn, add_turn, locked
from appliance.desk.circumstances import about_message
from appliance.desk.errors import (
    ConversationClosedError,
    KeyReusedError,
    UnreadableTextError,
)
from appliance.desk.models import Conversation, Message
from appliance.desk.sealing import Words, open_ledger, open_original, open_working, seal_ledger
from audit.actions import append
from audit.events import MessageReceived, SecretDropped
from compliance.grading.current import packs
from compliance.grading.decide import decide
from compliance.pii.engine import detector
from compliance.pii.masking import to_placeholders
from compliance.pii.placeholders import Ledger
from compliance.pii.secrets import screen
from compliance.pii.types import MaskedText, RawText

MAX_CHARACTERS: Final = 4000
# A secret announced in one message may come in the next ("my code is" / "482913").
_TURNS_BEFORE: Final = 2
# Control characters carry no meaning in a message; U+0000 cannot be stored at all. Direction
# marks are cut because they make a text read otherwise than it is stored.
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Zero-width characters belong inside emoji and some scripts, but alone they say nothing.
_SHOWN: Final = re.compile(r"[^\s\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True)
class Received:
    """The acknowledgement. dropped: types of secrets that were cut out, to warn about."""

    message_id: UUID
    place: int
    dropped: tuple[str, ...]
    is_repeat: bool


@dataclass(frozen=True)
class Protected:
    """A message after the first three stages."""

    words: Words
    found: dict[str, int]
    dropped: dict[str, int]
    ledger: Ledger


def cleaned(text: str) -> RawText:
    """Readable text within the limit. Raises UnreadableTextError."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    readable = _UNSEEN.sub("", whole.replace("\r\n", "\n")).strip()
    length = len(readable) if _SHOWN.search(readable) else 0
    if not 0 < length <= MAX_CHARACTERS:
        raise UnreadableTextError(length, MAX_CHARACTERS)
    return RawText(readable)


def protect(text: RawText, *, earlier: Sequence[str], ledger: Ledger) -> Protected:
    """Drop secrets, find personal data, and put placeholders where policy wants them."""
    screened = screen(text, earlier)
    findings = detector().find(screened.text)
    decision = decide(
        {finding.type for finding in findings},
        role="service",
        purpose="serve_customer",
        channel="web",
        action="send_to_model",
        packs=packs(),
    )
    # The model sees a type in the clear only where every pack in force allows it.
    hidden = [one for one in findings if decision.by_type.get(one.type) != "raw"]
    return Protected(
        words=Words(screened.text, to_placeholders(screened.text, hidden, ledger)),
        found=dict(Counter(finding.type for finding in findings)),
        dropped=dict(Counter(screened.dropped)),
        ledger=ledger,
    )


@transaction.atomic
def receive_message(
    conversation_id: UUID, text: str, *, key: bytes | None, actor: Actor, now: datetime
) -> Received:
    """Take a customer's message, wholly or not at all.

    key:    SHA-256 of the Idempotency-Key; the same key with the same text is the same message.
    Raises: UnreadableTextError, ConversationClosedError, KeyReusedError, NotFoundError.
    """
    readable = cleaned(text)
    conversation = locked(conversation_id)
    again = _repeat(conversation, key, readable)
    if again is not None:
        return again
    if conversation.state == Conversation.State.CLOSED:
        raise ConversationClosedError
    protected = protect(
        readable,
        earlier=_earlier(conversation, conversation.next_place),
        ledger=open_ledger(conversation),
    )
    message = _store(conversation, protected, key, now)
    _record(conversation, message, protected, actor)
    return Received(message.pk, message.place, tuple(protected.dropped), is_repeat=False)


def _repeat(conversation: Conversation, key: bytes | None, text: RawText) -> Received | None:
    """The message that came with this key before, if any.

    Compared with the sealed words themselves: a stored digest of a short text could be guessed.
    """
    if key is None:
        return None
    before = Message.objects.filter(conversation=conversation, idempotency=key).first()
    if before is None:
        return None
    kept = screen(text, _earlier(conversation, before.place)).text
    if kept != open_original(before, conversation.subject_id):
        raise KeyReusedError
    return Received(before.pk, before.place, tuple(before.dropped), is_repeat=True)


def _earlier(conversation: Conversation, place: int) -> list[MaskedText]:
    last = Message.objects.filter(
        conversation=conversation, author=Message.Author.CUSTOMER, place__lt=place
    ).order_by("-place")[:_TURNS_BEFORE]
    return [open_working(message, conversation.subject_id) for message in reversed(last)]


def _store(
    conversation: Conversation, protected: Protected, key: bytes | None, now: datetime
) -> Message:
    conversation.ledger = seal_ledger(protected.ledger, conversation)
    wants_answer = conversation.state == Conversation.State.WITH_ASSISTANT
    return add_turn(
        conversation,
        Turn(
            Message.Author.CUSTOMER,
            protected.words,
            protected.found,
            fields={
                "dropped": protected.dropped,
                "idempotency": key,
                "reply": Message.Reply.PENDING if wants_answer else Message.Reply.NONE,
            },
        ),
        now=now,
    )


def _record(
    conversation: Conversation, message: Message, protected: Protected, actor: Actor
) -> None:
    common = about_message(message.pk, conversation.subject_id, actor.name, actor.origin)
    append(
        MessageReceived(
            **common,
            length=len(protected.words.original),
            types=tuple(sorted(protected.found)),
        )
    )
    if protected.dropped:
        append(SecretDropped(**common, types=tuple(sorted(protected.dropped))))
