"""A presidio recogniser that works on a shared `View` and says why.

`candidates(view)` is the fast way in, used by `engine.Detector`. `analyze(text, entities,
artifacts)` is presidio's, used by a stock `AnalyzerEngine`; it does the same work.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult

from compliance.pii.normalise import normalise
from compliance.pii.view import Has, View, view_of

CHECKED_AND_LABELLED = 1.0
CHECKED = 0.95
LABELLED = 0.85
SHAPED = 0.75
LIKELY = 0.65
WEAK = 0.55
"""Scores are ranks, not probabilities: below `WEAK` nothing is reported."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of the half-open span `[start, end)` of a normalised text.

    `label_distance` counts characters back to the word that names the type, if any.
    """

    start: int
    end: int
    type: str
    score: float
    why: str
    recogniser: str = ""
    label_distance: int | None = None


class Recogniser(EntityRecognizer):
    """Base of ours. Subclasses set TYPES and NEEDS and yield candidates."""

    TYPES: ClassVar[tuple[str, ...]]
    NEEDS: ClassVar[Has] = Has.NOTHING
    name: str

    def __init__(self, language: str = "zh") -> None:
        super().__init__(supported_entities=list(self.TYPES), supported_language=language)

    def load(self) -> None:
        """Nothing to load: tables are read when the module is imported."""

    def candidates(self, view: View) -> Iterable[Candidate]:
        raise NotImplementedError

    def analyze(
        self, text: str, entities: Sequence[str], nlp_artifacts: Any = None
    ) -> list[RecognizerResult]:
        """Presidio's entry point. Offsets are of `text`; explanations hold no text."""
        del nlp_artifacts
        normalised = normalise(text)
        view = view_of(normalised)
        if self.NEEDS not in view.has:
            return []
        wanted = set(entities or self.TYPES)
        found = [c for c in self.candidates(view) if c.type in wanted]
        return [self._result(c, *normalised.raw_span(c.start, c.end)) for c in found]

    def _result(self, found: Candidate, start: int, end: int) -> RecognizerResult:
        explanation = AnalysisExplanation(
            recognizer=self.name, original_score=found.score, textual_explanation=found.why
        )
        return RecognizerResult(
            found.type, start, end, found.score, explanation,
            {RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
             RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id},
        )  # fmt: skip


def checked_score(*, is_checked: bool, is_labelled: bool) -> float:
    """The score of a value by what speaks for it; 0 when nothing does."""
    if is_checked:
        return CHECKED_AND_LABELLED if is_labelled else CHECKED
    return LABELLED if is_labelled else 0.0
