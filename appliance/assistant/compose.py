"""Stage 6: the answer, made of approved sentences and nothing else (mode `verbatim`).

The engine ranks the sentences of the passages found; what the customer reads is copied from
the article, so nothing can be invented. Without a model the other signals rank alone.
"""

import logging
import threading
from collections.abc import Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

from appliance.assistant.scoring import Candidate, candidates, weights, with_margins
from appliance.assistant.stages import Composed, Outcome, Ranked, Reading
from appliance.assistant.understanding import likely_intents
from audit.canonical import canonical_bytes
from models.engine.client import Candidate as Offered
from models.engine.client import Choice, EngineClient
from models.engine.errors import EngineError

_log = logging.getLogger(__name__)
_DEADLINE_S: Final = 2.0
# A model that is slower than customers come may not make them queue behind one another: at
# most so many answers ask it at once, and who gets no turn soon is answered without it.
_TURNS: Final = threading.BoundedSemaphore(2)
_TURN_S: Final = 0.6
_MOST_SENTENCES: Final = 3
# A second sentence is shown only if it is nearly as probable and of the same article.
_CLOSE: Final = 0.5
_MOST_OFFERED: Final = 16


def compose(reading: Reading, engine: EngineClient) -> Composed:
    """The chosen sentences, or outcome "refused" with none where none is sure enough."""
    understood = reading.understanding
    held = candidates(
        reading.question.working,
        reading.passages,
        intents=likely_intents(understood),
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
    line = weights(with_model=False).sentence
    signals = with_margins([one.signals for one in held], _articles(held))
    chances = [line.probability(row) for row in signals]
    best = sorted(range(len(held)), key=lambda place: -chances[place])[:_MOST_OFFERED]
    return [held[place] for place in sorted(best)]


def _articles(held: Sequence[Candidate]) -> list[UUID]:
    return [one.passage.version_id for one in held]


def _ask(reading: Reading, held: Sequence[Candidate], engine: EngineClient) -> Choice | None:
    """The engine's ranking, or None where it is away or busy: the box answers without it."""
    if not _TURNS.acquire(timeout=_TURN_S):
        _log.warning("composing without the engine: no turn")
        return None
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
    finally:
        _TURNS.release()


def _rank(held: Sequence[Candidate], choice: Choice | None) -> tuple[Ranked, ...]:
    """Best first: the article decides whether to speak, the sentence what is said."""
    scores = {row.id: row.score for row in choice.ranked} if choice else {}
    by = weights(with_model=choice is not None)
    asked = [
        {**one.signals, "model": scores[one.sentence.key]} if choice else dict(one.signals)
        for one in held
    ]
    rows = [
        Ranked(
            one.sentence,
            one.passage,
            article=by.article.probability(signals),
            total=by.sentence.probability(signals),
            model=scores.get(one.sentence.key),
        )
        for one, signals in zip(held, with_margins(asked, _articles(held)), strict=True)
    ]
    sure = {row.passage.version_id: 0.0 for row in rows}
    for row in rows:
        sure[row.passage.version_id] = max(sure[row.passage.version_id], row.article)
    rows.sort(key=lambda row: (-sure[row.passage.version_id], -row.total))
    return tuple(rows)


def _pick(ranked: Sequence[Ranked], limit: float) -> tuple[Ranked, ...]:
    """The best sentence of the surest article, and others of it that come close."""
    if not ranked:
        return ()
    first = ranked[0].passage.version_id
    mine = [row for row in ranked if row.passage.version_id == first]
    if max(row.article for row in mine) < limit:
        return ()
    near = [row for row in mine[1:] if row.total >= _CLOSE * mine[0].total]
    return (mine[0], *near[: _MOST_SENTENCES - 1])


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
