"""Deriving an answer again from its evidence record, and saying what differs now.

The recorded question goes through retrieval and composing as they are today. Where the answer
is another one, the differing inputs are named: the model, the policy, the knowledge versions.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from appliance.assistant.compose import compose
from appliance.assistant.models import Evidence
from appliance.assistant.record import evidence_place, policy_digest
from appliance.assistant.stages import Composed, Question, Reading
from appliance.assistant.understanding import understand
from appliance.desk.circumstances import about_message
from appliance.desk.errors import NotFoundError
from appliance.knowledge.queries import search
from audit.actions import append
from audit.events import ReplyReplayed
from compliance.pii.types import MaskedText
from compliance.vault.current import vault
from models.engine.client import EngineClient


@dataclass(frozen=True)
class Replay:
    """same: the same sentences would be said. changed: inputs that differ, by name."""

    message_id: UUID
    outcome: str
    outcome_now: str
    same: bool
    changed: tuple[str, ...]


def replay(message_id: UUID, *, engine: EngineClient, actor: str, origin: str) -> Replay:
    """Re-derive one of the assistant's answers; reading its evidence is an event.

    Raises: NotFoundError without evidence; VaultError when the customer was erased.
    """
    held = (
        Evidence.objects.select_related("message__conversation").filter(message=message_id).first()
    )
    if held is None:
        raise NotFoundError
    conversation = held.message.conversation
    record = _opened(held, conversation.subject_id)
    composed = _again(record, conversation.pk, conversation.subject_id, engine)
    changed = _changes(record, composed)
    with transaction.atomic():
        append(
            ReplyReplayed(
                **about_message(message_id, conversation.subject_id, actor, origin),
                changed=changed,
            )
        )
    now = [row.sentence.key for row in composed.chosen]
    return Replay(
        message_id=message_id,
        outcome=record["outcome"],
        outcome_now=composed.outcome,
        same=now == record.get("chosen", []),
        changed=changed,
    )


def _opened(held: Evidence, subject_id: UUID) -> dict[str, Any]:
    place = evidence_place(held.pk, subject_id)
    opened: dict[str, Any] = json.loads(
        vault().open_committed(bytes(held.record), bytes(held.digest), place)
    )
    return opened


def _again(
    record: dict[str, Any], conversation_id: UUID, subject_id: UUID, engine: EngineClient
) -> Composed:
    text = MaskedText(record["question"])
    question = Question(
        message_id=UUID(int=0),
        conversation_id=conversation_id,
        subject_id=subject_id,
        language=record["language"],
        working=text,
    )
    understood = understand(text)
    passages = search(
        text,
        language=record["language"],
        audiences=["public"],
        now=timezone.now(),
    )
    return compose(Reading(question, understood, tuple(passages)), engine)


def _changes(record: dict[str, Any], composed: Composed) -> tuple[str, ...]:
    model = composed.model_digest.hex() if composed.model_digest else ""
    versions = {row["version"] for row in record["retrieved"]}
    now = {str(row.passage.version_id) for row in composed.ranked}
    differs = {
        "model": record.get("model", "") != model,
        "policy": record["policy"] != policy_digest().hex(),
        "knowledge": not now <= versions,
    }
    return tuple(name for name, is_other in differs.items() if is_other)
