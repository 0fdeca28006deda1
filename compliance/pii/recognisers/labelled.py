"""The common case: a fixed form that counts only near the word that names it.

Passports, policy numbers and messenger ids have no check digit; a letter and eight digits
alone is a part number. The label decides; the form says where the value ends.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from compliance.pii.recognisers.base import (
    CHECKED,
    CHECKED_AND_LABELLED,
    LABELLED,
    Candidate,
    Recogniser,
)
from compliance.pii.view import View


@dataclass(frozen=True, slots=True)
class Form:
    """`pattern` is the value; `label` names it within `reach` characters before.

    `check` gets the value in capitals without spaces and dashes. `bare` is the score without
    a label (0: not reported). `unless` is what, just before or after, makes it another thing.
    """

    type: str
    pattern: re.Pattern[str]
    label: re.Pattern[str]
    name: str
    check: Callable[[str], bool] | None = None
    bare: float = 0.0
    reach: int = 16
    unless: re.Pattern[str] | None = None


class LabelledRecogniser(Recogniser):
    """Runs its FORMS in order; a failed check digit ends a form's claim."""

    FORMS: ClassVar[tuple[Form, ...]]

    def candidates(self, view: View) -> Iterator[Candidate]:
        for form in self.FORMS:
            for match in form.pattern.finditer(view.text):
                found = self._judge(view, form, match)
                if found:
                    yield found

    def _judge(self, view: View, form: Form, match: re.Match[str]) -> Candidate | None:
        start, end = match.span(match.lastindex or 0)
        if not view.is_free(start, end):
            return None
        distance = view.label_distance(start, form.label, form.reach)
        if form.unless and _is_denied(view, form.unless, start, end):
            return None
        if form.check is None:
            score = LABELLED if distance is not None else form.bare
            passed = ""
        elif form.check(compact(match.group(match.lastindex or 0))):
            score = CHECKED_AND_LABELLED if distance is not None else form.bare and CHECKED
            passed = ", check digit holds"
        else:
            return None
        if not score:
            return None
        seen = "label" if distance is not None else "form alone"
        why = f"{form.name}: {seen}{passed}"
        return Candidate(start, end, form.type, score, why, self.name, distance)


def compact(value: str) -> str:
    """Capitals without the separators people type."""
    return re.sub(r"[ \-./()]", "", value).upper()


def _is_denied(view: View, unless: re.Pattern[str], start: int, end: int) -> bool:
    around = view.lower[max(0, start - 10) : start] + "\0" + view.lower[end : end + 8]
    return unless.search(around) is not None
