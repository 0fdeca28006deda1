"""Fitting the weights of `scoring.py` on development questions, through the box's own stages.

Each question is understood, its articles are found, and every offered sentence becomes a row:
its signals, and whether it is the sentence that answers. A logistic regression over the rows
gives weights with a meaning; the threshold is the least probability at which, over the
development questions, at most one refused-worthy question in ten is answered.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.linear_model import LogisticRegression

from appliance.assistant.compose import shortlist
from appliance.assistant.scoring import SIGNALS, candidates
from appliance.assistant.understanding import understand
from appliance.knowledge.queries import search
from compliance.pii.types import MaskedText
from models.engine.client import Candidate as Offered
from models.engine.client import EngineClient

_REFUSED_SHARE: Final = 0.9
_WITHOUT: Final = tuple(name for name in SIGNALS if name != "model")


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
    signals: dict[str, float]
    is_sentence: bool
    is_article: bool


def read_questions(paths: Sequence[Path], *, split: str) -> list[Asked]:
    found = []
    for path in paths:
        language = "zh" if "-zh" in path.name else "en"
        for line in path.read_text(encoding="utf-8").splitlines():
            held = json.loads(line)
            if held.get("split", split) == split or held["slug"] is None:
                found.append(Asked(held["question"], language, held["slug"], held.get("sentence")))
    return found


def rows_of(asked: Iterable[Asked], engine: EngineClient, now: datetime) -> list[Row]:
    """Walk every question through understanding, retrieval and the engine."""
    rows = []
    for number, one in enumerate(asked):
        text = MaskedText(one.text)
        understood = understand(text)
        passages = search(text, language=one.language, audiences=["public"], now=now)
        offered = shortlist(
            candidates(text, passages, intent=understood.intent, confidence=understood.confidence)
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
        for row in offered:
            is_article = row.passage.slug == one.slug
            rows.append(
                Row(
                    number,
                    {**row.signals, "model": scores[row.sentence.key]},
                    is_article and row.sentence.place == one.sentence,
                    is_article,
                )
            )
    return rows


def fit(rows: Sequence[Row], asked: Sequence[Asked], *, with_model: bool) -> dict[str, Any]:
    """Weights, bias and threshold, with the figures that they give on the same questions."""
    names = SIGNALS if with_model else _WITHOUT
    table = np.array([[row.signals[name] for name in names] for row in rows])
    right = np.array([row.is_sentence for row in rows])
    fitted = LogisticRegression(C=1.0, max_iter=2000).fit(table, right)
    chances = fitted.predict_proba(table)[:, 1]
    best = _best(rows, chances)
    threshold = _threshold(best, asked)
    return {
        "by_signal": {
            name: round(float(weight), 4)
            for name, weight in zip(names, fitted.coef_[0], strict=True)
        },
        "bias": round(float(fitted.intercept_[0]), 4),
        "threshold": round(threshold, 4),
        "development": _figures(best, asked, rows, threshold),
    }


def _best(rows: Sequence[Row], chances: Any) -> dict[int, tuple[float, Row]]:
    best: dict[int, tuple[float, Row]] = {}
    for row, chance in zip(rows, chances, strict=True):
        if row.question not in best or chance > best[row.question][0]:
            best[row.question] = (float(chance), row)
    return best


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
