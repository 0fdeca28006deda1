"""An agent's words on their way to the customer: protected like the customer's own."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from appliance.assistant.intake import cleaned, protect
from appliance.desk.actions import Actor, Turn, answer_as_agent, locked
from appliance.desk.models import Message
from appliance.desk.sealing import open_ledger, seal_ledger


@transaction.atomic
def reply(
    conversation_id: UUID, text: str, *, form_key: str, agent: Actor, now: datetime
) -> tuple[str, ...]:
    """Send an agent's answer once, however often its form is sent.

    form_key: a random word of the form's own.
    Returns:  types of secrets that were cut out, to warn the agent about.
    Raises:   NotYoursError, ConversationClosedError, NotFoundError, UnreadableTextError.
    """
    readable = cleaned(text)
    conversation = locked(conversation_id)
    key = sha256(f"agent:{form_key}".encode()).digest()
    if Message.objects.filter(conversation=conversation, idempotency=key).exists():
        return ()
    protected = protect(readable, earlier=(), ledger=open_ledger(conversation))
    conversation.ledger = seal_ledger(protected.ledger, conversation)
    conversation.save(update_fields=["ledger"])
    turn = Turn(
        Message.Author.AGENT,
        protected.words,
        protected.found,
        agent.account,
        fields={"idempotency": key, "dropped": protected.dropped},
    )
    answer_as_agent(conversation_id, turn, agent=agent, now=now)
    return tuple(protected.dropped)
