"""What staff and customers may read of a conversation, decided here and recorded as read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Func, QuerySet, TextField

from appliance.accounts.models import Account
from appliance.desk.circumstances import about_conversation
from appliance.desk.errors import NotFoundError
from appliance.desk.models import Conversation, Feedback, Message
from appliance.desk.sealing import open_ledger, open_original, open_working
from audit.actions import append
from audit.events import ConversationViewed
from compliance.grading.current import packs
from compliance.grading.decide import decide
from compliance.pii.masking import resolve
from compliance.pii.placeholders import Ledger

State = Conversation.State
# Messages of one read: each is opened with the customer's key.
PAGE: Final = 200


@dataclass(frozen=True)
class Waiting:
    """A row of the waiting line: nothing in it says who waits or for what in words."""

    id: UUID
    waiting_since: datetime
    reason: str
    language: str
    channel: str
    messages: int


@dataclass(frozen=True)
class Turn:
    """A message as this reader may see it; form is raw, mask, placeholder or none."""

    message_id: UUID
    place: int
    author: str
    at: datetime
    text: str
    form: str
    outcome: str
    sources: list[dict[str, object]]
    found: dict[str, int]
    dropped: dict[str, int]
    is_helpful: bool | None

    def __repr__(self) -> str:
        return f"Turn({self.message_id})"


@dataclass(frozen=True)
class Transcript:
    """A page of a conversation: its last turns, or the last before a place."""

    conversation: Conversation
    turns: tuple[Turn, ...]

    @property
    def earlier(self) -> int | None:
        """The place before which there is more; places are dense and begin at 1."""
        return self.turns[0].place if self.turns and self.turns[0].place > 1 else None


def waiting_line() -> list[Waiting]:
    """Longest wait first."""
    rows = Conversation.objects.filter(state=State.WAITING).order_by("waiting_since")
    return [_waiting(row) for row in rows[:200]]


def _waiting(row: Conversation) -> Waiting:
    assert row.waiting_since is not None
    return Waiting(
        row.pk,
        row.waiting_since,
        row.waiting_reason,
        row.language,
        row.channel,
        row.next_place - 1,
    )


def held_by(account: Account) -> QuerySet[Conversation]:
    """The conversations that this agent is answering, oldest silence first."""
    return Conversation.objects.filter(state=State.WITH_PERSON, agent=account).order_by("last_at")


def is_held_by(conversation: Conversation, account: Account) -> bool:
    """Whether this agent answers it now: not once it was handed back or has ended."""
    return conversation.state == State.WITH_PERSON and conversation.agent_id == account.pk


def place_in_line(conversation: Conversation) -> int | None:
    """1 is next; None when the conversation is not waiting."""
    if conversation.state != State.WAITING or conversation.waiting_since is None:
        return None
    ahead = Conversation.objects.filter(
        state=State.WAITING, waiting_since__lt=conversation.waiting_since
    )
    return ahead.count() + 1


def turns_after(
    conversation: Conversation, place: int, *, form: str, most: int = PAGE
) -> tuple[Turn, ...]:
    """The first turns behind a place, in this form; for callers that have settled who reads."""
    found = Message.objects.filter(conversation=conversation, place__gt=place)
    return _turns(conversation, list(found.order_by("place")[:most]), form)


def _turns_before(conversation: Conversation, place: int | None, *, form: str) -> tuple[Turn, ...]:
    """The last turns before a place, or of all, oldest first."""
    found = Message.objects.filter(conversation=conversation)
    if place is not None:
        found = found.filter(place__lt=place)
    return _turns(conversation, list(found.order_by("-place")[:PAGE])[::-1], form)


def _turns(conversation: Conversation, rows: list[Message], form: str) -> tuple[Turn, ...]:
    ledger = open_ledger(conversation) if form == "mask" else Ledger()
    thumbs = dict(
        Feedback.objects.filter(message__in=[row.pk for row in rows]).values_list(
            "message_id", "is_helpful"
        )
    )
    return tuple(
        _turn(row, conversation, ledger, form, is_helpful=thumbs.get(row.pk)) for row in rows
    )


def _turn(
    row: Message, conversation: Conversation, ledger: Ledger, form: str, *, is_helpful: bool | None
) -> Turn:
    return Turn(
        message_id=row.pk,
        place=row.place,
        author=row.author,
        at=row.at,
        text=_text(row, conversation.subject_id, ledger, form),
        form=form,
        outcome=row.outcome,
        sources=row.sources,
        found=row.found,
        dropped=row.dropped,
        is_helpful=is_helpful,
    )


def _text(row: Message, subject: UUID, ledger: Ledger, form: str) -> str:
    if form == "raw":
        return open_original(row, subject)
    if form == "mask":
        return resolve(open_working(row, subject), ledger, form="mask")
    if form == "placeholder":
        return open_working(row, subject)
    return ""


@transaction.atomic
def transcript_for(
    account: Account, conversation_id: UUID, *, purpose: str, origin: str, before: int | None = None
) -> Transcript:
    """A page of the conversation in the form that policy grants, recorded as a read.

    before: a place, for the page that ends there; None for the last one.
    Raises: NotFoundError also where nothing may be seen, or its customer has been erased.
    """
    conversation = Conversation.objects.select_related("subject").filter(pk=conversation_id).first()
    if conversation is None or conversation.subject.erasure_began_at is not None:
        raise NotFoundError
    form = form_for(account, conversation, purpose=purpose)
    if form == "none":
        raise NotFoundError
    append(
        ConversationViewed(
            **about_conversation(
                conversation, f"person:{account.person_id}", origin, purpose=purpose
            ),
            form=form,
        )
    )
    return Transcript(conversation, _turns_before(conversation, before, form=form))


_FORMS = ("none", "placeholder", "mask", "raw")


def form_for(account: Account, conversation: Conversation, *, purpose: str) -> str:
    """How much this person may see: raw only of conversations that they answer themselves."""
    types = types_in(conversation)
    action = "view_original" if is_held_by(conversation, account) else "view_masked"
    forms = ["none"]
    for role in account.roles:
        decision = decide(
            types,
            role=role,
            purpose=purpose,
            channel=conversation.channel,
            action=action,
            packs=packs(),
        )
        # An original that would need a reason or a second person is shown masked.
        bound = decision.form == "raw" and decision.needs
        forms.append("mask" if bound else decision.form)
    return max(forms, key=_FORMS.index)


class _Names(Func):
    """The names in a JSON object, a row each."""

    function = "jsonb_object_keys"
    set_returning = True
    output_field = TextField()


def types_in(conversation: Conversation) -> frozenset[str]:
    """What was found anywhere in it; gathered where the rows are."""
    rows = Message.objects.filter(conversation=conversation)
    return frozenset(rows.values_list(_Names("found"), flat=True).distinct())
