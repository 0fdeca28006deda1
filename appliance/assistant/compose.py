"""Stage 6: the answer, made of approved sentences and nothing else (mode `verbatim`).

The engine ranks the sentences of the passages found; what the customer reads is copied from
the article, so nothing can be invented. Without a model the other signals rank alone.
"""

import logging
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from appliance.assistant.scoring import Candidate, candidates, weights
from appliance.assistant.stages import Composed, Outcome, Ranked, Reading
from audit.canonical import canonical_bytes
from models.engine.client import Candidate as Offered
from models.engine.client import Choice, EngineClient
from models.engine.errors import EngineError

_log = logging.getLogger(__name__)
_DEADLINE_S: Final = 4.0
_MOST_SENTENCES: Final = 3
# A second sentence is shown only if it is nearly as probable and of the same article.
_CLOSE: Final = 0.75
_MOST_OFFERED: Final = 16


def compose(reading: Reading, engine: EngineClient) -> Composed:
    """The chosen sentences, or outcome "refused" with none where none is sure enough."""
    understood = reading.understanding
    held = candidates(
        reading.question.working,
        reading.passages,
        intent=understood.intent,
        confidence=understood.confidence,
    )
    held = shortlist(held)
    choice = _ask(reading, held, engine) if held else None
    ranked = _rank(held, choice)
    limit = weights(with_model=choice is not None).threshold
    chosen = _pick(ranked, limit)
    answered: Outcome = "model" if choice is not None else "rules"
    return Composed(
        outcome=answered if chosen else "refused",
        chosen=chosen,
        ranked=ranked,
        prompt_digest=(
            bytes.fromhex(choice.prompt_sha256) if choice else _offer_digest(reading, held)
        ),
        model_digest=bytes.fromhex(choice.model_sha256) if choice else None,
        parameters={"mode": "verbatim", "threshold": limit, "offered": len(held)},
    )


def shortlist(held: Sequence[Candidate]) -> list[Candidate]:
    """The sentences worth the engine's time: the most probable by the cheap signals."""
    cheap = weights(with_model=False)
    best = sorted(held, key=lambda one: -cheap.probability(one.signals))[:_MOST_OFFERED]
    return [one for one in held if one in best]


def _ask(reading: Reading, held: Sequence[Candidate], engine: EngineClient) -> Choice | None:
    """The engine's ranking, or None where it is away: the box answers without it."""
    try:
        return engine.choose(
            reading.question.working,
            [Offered(one.sentence.key, one.sentence.text) for one in held],
            lang=reading.question.language,
            deadline_s=_DEADLINE_S,
        )
    except EngineError as fault:
        _log.warning("composing without the engine: %s", type(fault).__name__)
        return None


def _rank(held: Sequence[Candidate], choice: Choice | None) -> tuple[Ranked, ...]:
    scores = {row.id: row.score for row in choice.ranked} if choice else {}
    by = weights(with_model=choice is not None)
    rows = []
    for one in held:
        score = scores.get(one.sentence.key)
        signals = {**one.signals, "model": score or 0.0}
        rows.append(Ranked(one.sentence, one.passage, by.probability(signals), score))
    return tuple(sorted(rows, key=lambda row: -row.total))


def _pick(ranked: Sequence[Ranked], limit: float) -> tuple[Ranked, ...]:
    if not ranked or ranked[0].total < limit:
        return ()
    best = ranked[0]
    near = [
        row
        for row in ranked[1:]
        if row.passage.version_id == best.passage.version_id
        and row.total >= max(limit, _CLOSE * best.total)
    ]
    return (best, *near[: _MOST_SENTENCES - 1])


def _offer_digest(reading: Reading, held: Sequence[Candidate]) -> bytes:
    """What would have been asked of an engine that was away."""
    return sha256(
        canonical_bytes(
            {
                "question": reading.question.working,
                "offered": [one.sentence.key for one in held],
                "digests": [one.passage.digest.hex() for one in held],
            }
        )
    ).digest()
