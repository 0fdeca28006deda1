"""How sure we are that a sentence answers: a small logistic model over a few honest signals.

The language model's log-likelihood ratio leads; words, vectors and intent keep it in bounds.
The weights are data, fitted by `calibrate.py` on the development questions; without a language
model the second set serves, which has never seen its column. Pure.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp, log
from pathlib import Path
from typing import Any, Final

from appliance.knowledge.queries import Passage, Sentence
from appliance.knowledge.terms import terms

SIGNALS: Final = (
    "model",
    "coverage",
    "words",
    "likeness",
    "fused",
    "intent",
    "also",
    "weight",
    "route",
    "strange",
)
WEIGHTS: Final = Path(__file__).with_name("weights.json")
MARGIN: Final = "margin_"


@dataclass(frozen=True)
class Line:
    """A logistic model: a weight for each signal, and a bias."""

    by_signal: Mapping[str, float]
    bias: float

    def probability(self, signals: Mapping[str, float]) -> float:
        total = self.bias + sum(weight * signals[name] for name, weight in self.by_signal.items())
        return 1 / (1 + exp(-max(-40.0, min(40.0, total))))


@dataclass(frozen=True)
class Weights:
    """article: is this sentence's article the right one; sentence: is it the very sentence.
    threshold: the least probability of the article at which an answer is shown.
    """

    article: Line
    sentence: Line
    threshold: float


@cache
def weights(*, with_model: bool) -> Weights:
    held = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    chosen = held["with_model" if with_model else "without_model"]
    return Weights(_line(chosen["article"]), _line(chosen["sentence"]), chosen["threshold"])


def _line(held: Mapping[str, Any]) -> Line:
    return Line(held["by_signal"], held["bias"])


@dataclass(frozen=True)
class Candidate:
    """A sentence that may be said, the passage it stands in, and its signals (no model yet)."""

    sentence: Sentence
    passage: Passage
    signals: Mapping[str, float]


def candidates(
    question: str, passages: Sequence[Passage], *, intents: Sequence[str], confidence: float
) -> list[Candidate]:
    """Every sentence of the passages with its signals, in reading order.

    intents: likeliest first, with the first one's confidence.
    """
    asked = terms(question)
    rows = [
        (sentence, passage, _said(passage.title, sentence.text))
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
                "intent": confidence if set(intents[:1]) & set(passage.intents) else 0.0,
                "also": 1.0 if set(intents[1:]) & set(passage.intents) else 0.0,
                "weight": passage.words / max(1, len(asked)),
                "route": passage.route,
                "strange": passage.strange,
            },
        )
        for sentence, passage, found in rows
    ]


def with_margins(
    rows: Sequence[Mapping[str, float]], articles: Sequence[object]
) -> list[dict[str, float]]:
    """Signals with, for each, its lead over the best sentence of any other article.

    A high score says little where several articles have it; the lead says which to believe.
    """
    best: dict[object, dict[str, float]] = {}
    for row, article in zip(rows, articles, strict=True):
        held = best.setdefault(article, dict(row))
        for name, value in row.items():
            held[name] = max(held[name], value)
    rivals = {
        article: [held for other, held in best.items() if other != article] for article in best
    }
    return [
        {
            **row,
            **{
                MARGIN + name: value - max((one[name] for one in rivals[article]), default=0.0)
                for name, value in row.items()
            },
        }
        for row, article in zip(rows, articles, strict=True)
    ]


@lru_cache(maxsize=8192)
def _said(title: str, sentence: str) -> frozenset[str]:
    """The terms of a sentence under its title: approved text, met again with every question."""
    return frozenset(terms(f"{title}\n{sentence}"))


def _rarity(found: Sequence[frozenset[str]], asked: Counter[str]) -> dict[str, float]:
    """Inverse frequency of the asked terms among the candidates themselves."""
    return {
        term: log(1 + len(found) / (1 + sum(1 for one in found if term in one))) for term in asked
    }


def _coverage(found: frozenset[str], rarity: Mapping[str, float]) -> float:
    whole = sum(rarity.values())
    if not whole:
        return 0.0
    return sum(weight for term, weight in rarity.items() if term in found) / whole
