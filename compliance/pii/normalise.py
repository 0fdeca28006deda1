"""One reading of a text: ASCII forms, digits, Simplified characters; exact way back.

Every character of the result stands for exactly one character of the raw text; some raw
characters (zero-width, controls) stand for nothing. So a span of the result maps to the raw
span from its first to its last character, hidden characters inside included.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from compliance.pii.types import RawText

# Where single characters have ASCII or unified equivalents; whole-BMP NFKC is slow to build
# and would also fold characters (ligatures, fractions) into several.
_FOLDED_RANGES = (
    (0x00A0, 0x00A1), (0x00B2, 0x00BA), (0x0660, 0x066A), (0x06F0, 0x06FA), (0x0966, 0x0970),
    (0x2000, 0x200B), (0x202F, 0x2030), (0x205F, 0x2060), (0x2070, 0x209D), (0x2460, 0x24EA),
    (0x2E80, 0x2FE0), (0x3000, 0x3001), (0xF900, 0xFB00), (0xFF01, 0xFFEF), (0x1D400, 0x1D800),
)  # fmt: skip
_HIDDEN = (
    *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065),
    *range(0x2066, 0x2070), *range(0xFE00, 0xFE10), 0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF,
)  # fmt: skip
# Cyrillic and Greek letters drawn like Latin ones.
_LOOKALIKES = dict(
    zip("АВЕКМНОРСТУХаеорсухіІјЅѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTYXaeopcyxiIjSsABEZHIKMNOPTYXo",
        strict=True)
)  # fmt: skip
_DASHES = "‐‑‒–—―−﹣"
_NUMERALS = dict(
    zip("〇零○洞一壹幺二贰弍三叁参四肆五伍六陆七柒拐八捌九玖勾", "0000111222333445566777889 99".replace(" ", ""),
        strict=True)
)  # fmt: skip
_NUMERAL_CHARS = "〇零○一壹幺二贰弍三叁四肆五伍六陆七柒八捌九玖"
# 洞拐勾 are radio digits, 参 a word: read as digits only beside 幺 or another plain numeral.
_SPOKEN_RUN = re.compile(
    f"(?:[{_NUMERAL_CHARS}\\d][ ,、，.。-]?){{3,}}[{_NUMERAL_CHARS}\\d]"
    f"|[{_NUMERAL_CHARS}洞拐勾\\d]{{6,}}"
)
_ANY_NUMERAL = re.compile(f"[{_NUMERAL_CHARS}]")
_LETTER_DIGITS = re.compile(r"(?<![0-9A-Za-z])[0-9OoIl|]{11,19}(?![0-9A-Za-z])")
_LETTER_DIGIT_MAP = str.maketrans("OoIl|", "00111")


@dataclass(frozen=True, slots=True)
class Normalised:
    """`at[i]` is the raw index of character i; None when nothing was removed."""

    text: str = field(repr=False)
    raw_length: int
    at: tuple[int, ...] | None

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw span of the non-empty span `[start, end)`."""
        if self.at is None:
            return start, end
        return self.at[start], self.at[end - 1] + 1


def _fold_table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for low, high in _FOLDED_RANGES:
        for code in range(low, high):
            folded = unicodedata.normalize("NFKC", chr(code))
            if len(folded) == 1 and folded != chr(code):
                table[code] = folded
            elif (digit := unicodedata.digit(chr(code), None)) is not None:
                table[code] = str(digit)
    table.update({ord(c): v for c, v in _LOOKALIKES.items()})
    table.update({ord(c): "-" for c in _DASHES})
    table.update({ord(c): v for c, v in _traditional_pairs()})
    table.update(dict.fromkeys(_HIDDEN))
    return table


def _traditional_pairs() -> list[tuple[str, str]]:
    """Character pairs of `data/traditional.txt`: Traditional form, Simplified form."""
    raw = resources.files("compliance.pii").joinpath("data/traditional.txt").read_text("utf-8")
    pairs = [p for line in raw.splitlines() if not line.startswith("#") for p in line.split()]
    return [(p[0], p[1]) for p in pairs]


@cache
def _tables() -> tuple[dict[int, str | None], re.Pattern[str]]:
    table = _fold_table()
    hidden = re.compile("[" + "".join(re.escape(chr(c)) for c in _HIDDEN) + "]")
    return table, hidden


def _read_numerals(text: str) -> str:
    """Spelt-out digits in runs of four or more become ASCII; shorter ones are words."""
    if not _ANY_NUMERAL.search(text):
        return text
    pieces: list[str] = []
    done = 0
    for run in _SPOKEN_RUN.finditer(text):
        spelt = "".join(_NUMERALS.get(c, c) for c in run.group())
        pieces += [text[done : run.start()], spelt]
        done = run.end()
    return "".join(pieces) + text[done:]


def normalise(raw: RawText | str) -> Normalised:
    """Fold a text for recognising.

    Returns: text of at most the raw length, and the map back.
    """
    if raw.isascii():
        text = raw
        at = None
    else:
        table, hidden = _tables()
        at = None
        if hidden.search(raw):
            at = tuple(i for i, c in enumerate(raw) if table.get(ord(c), "") is not None)
        text = _read_numerals(raw.translate(table))
    if "O" in text or "o" in text or "l" in text or "I" in text or "|" in text:
        text = _LETTER_DIGITS.sub(_letters_as_digits, text)
    return Normalised(text=text, raw_length=len(raw), at=at)


def _letters_as_digits(match: re.Match[str]) -> str:
    run = match.group()
    plain = sum(c.isdigit() for c in run)
    return run.translate(_LETTER_DIGIT_MAP) if plain * 2 >= len(run) else run
