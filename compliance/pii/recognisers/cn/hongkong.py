"""Hong Kong identity card.

Issuer: Immigration Department. Format: one or two letters, six digits, a check character
0-9 or A in brackets (MOD 11). Read: the published check-digit rule.
Examples (invented): A123456(3), AB987654(3).
"""

import re

from compliance.pii.checkdigits import is_hkid
from compliance.pii.recognisers.base import CHECKED
from compliance.pii.recognisers.labelled import Form, LabelledRecogniser
from compliance.pii.view import Has

_LABEL = re.compile(r"香港身份|身份证|hkid|hong kong id|identity card|港证|证件")


class HkIdRecogniser(LabelledRecogniser):
    TYPES = ("HK_ID",)
    NEEDS = Has.CODE
    FORMS = (
        Form(
            "HK_ID",
            re.compile(r"(?i)[A-Z]{1,2}\d{6} ?[(（][0-9A][)）]"),
            _LABEL,
            "Hong Kong identity card with brackets",
            check=is_hkid,
            bare=CHECKED,
        ),
        Form(
            "HK_ID",
            re.compile(r"(?i)[A-Z]{1,2}\d{6}[0-9A]"),
            _LABEL,
            "Hong Kong identity card",
            check=is_hkid,
        ),
    )
