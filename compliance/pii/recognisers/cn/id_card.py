"""Resident identity number.

Issuer: Ministry of Public Security; also residence permits of Hong Kong, Macau and Taiwan.
Format: 18 characters, GB 11643-1999: region (6), birth date (8), order (3), check digit
(ISO 7064 MOD 11-2, `X` for ten). First generation: 15 digits, two-digit year, no check.
Read: GB 11643-1999 s.3-4; State Council order 511 on the residence permits.
Examples (invented): 11010119900307867X has a bad check digit; 440308199901101512 a good one.
"""

import re
from collections.abc import Iterator
from datetime import date

from compliance.pii.checkdigits import is_gb11643
from compliance.pii.numbers import Number
from compliance.pii.recognisers.base import (
    CHECKED,
    CHECKED_AND_LABELLED,
    LABELLED,
    LIKELY,
    WEAK,
    Candidate,
    Recogniser,
)
from compliance.pii.recognisers.cn.regions import is_province, is_region
from compliance.pii.view import Has, View

LABEL = re.compile(
    r"身份证(?:件|号|明)?|身分证|证件号|身份号码?|公民号码|居住证|身份证号码"
    r"|\bid (?:card|no|number)|identity (?:card|number|no)|national id|\bid[:# ]|\bidcard|citizen id"
)
DISOWNED = re.compile(
    r"无效|未通过|不通过|校验失败|格式错误|示例|样例|invalid|订单|流水|快递|trace"
)
_MODERN, _NEAR = 18, 8
_OLDEST_YEAR = 1900
_NEWEST_YEAR = 2099


class CnIdCardRecogniser(Recogniser):
    """Check digit, date and region together are near-proof; without the digit a label must vouch."""

    TYPES = ("CN_ID_CARD",)
    NEEDS = Has.LONG_NUMBER

    def candidates(self, view: View) -> Iterator[Candidate]:
        for number in view.numbers:
            size = len(number.digits)
            if size not in (15, 18) or not number.has_even_gaps:
                continue
            if not view.is_free(number.start, number.end):
                continue
            found = self._modern(view, number) if size == _MODERN else self._first(view, number)
            if found:
                yield found

    def _modern(self, view: View, number: Number) -> Candidate | None:
        digits = number.digits
        if not digits[:17].isdigit() or not _is_date(digits[6:14]):
            return None
        distance = view.label_distance(number.start, LABEL)
        # Withdrawn prefectures are not all in the table: with a label the province will do.
        if not (is_region(digits[:6]) or (distance is not None and is_province(digits))):
            return None
        if is_gb11643(digits):
            score = CHECKED if distance is None else CHECKED_AND_LABELLED
            return self._found(number, score, "region, date and check digit hold", distance)
        if distance is None or distance > _NEAR or _is_disowned(view, number):
            return None
        # A mistyped number still gives away seventeen right digits.
        return self._found(number, LIKELY, "labelled; check digit fails", distance)

    def _first(self, view: View, number: Number) -> Candidate | None:
        digits = number.digits
        if not digits.isdigit() or not is_region(digits[:6]) or not _is_date("19" + digits[6:12]):
            return None
        distance = view.label_distance(number.start, LABEL)
        if distance is None and (_is_disowned(view, number) or len(number.shape) > 1):
            return None
        score = WEAK if distance is None else LABELLED
        return self._found(number, score, "15 digits: region and date hold", distance)

    def _found(self, number: Number, score: float, why: str, distance: int | None) -> Candidate:
        return Candidate(
            number.start, number.end, "CN_ID_CARD", score, f"GB 11643: {why}", self.name, distance
        )


def _is_date(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    try:
        date(year, month, day)
    except ValueError:
        return False
    return _OLDEST_YEAR <= year <= _NEWEST_YEAR


def _is_disowned(view: View, number: Number) -> bool:
    around = view.lower[max(0, number.start - 12) : number.end + 12]
    return DISOWNED.search(around) is not None
