"""What the stages of a reply hand to one another. Values only; no rule, no database."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from appliance.knowledge.queries import Passage, Sentence
from compliance.pii.types import MaskedText
from models.understanding.reader import Understanding

Outcome = Literal["model", "rules", "refused", "handover", "withheld", "greeting"]


@dataclass(frozen=True)
class Question:
    """A customer's message on its way through the pipeline."""

    message_id: UUID
    conversation_id: UUID
    subject_id: UUID
    language: str
    working: MaskedText


@dataclass(frozen=True)
class Ranked:
    """A sentence with the scores that chose it.

    article, total: probabilities that its article, and that it itself, is the right one;
    model: log-likelihood ratio per token, None where no model answered.
    """

    sentence: Sentence
    passage: Passage
    article: float
    total: float
    model: float | None


@dataclass(frozen=True)
class Composed:
    """An answer before the guard: sentences in the order to be read, and how it came about."""

    outcome: Outcome
    chosen: tuple[Ranked, ...]
    ranked: tuple[Ranked, ...]
    prompt_digest: bytes
    model_digest: bytes | None
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class Reading:
    """What was understood and found, kept for the evidence record."""

    question: Question
    understanding: Understanding
    passages: tuple[Passage, ...]


@dataclass
class Clock:
    """Microseconds by stage."""

    stages: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter_ns()
        try:
            yield
        finally:
            spent = (time.perf_counter_ns() - began) // 1000
            self.stages[name] = self.stages.get(name, 0) + spent
