"""Unified social credit code.

Issuer: State Administration for Market Regulation, GB 32100-2015. Format: 18 characters from
a 31-letter alphabet: registry, category, region (6 digits), organisation (9), MOD 31 check.
It names an organisation; for a sole trader that is a person.
Example (a published test value): 91110000600037341L.
"""

import re
from collections.abc import Iterator

from compliance.pii.checkdigits import is_gb32100
from compliance.pii.recognisers.base import (
    CHECKED,
    CHECKED_AND_LABELLED,
    LIKELY,
    Candidate,
    Recogniser,
)
from compliance.pii.view import Has, View

_CODE = re.compile(
    r"(?<![0-9A-Za-z])[1-9A-HJ-NP-RTUWXYa-hj-np-rtuwxy][0-9A-Za-z]\d{6}[0-9A-Za-z]{10}(?![0-9A-Za-z])"
)
_NEAR = 8
_LABEL = re.compile(r"信用代码|uscc|社会信用|税号|纳税人识别号|credit code|营业执照")


class CnUsccRecogniser(Recogniser):
    TYPES = ("CN_USCC",)
    NEEDS = Has.LONG_NUMBER

    def candidates(self, view: View) -> Iterator[Candidate]:
        for match in _CODE.finditer(view.text):
            distance = view.label_distance(match.start(), _LABEL)
            if is_gb32100(match.group().upper()):
                is_plain = match.group().isdigit()
                # All-digit codes pass MOD 31 by chance once in 31; they need the label.
                if is_plain and distance is None:
                    continue
                score = CHECKED if distance is None else CHECKED_AND_LABELLED
                why = "GB 32100: check character holds"
            elif distance is not None and distance <= _NEAR:
                score, why = LIKELY, "GB 32100: labelled, check character fails"
            else:
                continue
            yield Candidate(*match.span(), "CN_USCC", score, why, self.name, distance)
