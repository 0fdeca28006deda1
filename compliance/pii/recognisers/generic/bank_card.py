"""Payment card number (PAN).

Issuer: banks under ISO/IEC 7812. Format: 12 to 19 digits, BIN first, Luhn check digit last.
Read: ISO/IEC 7812-1 annex B; BIN ranges in `bins.py`.
Examples (published test numbers): 4111111111111111, 6222021234567890128.
"""

import re
from collections.abc import Iterator

from compliance.pii.checkdigits import is_luhn
from compliance.pii.numbers import Number
from compliance.pii.recognisers.base import (
    CHECKED,
    CHECKED_AND_LABELLED,
    LABELLED,
    LIKELY,
    Candidate,
    Recogniser,
)
from compliance.pii.recognisers.cn.id_card import DISOWNED
from compliance.pii.recognisers.generic.bins import scheme_of
from compliance.pii.view import Has, View

LABEL = re.compile(
    r"银行卡|信用卡|储蓄卡|借记卡|贷记卡|卡号|工资卡|主卡|副卡|卡片|卡是|收款账号|收款卡|社保卡金融"
    r"|\bcards?\b|\bcard ?(?:no|number|#)|\bpan\b|visa|master ?card|amex|american express|unionpay"
)
_NOT_A_CARD = re.compile(
    r"订单|流水|单号|运单|快递|交易号|凭证号|发票|imei|设备|合同|保单|trace|order|tracking|"
    r"invoice|licen[cs]e|serial|reference|transaction id|ticket|序列号|编号|工单|驾驶证|驾照|社保|医保|护照|账户号|账号|account|policy"
)
_SHORTEST_UNSURE, _NEAR = 15, 10
_LENGTHS = range(12, 20)
_USUAL_GROUPS = re.compile(r"^4(?:,4)*(?:,[1-4])?$|^\d+$|^4,6,[45]$|^6,\d+$|^5,4,5,\d+$")


class BankCardRecogniser(Recogniser):
    """Luhn and a known BIN; a label stands in for one of the two, never for both."""

    TYPES = ("BANK_CARD",)
    NEEDS = Has.LONG_NUMBER

    def candidates(self, view: View) -> Iterator[Candidate]:
        for number in view.numbers:
            if len(number.digits) in _LENGTHS and number.digits.isdigit():
                found = self._judge(view, number)
                if found:
                    yield found

    def _judge(self, view: View, number: Number) -> Candidate | None:
        if not view.is_free(number.start, number.end) or not _is_written_as_card(number):
            return None
        scheme = scheme_of(number.digits)
        distance = view.label_distance(number.start, LABEL)
        denied = view.label_distance(number.start, _NOT_A_CARD, 12)
        if denied is not None and (distance is None or denied < distance):
            return None
        score, why = _score(number.digits, scheme, distance)
        if score == LIKELY and DISOWNED.search(view.lower[number.start - 12 : number.end + 12]):
            return None
        if not score:
            return None
        return Candidate(number.start, number.end, "BANK_CARD", score, why, self.name, distance)


def _is_written_as_card(number: Number) -> bool:
    shape = ",".join(map(str, number.shape))
    return number.has_even_gaps and _USUAL_GROUPS.match(shape) is not None


def _score(digits: str, scheme: str | None, distance: int | None) -> tuple[float, str]:
    is_luhn_right = is_luhn(digits)
    if is_luhn_right and scheme:
        score = CHECKED if distance is None else CHECKED_AND_LABELLED
        return score, f"{scheme} range, Luhn holds"
    if distance is None or len(digits) < _SHORTEST_UNSURE:
        return 0.0, ""
    if is_luhn_right:
        return LABELLED, "labelled, Luhn holds, range unknown"
    if scheme and distance <= _NEAR:
        # Fifteen right digits of a mistyped number are still the customer's card.
        return LIKELY, f"labelled, {scheme} range, Luhn fails"
    return 0.0, ""
