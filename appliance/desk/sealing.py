"""Where the words of a conversation are sealed, so that no envelope can be moved elsewhere."""

from dataclasses import dataclass
from uuid import UUID

from appliance.desk.models import Conversation, Message
from compliance.pii.placeholders import Ledger
from compliance.pii.types import MaskedText, RawText
from compliance.vault.current import vault
from compliance.vault.places import Place


@dataclass(frozen=True)
class Words:
    """A turn in its two forms. Both are sealed; neither is ever logged."""

    original: RawText
    working: MaskedText

    def __repr__(self) -> str:
        return f"Words({len(self.original)} characters)"


def _place(table: str, column: str, row: UUID, subject: UUID) -> Place:
    return Place(table=table, column=column, row_id=row, subject_id=subject)


def seal_words(words: Words, *, message: UUID, subject: UUID) -> tuple[bytes, bytes]:
    """(original, working) as envelopes of this row."""
    held = vault()
    return (
        held.seal(words.original.encode(), _place("desk_message", "original", message, subject)),
        held.seal(words.working.encode(), _place("desk_message", "working", message, subject)),
    )


def open_original(message: Message, subject: UUID) -> RawText:
    place = _place("desk_message", "original", message.pk, subject)
    return RawText(vault().open(bytes(message.original), place).decode())


def open_working(message: Message, subject: UUID) -> MaskedText:
    place = _place("desk_message", "working", message.pk, subject)
    return MaskedText(vault().open(bytes(message.working), place).decode())


def seal_ledger(ledger: Ledger, conversation: Conversation) -> bytes:
    place = _place("desk_conversation", "ledger", conversation.pk, conversation.subject_id)
    return vault().seal(ledger.to_json(), place)


def open_ledger(conversation: Conversation) -> Ledger:
    if conversation.ledger is None:
        return Ledger()
    place = _place("desk_conversation", "ledger", conversation.pk, conversation.subject_id)
    return Ledger.from_json(vault().open(bytes(conversation.ledger), place))


def seal_comment(comment: RawText, *, survey: UUID, subject: UUID) -> bytes:
    return vault().seal(comment.encode(), _place("desk_survey", "comment", survey, subject))


def open_comment(comment: bytes, *, survey: UUID, subject: UUID) -> RawText:
    place = _place("desk_survey", "comment", survey, subject)
    return RawText(vault().open(comment, place).decode())
