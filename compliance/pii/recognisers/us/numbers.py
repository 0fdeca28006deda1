"""Social security number and bank routing number.

SSN: Social Security Administration: area (not 000, 666, 9xx), group (not 00), serial (not
0000). Routing number: American Bankers Association, nine digits, weights 3-7-1.
Examples (never issued): 219-09-9999 (advertising), 021000021 (published routing number).
"""

import re

from compliance.pii.checkdigits import is_aba
from compliance.pii.recognisers.base import SHAPED
from compliance.pii.recognisers.labelled import Form, LabelledRecogniser
from compliance.pii.view import Has

_PLACEHOLDERS = ("123456789", "987654320", "078051120")


def _is_issuable(digits: str) -> bool:
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000":
        return False
    return len(set(digits)) > 1 and digits not in _PLACEHOLDERS


class UsSsnRecogniser(LabelledRecogniser):
    TYPES = ("US_SSN",)
    NEEDS = Has.LONG_NUMBER
    FORMS = (
        Form(
            "US_SSN",
            re.compile(
                r"(?<![\d-])\d{3}(?:-\d{2}-| \d{2} |\.\d{2}\.)\d{4}(?![\d-])|(?<!\d)\d{9}(?!\d)"
            ),
            re.compile(r"social security|\bssns?\b|\bss ?#|\bsocial\b|社会安全号"),
            "SSN",
            check=_is_issuable,
            reach=36,
        ),
        Form(
            "US_SSN",
            re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"),
            re.compile(r"social security|\bssns?\b"),
            "SSN with dashes",
            check=_is_issuable,
            bare=SHAPED,
        ),
    )


class UsBankNumberRecogniser(LabelledRecogniser):
    TYPES = ("US_BANK_NUMBER",)
    NEEDS = Has.LONG_NUMBER
    FORMS = (
        Form(
            "US_BANK_NUMBER",
            re.compile(r"(?<![\d-])\d{9}(?![\d-])"),
            re.compile(r"routing|\baba\b|\brtn\b"),
            "routing number",
            check=is_aba,
            reach=28,
        ),
        Form(
            "US_BANK_NUMBER",
            re.compile(r"(?<![\d-])\d{8,17}(?![\d-])"),
            re.compile(
                r"(?:checking|savings|us bank|u\.s\. bank)(?: account)?(?: number| no\.?| #)?[: ]*(?:is )?$"
            ),
            "checking or savings account",
            reach=40,
        ),
    )
