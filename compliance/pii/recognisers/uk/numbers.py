"""National Insurance number and bank sort code.

NINO: HM Revenue & Customs manual NIM39110: two letters (not D F I Q U V; second not O; not
BG GB NK KN TN NT ZZ), six digits, suffix A-D. Sort code: UK Finance, six digits in pairs; a
date has the same form, so it needs its label or its dashes and the word account.
Examples (invented): AB 12 34 56 C, 12-34-56.
"""

import re

from compliance.pii.recognisers.base import SHAPED
from compliance.pii.recognisers.labelled import Form, LabelledRecogniser
from compliance.pii.view import Has


class UkNinoRecogniser(LabelledRecogniser):
    TYPES = ("UK_NINO",)
    NEEDS = Has.CODE
    FORMS = (
        Form(
            "UK_NINO",
            re.compile(
                r"(?i)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"
            ),
            re.compile(r"national insurance|\bnino?\b|insurance number"),
            "NINO",
            bare=SHAPED,
            reach=28,
        ),
    )


class UkSortCodeRecogniser(LabelledRecogniser):
    TYPES = ("UK_SORT_CODE",)
    NEEDS = Has.DIGIT
    FORMS = (
        Form(
            "UK_SORT_CODE",
            re.compile(r"(?<![\d-])\d{2}[ \-]?\d{2}[ \-]?\d{2}(?![\d-])"),
            re.compile(r"sort ?code[ :#]*(?:is |of )?|\bs/?c\b:? ?"),
            "sort code",
            reach=18,
        ),
    )
