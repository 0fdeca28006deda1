"""The detector: one pass over one text.

It holds no state between calls and may be shared by threads. Findings carry offsets into
the text as given, types and reasons; nothing here logs.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from compliance.pii.allow import DEMO_BANK, AllowList
from compliance.pii.conflicts import Standing, settle
from compliance.pii.normalise import Normalised, normalise
from compliance.pii.recognisers.base import WEAK, Candidate, Recogniser
from compliance.pii.recognisers.catalogue import all_recognisers
from compliance.pii.types import Finding, RawText, Rejected
from compliance.pii.view import View, view_of


class Detector:
    """Recognisers, what is allowed, and the least score that counts."""

    def __init__(
        self,
        recognisers: Sequence[Recogniser] | None = None,
        *,
        allow: AllowList = DEMO_BANK,
        threshold: float = WEAK,
    ) -> None:
        self._recognisers = tuple(all_recognisers() if recognisers is None else recognisers)
        self._allow = allow
        self._threshold = threshold

    def find(self, text: RawText) -> list[Finding]:
        """Personal data and secrets of a text.

        Returns: findings by start, without overlap, half-open offsets into `text`.
        """
        normalised = normalise(text)
        view = view_of(normalised)
        standing = settle(self._candidates(view))
        return [_finding(s, normalised) for s in standing]

    def _candidates(self, view: View) -> Iterable[Candidate]:
        has = view.has
        for recogniser in self._recognisers:
            if recogniser.NEEDS not in has:
                continue
            for found in recogniser.candidates(view):
                if found.score < self._threshold:
                    continue
                if self._allow.is_allowed(found.type, view.text[found.start : found.end]):
                    continue
                yield found


def _finding(standing: Standing, normalised: Normalised) -> Finding:
    won = standing.winner
    start, end = normalised.raw_span(won.start, won.end)
    lost = tuple(_raw_rejected(r, normalised) for r in standing.lost)
    return Finding(start, end, won.type, won.score, won.recogniser, won.why, lost)


def _raw_rejected(lost: Rejected, normalised: Normalised) -> Rejected:
    start, end = normalised.raw_span(lost.start, lost.end)
    return Rejected(lost.type, start, end, lost.score, lost.recogniser, lost.because)


@cache
def detector() -> Detector:
    """The process-wide detector with the demo bank's allow-list."""
    return Detector()
