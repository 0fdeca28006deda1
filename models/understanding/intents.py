"""Intent recognition with an honest "none of these".

Two small decisions follow the machines, both learnt from scores of texts that the scoring
machines had not seen (three folds):

gate        in scope or not, from the best score and the score of "out of scope";
confidence  the chance that the best intent is right, for those who route by it.

Where the examples hold out-of-scope texts the world is open: the gate may cost 2.5 % of the
right answers. Where they hold none, nothing says that strange questions come: 0.5 %.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from compliance.pii.types import MaskedText
from models.understanding import features, linear
from models.understanding.errors import StoredModelError, TooFewExamplesError
from models.understanding.examples import OUT_OF_SCOPE, Example
from models.understanding.reading import read

_NAME: Final = "intents"
_FOLDS: Final = 3
_SEED: Final = 20260101
OPEN_WORLD_LOSS: Final = 0.025
CLOSED_WORLD_LOSS: Final = 0.005

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Gate:
    """Logistic: `confidence` over (best score, lead over the second, out-of-scope score, 1),
    `scope` over (best score, out-of-scope score); below `threshold` nothing is recognised.
    """

    confidence: tuple[float, float, float, float]
    scope: tuple[float, float]
    threshold: float


@dataclass(frozen=True, slots=True)
class Guess:
    """`intent` is None when nothing fits; `ranked` holds the three best with their scores."""

    intent: str | None
    confidence: float
    ranked: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class IntentModel:
    machines: linear.LinearModel
    gate: Gate

    def guess(self, text: MaskedText | str) -> Guess:
        """Well under a millisecond for a question of ordinary length; never raises."""
        scores = self.machines.scores(read(text)).astype(np.float64)
        best, lead, outside, order = _summary(scores, self.machines.labels)
        odds = float(np.dot(self.gate.confidence, (best, lead, outside, 1.0)))
        scope = float(np.dot(self.gate.scope, (best, outside)))
        ranked = tuple((self.machines.labels[i], float(scores[i])) for i in order[:3])
        is_known = scope >= self.gate.threshold
        return Guess(ranked[0][0] if is_known else None, float(_logistic(odds)), ranked)

    def save(self, folder: Path) -> None:
        self.machines.save(folder, _NAME)
        (folder / f"{_NAME}-gate.json").write_text(json.dumps(asdict(self.gate)), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """Raises: StoredModelError."""
        name = f"{_NAME}-gate.json"
        try:
            held = json.loads((folder / name).read_text("utf-8"))
            a, b, c, d = map(float, held["confidence"])
            e, f = map(float, held["scope"])
            gate = Gate((a, b, c, d), (e, f), float(held["threshold"]))
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise StoredModelError(name, "confidence, scope and threshold") from fault
        return cls(linear.LinearModel.load(folder, _NAME), gate)


def _logistic(odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def _summary(scores: Floats, labels: Sequence[str]) -> tuple[float, float, float, list[int]]:
    """Best score, lead over the second, out-of-scope score (0 without one), intents by score."""
    order = [int(i) for i in np.argsort(-scores, kind="stable") if labels[i] != OUT_OF_SCOPE]
    best = float(scores[order[0]])
    second = float(scores[order[1]]) if len(order) > 1 else -1.0
    outside = float(scores[labels.index(OUT_OF_SCOPE)]) if OUT_OF_SCOPE in labels else 0.0
    return best, best - second, outside, order


def train(examples: Sequence[Example]) -> IntentModel:
    """Learn from examples labelled with intents, or `oos` where nothing fits.

    Raises: TooFewExamplesError.
    """
    texts = [read(example.text) for example in examples]
    labels = [example.label for example in examples]
    if len(set(labels) - {OUT_OF_SCOPE}) < 2:  # noqa: PLR2004  # a choice needs two
        raise TooFewExamplesError(len(labels), len(set(labels)))
    featuriser = features.fit(texts)
    rows = linear.matrix(featuriser, texts)
    names, weights, bias = linear.machines(rows, labels)
    machines = linear.LinearModel(
        names, featuriser, weights.astype(np.float16).astype(np.float32), bias
    )
    return IntentModel(machines, _gate(rows, np.asarray(labels)))


def _gate(rows: csr_matrix, labels: NDArray[np.str_]) -> Gate:
    summaries, is_right = _unseen(rows, labels)
    is_outside = labels == OUT_OF_SCOPE
    inside = ~is_outside
    confidence = _fit_logistic(summaries, is_right)
    if is_outside.any():
        kept = is_right | is_outside
        a, b, _ = _fit_logistic(summaries[kept][:, [0, 2]], inside[kept])
        loss = OPEN_WORLD_LOSS
    else:
        a, b, loss = 1.0, 0.0, CLOSED_WORLD_LOSS
    margin = summaries[is_right] @ np.array([a, 0.0, b])
    threshold = float(np.quantile(margin, loss)) if len(margin) else 0.0
    return Gate((confidence[0], confidence[1], confidence[2], confidence[3]), (a, b), threshold)


def _unseen(rows: csr_matrix, labels: NDArray[np.str_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Summaries (texts, 3) by machines that did not see the text, and whether they were right.

    A label too rare to stand in every fold makes its own text wrong, as it would be in life.
    """
    summaries = np.zeros((len(labels), 3))
    is_right = np.zeros(len(labels), dtype=bool)
    fold = _folds(labels)
    for number in range(_FOLDS):
        held = np.flatnonzero(fold == number)
        seen = np.flatnonzero(fold != number)
        if not len(held) or len(set(labels[seen])) < 2:  # noqa: PLR2004  # as in train
            continue
        names, weights, bias = linear.machines(rows[seen], [str(x) for x in labels[seen]])
        for i, scores in zip(held, np.asarray(rows[held] @ weights + bias), strict=True):
            best, lead, outside, order = _summary(scores, names)
            summaries[i] = best, lead, outside
            is_right[i] = names[order[0]] == labels[i]
    return summaries, is_right


def _folds(labels: NDArray[np.str_]) -> NDArray[np.int64]:
    """A fold a text: each label is dealt out in turn, after a fixed shuffle."""
    fold = np.zeros(len(labels), dtype=np.int64)
    shuffled = np.random.default_rng(_SEED).permutation(len(labels))
    dealt: dict[str, int] = {}
    for i in shuffled:
        label = str(labels[i])
        fold[i] = dealt.get(label, int(i)) % _FOLDS
        dealt[label] = int(fold[i]) + 1
    return fold


def _fit_logistic(columns: Floats, wanted: NDArray[np.bool_]) -> list[float]:
    """Coefficients and, last, the intercept; zeros where there is nothing to tell apart."""
    if wanted.all() or not wanted.any():
        return [0.0] * columns.shape[1] + [0.0]
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=100.0, max_iter=500).fit(columns, wanted)
    return [*map(float, fitted.coef_[0]), float(fitted.intercept_[0])]
