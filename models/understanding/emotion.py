"""The feeling of a customer's message: n-grams, a lexicon of feeling and its emphasis.

Used on customers' messages only, never on staff's (design.md s.6; EU AI Act art. 5(1)(f)).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from compliance.pii.types import MaskedText
from models.understanding import linear, rules
from models.understanding.errors import RuleFileError
from models.understanding.examples import Example
from models.understanding.features import BLOCKS
from models.understanding.reading import read

LABELS: Final = (
    "angry", "anxious", "disappointed", "confused", "urgent", "neutral", "satisfied", "grateful",
)  # fmt: skip
_NAME: Final = "emotion"
_LEXICON: Final = "lexicon.yaml"
_NEGATION: Final = re.compile(r"(不|没|没有|不太|不是很|不怎么|not|never|isn't|wasn't|n't)[\s]*$")
_SHOUTED: Final = re.compile(r"\b[A-Z]{4,}\b")
_NEGATION_CHARS: Final = 8


@cache
def _lexicon() -> tuple[tuple[str, re.Pattern[str]], ...]:
    held = rules.shipped(_LEXICON).get("lexicon")
    if not isinstance(held, dict) or set(held) != set(LABELS):
        raise RuleFileError(_LEXICON, "lexicon", "each label once")
    return tuple((label, _any_of([str(w) for w in held[label]])) for label in LABELS)


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(_pattern(w) for w in sorted(words, key=len, reverse=True)))


def _pattern(word: str) -> str:
    stem = re.escape(word.rstrip("*"))
    if not word[0].isascii():
        return stem
    return rf"\b{stem}" if word.endswith("*") else rf"\b{stem}(?![a-z])"


def feeling_grams(text: str) -> list[str]:
    """One gram a label hit, by label and by count, with negation told apart; and emphasis."""
    grams: list[str] = []
    for label, words in _lexicon():
        hits = [_signed(label, text, found.start()) for found in words.finditer(text)]
        grams += hits
        grams += [f"{hit}:some" for hit in set(hits)]
    grams += [f"mark:{mark}" for mark in ("!!", "??", "...", "!", "?", "<shouted>") if mark in text]
    return grams


def _signed(label: str, text: str, start: int) -> str:
    before = text[max(0, start - _NEGATION_CHARS) : start]
    return f"not:{label}" if _NEGATION.search(before) else f"is:{label}"


@dataclass(frozen=True)
class EmotionModel:
    machines: linear.LinearModel

    def label(self, text: MaskedText | str) -> str:
        """One of LABELS; a text without any known gram is neutral."""
        seen = _read(text)
        columns, _ = self.machines.featuriser.vector(seen)
        if not len(columns):
            return "neutral"
        return self.machines.labels[int(self.machines.scores(seen).argmax())]

    def save(self, folder: Path) -> None:
        self.machines.save(folder, _NAME)

    @classmethod
    def load(cls, folder: Path) -> "EmotionModel":
        """Raises: StoredModelError."""
        return cls(linear.LinearModel.load(folder, _NAME, splitters=_SPLITTERS))


_SPLITTERS: Final = (*BLOCKS, feeling_grams)


def _read(text: str) -> str:
    return f"{read(text)} <shouted>" if _SHOUTED.search(text) else read(text)


def train(examples: Sequence[Example]) -> EmotionModel:
    """Raises: TooFewExamplesError."""
    texts = [_read(example.text) for example in examples]
    labels = [example.label for example in examples]
    return EmotionModel(linear.train(texts, labels, splitters=_SPLITTERS))
