"""The evidence record of one answer: RFC 8785 JSON, numbers as integers.

    {"v":1, "question": working text, "language", "understanding": {...},
     "retrieved": [{"version", "digest", "words_millionths", "likeness_millionths"}],
     "ranked": [{"sentence": "version:place", "article_millionths", "total_millionths",
                "model_millionths"}],
     "chosen": ["version:place"], "outcome", "prompt", "model", "policy", "parameters",
     "stages_us"}

It holds what the customer wrote (with placeholders), so it is sealed under the customer's key;
the tree holds only its salted digest.
"""

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from appliance.assistant.stages import Clock, Composed, Ranked
from audit.canonical import canonical_bytes
from compliance.grading.current import packs
from compliance.vault.places import Place

if TYPE_CHECKING:
    from appliance.assistant.deliver import Delivery

_MOST_RANKED = 16


def evidence_record(delivery: "Delivery", clock: Clock) -> bytes:
    reading, composed = delivery.reading, delivery.composed
    understood = reading.understanding
    record: dict[str, object] = {
        "v": 1,
        "question": reading.question.working,
        "language": reading.question.language,
        "understanding": {
            "language": understood.language,
            "intent": understood.intent or "",
            "confidence_millionths": _millionths(understood.confidence),
            "emotion": understood.emotion,
            "risk": list(understood.risk),
            "wants_person": understood.wants_person,
        },
        "retrieved": [
            {
                "version": str(passage.version_id),
                "digest": passage.digest.hex(),
                "words_millionths": _millionths(passage.words),
                "likeness_millionths": _millionths(passage.likeness),
            }
            for passage in reading.passages
        ],
        "outcome": delivery.outcome,
        "policy": policy_digest().hex(),
        "stages_us": dict(clock.stages),
    }
    return canonical_bytes(record | (_composition(composed) if composed else {}))


def _composition(composed: Composed) -> dict[str, object]:
    return {
        "ranked": [_ranked(row) for row in composed.ranked[:_MOST_RANKED]],
        "chosen": [row.sentence.key for row in composed.chosen],
        "prompt": composed.prompt_digest.hex(),
        "model": composed.model_digest.hex() if composed.model_digest else "",
        "parameters": {
            name: _millionths(value) if isinstance(value, float) else value
            for name, value in composed.parameters.items()
        },
    }


def _ranked(row: Ranked) -> dict[str, object]:
    held: dict[str, object] = {
        "sentence": row.sentence.key,
        "article_millionths": _millionths(row.article),
        "total_millionths": _millionths(row.total),
    }
    if row.model is not None:
        held["model_millionths"] = _millionths(row.model)
    return held


def _millionths(value: float) -> int:
    return round(value * 1_000_000)


def evidence_place(row_id: UUID, subject_id: UUID) -> Place:
    """Where an evidence record is sealed."""
    return Place(table="assistant_evidence", column="record", row_id=row_id, subject_id=subject_id)


@cache
def policy_digest() -> bytes:
    """One digest of all policy packs in force."""
    return sha256(b"".join(sorted(pack.digest for pack in packs()))).digest()
