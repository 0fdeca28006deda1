"""Fitting the weights of `scoring.py` on development questions, through the box's own stages.

Each question is understood, its articles are found, and every offered sentence becomes a row:
its signals, and whether it is the sentence that answers. Two logistic regressions over the rows
give weights with a meaning; the threshold is the least probability at which, over development
questions that were not fitted on, a quarter of the questions without an answer are answered all the same (near misses,
written to deceive).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from appliance.assistant.compose import shortlist
from appliance.assistant.scoring import MARGIN, SIGNALS, candidates, with_margins
from appliance.assistant.understanding import likely_intents, understand
from appliance.knowledge.queries import search
from compliance.pii.types import MaskedText
from models.engine.client import Candidate as Offered
from models.engine.client import EngineClient

_REFUSED_SHARE: Final = 0.75
_STRENGTH: Final = 0.3
_FOLDS: Final = 5


@dataclass(frozen=True)
class Asked:
    """A development question; slug None where no article answers it."""

    text: str
    language: str
    slug: str | None
    sentence: int | None


@dataclass(frozen=True)
class Row:
    """One offered sentence of one question."""

    question: int
    article: object
    signals: dict[str, float]
    is_sentence: bool
    is_article: bool


def read_questions(paths: Sequence[Path], *, split: str) -> list[Asked]:
    found = []
    for path in paths:
        language = "zh" if "-zh" in path.name else "en"
        for line in path.read_text(encoding="utf-8").splitlines():
            held = json.loads(line)
            if held.get("split", split) == split:
                found.append(Asked(held["question"], language, held["slug"], held.get("sentence")))
    return found


def rows_of(asked: Iterable[Asked], engine: EngineClient, now: datetime) -> list[Row]:
    """Walk every question through understanding, retrieval and the engine."""
    rows = []
    for number, one in enumerate(asked):
        text = MaskedText(one.text)
        understood = understand(text)
        wanted = likely_intents(understood)
        passages = search(text, language=one.language, audiences=["public"], now=now)
        offered = shortlist(
            candidates(text, passages, intents=wanted, confidence=understood.confidence)
        )
        if not offered:
            continue
        choice = engine.choose(
            text,
            [Offered(row.sentence.key, row.sentence.text) for row in offered],
            lang=one.language,
            deadline_s=30.0,
        )
        scores = {ranked.id: ranked.score for ranked in choice.ranked}
        signals = with_margins(
            [{**row.signals, "model": scores[row.sentence.key]} for row in offered],
            [row.passage.version_id for row in offered],
        )
        for row, held in zip(offered, signals, strict=True):
            is_article = row.passage.slug == one.slug
            is_sentence = is_article and row.sentence.place == one.sentence
            rows.append(Row(number, row.passage.version_id, held, is_sentence, is_article))
    return rows


def fit(rows: Sequence[Row], asked: Sequence[Asked], *, with_model: bool) -> dict[str, Any]:
    """Both lines and the threshold, with the figures of five-fold cross-validation."""
    names = [name for name in SIGNALS if with_model or name != "model"]
    names += [MARGIN + name for name in names]
    table = np.array([[row.signals[name] for name in names] for row in rows])
    groups = np.array([row.question for row in rows])
    goals = {
        "article": np.array([row.is_article for row in rows]),
        "sentence": np.array([row.is_sentence for row in rows]),
    }
    unseen = {name: _cross_validated(table, goal, groups) for name, goal in goals.items()}
    best = _best(rows, unseen["article"], unseen["sentence"])
    threshold = _threshold(best, asked)
    lines = {name: _line(table, goal, names) for name, goal in goals.items()}
    return {
        **lines,
        "threshold": round(threshold, 4),
        "development": _figures(best, asked, rows, threshold),
    }


def _fitted(table: Any, goal: Any) -> tuple[Any, Any]:
    """Weights and bias in the signals' own units."""
    middle, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=_STRENGTH, max_iter=3000).fit((table - middle) / spread, goal)
    by_signal = fitted.coef_[0] / spread
    return by_signal, fitted.intercept_[0] - (by_signal * middle).sum()


def _cross_validated(table: Any, goal: Any, groups: Any) -> Any:
    chances = np.zeros(len(goal))
    for seen, unseen in GroupKFold(_FOLDS).split(table, goal, groups):
        by_signal, bias = _fitted(table[seen], goal[seen])
        chances[unseen] = 1 / (1 + np.exp(-(table[unseen] @ by_signal + bias)))
    return chances


def _line(table: Any, goal: Any, names: Sequence[str]) -> dict[str, Any]:
    by_signal, bias = _fitted(table, goal)
    weights = {name: round(float(w), 4) for name, w in zip(names, by_signal, strict=True)}
    return {"by_signal": weights, "bias": round(float(bias), 4)}


def _best(
    rows: Sequence[Row], article: Sequence[float], sentence: Sequence[float]
) -> dict[int, tuple[float, Row]]:
    """By question: how sure its article is, and the best sentence among that article's."""
    surest: dict[int, tuple[float, object]] = {}
    for row, chance in zip(rows, article, strict=True):
        if row.question not in surest or chance > surest[row.question][0]:
            surest[row.question] = (float(chance), row.article)
    chosen: dict[int, tuple[float, Row]] = {}
    for row, chance in zip(rows, sentence, strict=True):
        if row.article != surest[row.question][1]:
            continue
        if row.question not in chosen or chance > chosen[row.question][0]:
            chosen[row.question] = (float(chance), row)
    return {number: (surest[number][0], row) for number, (_, row) in chosen.items()}


def _threshold(best: dict[int, tuple[float, Row]], asked: Sequence[Asked]) -> float:
    strange = sorted(
        best[number][0] if number in best else 0.0
        for number, one in enumerate(asked)
        if one.slug is None
    )
    return strange[int(_REFUSED_SHARE * len(strange))] if strange else 0.5


def _figures(
    best: dict[int, tuple[float, Row]],
    asked: Sequence[Asked],
    rows: Sequence[Row],
    threshold: float,
) -> dict[str, float]:
    answerable = [n for n, one in enumerate(asked) if one.slug is not None]
    strange = [n for n, one in enumerate(asked) if one.slug is None]
    shown = [n for n in answerable if n in best and best[n][0] >= threshold]
    refused = [n for n in strange if n not in best or best[n][0] < threshold]
    offered = {row.question for row in rows if row.is_sentence}
    count = max(1, len(answerable))
    return {
        "questions": len(asked),
        "offered_share": round(len(offered & set(answerable)) / count, 3),
        "sentence_right": round(sum(best[n][1].is_sentence for n in shown) / count, 3),
        "article_right": round(sum(best[n][1].is_article for n in shown) / count, 3),
        "shown_share": round(len(shown) / count, 3),
        "right_article_of_shown": round(
            sum(best[n][1].is_article for n in shown) / max(1, len(shown)), 3
        ),
        "unanswerable_refused": round(len(refused) / max(1, len(strange)), 3),
    }
