"""Choosing the next token from its logits. Pure: the same logits and seed, the same token."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """OpenAI's names. `temperature` 0 is greedy; `top_k` 0 and `top_p` 1 leave all tokens in."""

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    seed: int = 0


def log_softmax_at(rows: Logits, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """Natural log-probability of `tokens[i]` after `rows[i]`.

    rows: (k, vocabulary) logits; tokens: (k,). Exponentials in single precision, their sum in
    double.
    """
    return rows[np.arange(len(rows)), tokens].astype(np.float64) - log_normaliser(rows)


def log_normaliser(rows: Logits) -> NDArray[np.float64]:
    """log(sum(exp(row))) of each row. rows: (k, vocabulary)."""
    peak = rows.max(axis=1)
    shifted = np.exp(rows - peak[:, None])
    total: NDArray[np.float64] = np.log(shifted.sum(axis=1, dtype=np.float64)) + peak
    return total


class Sampler:
    """One stream's choices, with its own random numbers."""

    def __init__(self, settings: Sampling) -> None:
        self._settings = settings
        self._random = np.random.Generator(np.random.PCG64(settings.seed))

    def choose(self, logits: Logits, seen: list[int]) -> int:
        """Pick a token. logits: (vocabulary,), left unchanged; seen: tokens so far."""
        settings = self._settings
        values = logits.astype(np.float64)
        if settings.repeat_penalty != 1.0 and seen:
            _penalise(values, seen, settings.repeat_penalty)
        if settings.temperature <= 0.0:
            return int(values.argmax())
        order = np.argsort(-values, kind="stable")
        if settings.top_k > 0:
            order = order[: settings.top_k]
        scaled = values[order] / settings.temperature
        chances = np.exp(scaled - scaled[0])
        chances /= chances.sum()
        kept = _nucleus(chances, settings)
        chances = chances[:kept] / chances[:kept].sum()
        drawn = int(np.searchsorted(chances.cumsum(), self._random.random(), side="right"))
        return int(order[min(drawn, kept - 1)])


def _penalise(values: NDArray[np.float64], seen: list[int], penalty: float) -> None:
    """Keskar et al. 2019, s.4.1: divide positive logits, multiply negative ones."""
    tokens = np.unique(np.array(seen))
    picked = values[tokens]
    values[tokens] = np.where(picked > 0, picked / penalty, picked * penalty)


def _nucleus(chances: NDArray[np.float64], settings: Sampling) -> int:
    """How many of the tokens, most likely first, stay in; at least one."""
    kept = len(chances)
    if settings.top_p < 1.0:
        kept = int(np.searchsorted(chances.cumsum(), settings.top_p)) + 1
    if settings.min_p > 0.0:
        kept = min(kept, int((chances >= chances[0] * settings.min_p).sum()))
    return max(1, min(kept, len(chances)))
