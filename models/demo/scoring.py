"""Scores candidate sentences with the exported weights, as the engine does.

score(s | q) = (log P(s | q) - log P(s | empty question)) / tokens of s, nats.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.engine.backend import Backend, Limits
from models.engine.steps import Row

QUESTION, ANSWER = "<q>", "<a>"


class Scorer:
    """One loaded model; keeps the scores of sentences without a question."""

    def __init__(self, weights: Path, *, threads: int = 1) -> None:
        self.backend = Backend(weights, Limits(threads=threads, cells=512, sequences=1))
        self.nulls: dict[str, float] = {}

    def score(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Nats a token for each sentence, higher is better."""
        missing = [s for s in dict.fromkeys(sentences) if s not in self.nulls]
        self.nulls.update(zip(missing, self.log_p("", missing), strict=True))
        told = self.log_p(question, sentences)
        return [with_q - self.nulls[s] for with_q, s in zip(told, sentences, strict=True)]

    def log_p(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Mean log P of each sentence after "<q>question<a>"."""
        words = self.backend.vocabulary
        prefix = words.tokenise(f"{QUESTION}{words.neutral(question.strip())}{ANSWER}")
        self.backend.wipe()
        first = self.log_rows(prefix, 0, last_only=True)[0]
        return [self.one(words.tokenise(text), len(prefix), first) for text in sentences]

    def one(self, tokens: tuple[int, ...], start: int, first: np.ndarray) -> float:
        total = float(first[tokens[0]])
        if len(tokens) > 1:
            following = self.log_rows(tokens[:-1], start, last_only=False)
            total += float(following[np.arange(len(tokens) - 1), tokens[1:]].sum())
        self.backend.forget(0, start)
        return total / len(tokens)

    def log_rows(self, tokens: Sequence[int], start: int, *, last_only: bool) -> np.ndarray:
        """Log-probabilities (rows, vocabulary) after the tokens, or after the last one."""
        last = len(tokens) - 1
        rows = [
            Row(token, start + i, (0,), not last_only or i == last)
            for i, token in enumerate(tokens)
        ]
        logits = np.array(self.backend.decode(rows), dtype=np.float32)
        top = logits.max(axis=1, keepdims=True)
        return np.asarray(logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True)))
