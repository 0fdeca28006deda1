"""presidio's own recognisers inside ours: one line each, behind a cheap gate.

Only those that log no text, ask no network and check what they find. Their regular
expressions run when the gate's pattern is somewhere in the text, not on every message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from presidio_analyzer import PatternRecognizer
from presidio_analyzer.predefined_recognizers import ItFiscalCodeRecognizer

from compliance.pii.checkdigits import is_nric
from compliance.pii.recognisers.base import CHECKED, CHECKED_AND_LABELLED, Candidate, Recogniser
from compliance.pii.recognisers.labelled import Form, LabelledRecogniser
from compliance.pii.view import Has, View


@dataclass(frozen=True, slots=True)
class _Adoption:
    recogniser: PatternRecognizer
    name: str
    type: str
    gate: re.Pattern[str]
    label: re.Pattern[str]


_ADOPTIONS = (
    _Adoption(
        ItFiscalCodeRecognizer(supported_language="en"),
        "ItFiscalCodeRecognizer",
        "IT_FISCAL_CODE",
        re.compile(r"(?i)[A-Z]{6}[\dLMNP-V]{2}[A-Z]"),
        re.compile(r"codice fiscale|fiscal code|\bc\.?f\.?\b"),
    ),
)


class AdoptedRecogniser(Recogniser):
    """Takes only results that presidio raised to its top score: the check digit holds."""

    TYPES = tuple(a.type for a in _ADOPTIONS)
    NEEDS = Has.CODE

    def candidates(self, view: View) -> Iterator[Candidate]:
        for adopted in _ADOPTIONS:
            if not adopted.gate.search(view.text):
                continue
            for result in adopted.recogniser.analyze(view.text, [adopted.type], None):
                if result.score < 1.0 or not view.is_free(result.start, result.end):
                    continue
                distance = view.label_distance(result.start, adopted.label)
                score = CHECKED if distance is None else CHECKED_AND_LABELLED
                why = f"presidio {adopted.name}: check digit holds"
                yield Candidate(
                    result.start, result.end, adopted.type, score, why, self.name, distance
                )


class SgNricRecogniser(LabelledRecogniser):
    """Singapore NRIC/FIN. presidio has the form without the check letter; we add it.

    Issuer: Immigration & Checkpoints Authority. Example (invented): S1234567D.
    """

    TYPES = ("SG_NRIC",)
    NEEDS = Has.CODE
    FORMS = (
        Form(
            "SG_NRIC",
            re.compile(r"(?i)[STFGM]\d{7}[A-Z]"),
            re.compile(r"nric|\bfin\b|singapore|新加坡"),
            "NRIC or FIN",
            check=is_nric,
            bare=CHECKED,
            reach=28,
        ),
    )
