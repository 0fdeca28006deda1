"""Digit sequences as people write them: in groups, with spaces, dashes or dots.

A run is a row of groups with at most three separator characters between them. A number is
any stretch of whole groups of a run whose digits, joined, have a length that some recogniser
asks for. Groups are never cut: a 32-digit trace id offers nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_GROUP = re.compile(r"\d+(?:[Xx](?![0-9A-Za-z]))?")
_SEPARATOR = re.compile(r"(?: {1,2}| ?[-._·/,、] ?)\Z")
_WIDEST_GAP = 3
_MAX_GROUPS = 8
_MAX_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Number:
    """Digits with their half-open span. `shape` is the length of each group."""

    start: int
    end: int
    digits: str = field(repr=False)
    shape: tuple[int, ...]
    gaps: tuple[str, ...]
    starts_run: bool
    ends_run: bool

    @property
    def is_whole_run(self) -> bool:
        return self.starts_run and self.ends_run

    @property
    def has_even_gaps(self) -> bool:
        """Whether one separator is used throughout; people do not mix them."""
        return len(set(self.gaps)) <= 1


@dataclass(slots=True)
class _Run:
    spans: list[tuple[int, int]]
    gaps: list[str]


def _runs(text: str) -> Iterator[_Run]:
    run: _Run | None = None
    last_end = -9
    for match in _GROUP.finditer(text):
        gap = text[last_end : match.start()] if run else ""
        if run and len(gap) <= _WIDEST_GAP and _SEPARATOR.match(gap):
            run.spans.append(match.span())
            run.gaps.append(gap)
        else:
            if run:
                yield run
            run = _Run([match.span()], [])
        last_end = match.end()
    if run:
        yield run


def numbers(text: str, *, shortest: int = 6) -> Iterator[Number]:
    """Every stretch of groups with `shortest` to 24 digits, in order of start."""
    for run in _runs(text):
        count = len(run.spans)
        for i in range(count):
            digits = ""
            for j in range(i, min(count, i + _MAX_GROUPS)):
                start, end = run.spans[j]
                digits += text[start:end]
                if len(digits) > _MAX_DIGITS:
                    break
                if len(digits) >= shortest:
                    yield _number(run, digits, (i, j))


def _number(run: _Run, digits: str, ends: tuple[int, int]) -> Number:
    first, last = ends
    spans = run.spans[first : last + 1]
    return Number(
        start=spans[0][0],
        end=spans[-1][1],
        digits=digits,
        shape=tuple(e - s for s, e in spans),
        gaps=tuple(run.gaps[first:last]),
        starts_run=first == 0,
        ends_run=last == len(run.spans) - 1,
    )
