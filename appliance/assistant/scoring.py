"""How sure we are that a sentence answers: a small logistic model over a few honest signals.

The language model's log-likelihood ratio leads; words, vectors and intent keep it in bounds.
The weights are data, fitted by `calibrate.py` on the development questions; without a language
model the second set serves, which has never seen its column. Pure.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Final

from appliance.knowledge.queries import Passage, Sentence
from appliance.knowledge.terms import terms

SIGNALS: Final = ("model", "coverage", "words", "likeness", "fused", "intent", "question")
WEIGHTS: Final = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Weights:
    """by_signal: weight of each signal; bias; threshold: the least probability to be shown."""

    by_signal: Mapping[str, float]
    bias: float
    threshold: float

    def probability(self, signals: Mapping[str, float]) -> float:
        total = self.bias + sum(weight * signals[name] for name, weight in self.by_signal.items())
        return 1 / (1 + exp(-max(-40.0, min(40.0, total))))


@cache
def weights(*, with_model: bool) -> Weights:
    held = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    chosen = held["with_model" if with_model else "without_model"]
    return Weights(chosen["by_signal"], chosen["bias"], chosen["threshold"])


@dataclass(frozen=True)
class Candidate:
    """A sentence that may be said, the passage it stands in, and its signals (no model yet)."""

    sentence: Sentence
    passage: Passage
    signals: Mapping[str, float]


def candidates(
    question: str, passages: Sequence[Passage], *, intent: str | None, confidence: float
) -> list[Candidate]:
    """Every sentence of the passages with its signals, in reading order."""
    asked = terms(question)
    rows = [
        (sentence, passage, terms(f"{passage.title}\n{sentence.text}"))
        for passage in passages
        for sentence in passage.sentences
    ]
    rarity = _rarity([found for _, _, found in rows], asked)
    most_words = max((passage.words for passage in passages), default=0.0) or 1.0
    most_fused = max((passage.fused for passage in passages), default=0.0) or 1.0
    return [
        Candidate(
            sentence,
            passage,
            {
                "coverage": _coverage(found, rarity),
                "words": passage.words / most_words,
                "likeness": passage.likeness,
                "fused": passage.fused / most_fused,
                "intent": confidence if intent in passage.intents else 0.0,
                "question": min(1.0, passage.words / (4.0 * max(1, len(asked)))),
            },
        )
        for sentence, passage, found in rows
    ]


def _rarity(found: Sequence[Counter[str]], asked: Counter[str]) -> dict[str, float]:
    """Inverse frequency of the asked terms among the candidates themselves."""
    return {
        term: log(1 + len(found) / (1 + sum(1 for one in found if term in one))) for term in asked
    }


def _coverage(found: Counter[str], rarity: Mapping[str, float]) -> float:
    whole = sum(rarity.values())
    if not whole:
        return 0.0
    return sum(weight for term, weight in rarity.items() if term in found) / whole
