"""What every event about a conversation says alike."""

from typing import TypedDict
from uuid import UUID

from appliance.desk.models import Conversation


class Circumstances(TypedDict):
    """The common fields of an event, to be unpacked into it."""

    actor: str
    origin: str
    purpose: str
    subject: UUID
    object: str


def about_conversation(
    conversation: Conversation, actor: str, origin: str, *, purpose: str = "serve_customer"
) -> Circumstances:
    return Circumstances(
        actor=actor,
        origin=origin,
        purpose=purpose,
        subject=conversation.subject_id,
        object=f"conversation:{conversation.pk}",
    )


def about_message(message_id: UUID, subject_id: UUID, actor: str, origin: str) -> Circumstances:
    return Circumstances(
        actor=actor,
        origin=origin,
        purpose="serve_customer",
        subject=subject_id,
        object=f"message:{message_id}",
    )
