"""What recognisers ask of a text, worked out once and shared."""

import re
from dataclasses import dataclass, field
from enum import Flag, auto
from functools import cached_property

from compliance.pii.normalise import Normalised
from compliance.pii.numbers import Number, numbers

_DIGIT = re.compile(r"\d")
_DIGIT_TEN = re.compile(r"\d(?:[ \-._·/,、]{0,3}\d){5}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CAPITAL = re.compile(r"[A-Z]")
_LATIN = re.compile(r"[A-Za-z]")
_CAPITAL_AND_DIGIT = re.compile(r"(?i)[A-Z]{1,4}[ -]?\d|\d[ -]?[A-Z]")


class Has(Flag):
    """Cheap facts; a recogniser that needs an absent one is not run."""

    NOTHING = 0
    DIGIT = auto()
    LONG_NUMBER = auto()
    HAN = auto()
    LATIN = auto()
    AT = auto()
    CODE = auto()
    COLON = auto()


@dataclass(frozen=True)
class View:
    """One normalised text. Frozen in use; the cached parts are built at most once."""

    text: str = field(repr=False)

    @cached_property
    def has(self) -> Has:
        text = self.text
        found = Has.NOTHING
        if _DIGIT.search(text):
            found |= Has.DIGIT
            if _DIGIT_TEN.search(text):
                found |= Has.LONG_NUMBER
        if not text.isascii() and _HAN.search(text):
            found |= Has.HAN
        if _LATIN.search(text):
            found |= Has.LATIN
            if _CAPITAL_AND_DIGIT.search(text):
                found |= Has.CODE
        if "@" in text:
            found |= Has.AT
        if ":" in text:
            found |= Has.COLON
        return found

    @cached_property
    def lower(self) -> str:
        """Lower case of equal length (some capitals lower to two characters)."""
        lowered = self.text.lower()
        return lowered if len(lowered) == len(self.text) else self.text

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        return tuple(numbers(self.text)) if Has.LONG_NUMBER in self.has else ()

    def label_distance(self, start: int, label: re.Pattern[str], reach: int = 24) -> int | None:
        """Characters between `start` and the nearest label before it; None without one."""
        before = self.lower[max(0, start - reach) : start]
        last = None
        for match in label.finditer(before):
            last = match
        return None if last is None else len(before) - last.end()

    def label_after(self, end: int, label: re.Pattern[str], reach: int = 12) -> bool:
        return label.search(self.lower[end : end + reach]) is not None

    def is_free(self, start: int, end: int) -> bool:
        """Whether no ASCII letter or digit touches the span: a code is not cut in two."""
        text = self.text
        left = text[start - 1] if start else " "
        right = text[end] if end < len(text) else " "
        return not (_is_word(left) or _is_word(right))


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def view_of(normalised: Normalised) -> View:
    return View(normalised.text)
