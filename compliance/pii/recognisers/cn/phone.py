"""Telephone numbers of mainland China, Hong Kong, Macau and Taiwan.

Issuer: MIIT numbering plan (YD/T 1.5). Mobile: 11 digits, 13x-19x. Landline: area code
(010, 02x, three-digit trunk with 0) and 7 or 8 digits, perhaps an extension.
Never personal: 400/800 numbers, 95xxx, 96xxx, 100xx, 12xxx and the bank's own lines.
Examples (invented): 138 0013 8000, 010-88886666 转 802, +86 13800138000.
"""

import re
from collections.abc import Iterator

from compliance.pii.numbers import Number
from compliance.pii.recognisers.base import LABELLED, SHAPED, WEAK, Candidate, Recogniser
from compliance.pii.view import Has, View

LABEL = re.compile(
    r"手机|电话|联系方式|联系我|致电|拨打|来电|座机|固话|传真|短信|绑定|预留"
    r"|\bphone|\bmobile|\bcell|\btel\b|\bcall\b|\bnumber\b|whats ?app|\bfax\b|contact|\btext me|\bsms\b"
)
_NOT_A_PHONE = re.compile(
    r"订单|流水|单号|运单|交易号|凭证|发票|编号|账号|卡号|保单|合同|qq|order|invoice|tracking|serial"
    r"|account|工单|代码|金额"
)
_DIGITS = 11
_MOBILE = re.compile(r"(?:00?86)?1(?:3\d|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])\d{8}")
_MOBILE_SHAPES = {
    (11,), (3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (5, 6), (3, 3, 5), (4, 4, 3), (3, 2, 2, 2, 2),
    (3, 2, 3, 3), (6, 5), (2, 3, 3, 3), (3, 3, 3, 2), (2,) * 5 + (1,), (1,) * 11, (3, 2, 2, 4),
}  # fmt: skip
_LANDLINE = re.compile(
    r"(?<![\d.-])(?:\+?0?0?86[ -]?)?\(?(?:0(?:10|2\d|[3-9]\d{2}))\)?[ -]?[2-8]\d{2,3}[ -]?\d{4}"
    r"(?:(?: ?转 ?| ?分机 ?| ?ext\.? ?|[-#])\d{1,5})?(?![\d.-]*\d)"
)
_BARE_LANDLINE = re.compile(r"(?<![\d.-])[2-8]\d{2,3}-?\d{4}(?![\d.-]*\d)")
_BARE_LABEL = re.compile(r"(?:座机|固话|家里电话|办公电话|单位电话|电话)[号码是为:： ]{0,5}$")
_OVERSEAS = re.compile(
    r"(?<![\d+])\+?(?:00)?(?:852[ -]?[2-9]\d{3}[ -]?\d{4}|853[ -]?6\d{3}[ -]?\d{4}"
    r"|886[ -]?0?9\d{2}[ -]?\d{3}[ -]?\d{3})(?!\d)"
)
_TAIWAN = re.compile(r"(?<!\d)09\d{2}[ -]?\d{3}[ -]?\d{3}(?!\d)")
_PREFIX = re.compile(r"(?:\(?\+? ?86\)?|\(?0086\)?)[ -]?$")


class CnPhoneRecogniser(Recogniser):
    TYPES = ("PHONE_NUMBER",)
    NEEDS = Has.LONG_NUMBER

    def candidates(self, view: View) -> Iterator[Candidate]:
        for number in view.numbers:
            found = self._mobile(view, number)
            if found:
                yield found
        yield from self._landlines(view)

    def _mobile(self, view: View, number: Number) -> Candidate | None:
        digits, shape = number.digits, number.shape
        if digits.startswith(("86", "0086", "086")) and len(digits) > _DIGITS:
            digits, shape = digits[-11:], shape[1:] if len(shape) > 1 else (11,)
        if len(digits) != _DIGITS or not _MOBILE.fullmatch(digits) or shape not in _MOBILE_SHAPES:
            return None
        if not number.has_even_gaps and len(set(number.gaps[1:])) > 1:
            return None
        start = number.start
        if not view.is_free(start, number.end) and not _is_glued_to_label(view, start, number.end):
            return None
        distance = view.label_distance(start, LABEL)
        denied = view.label_distance(start, _NOT_A_PHONE, 8)
        if denied is not None and (distance is None or denied < distance):
            return None
        prefix = _PREFIX.search(view.text[max(0, start - 8) : start])
        if prefix:
            start -= len(prefix.group())
        elif view.text[start - 1 : start] == "+" and number.digits.startswith("86"):
            start -= 1
        score = SHAPED if distance is None else LABELLED
        return Candidate(
            start, number.end, "PHONE_NUMBER", score, "mobile range", self.name, distance
        )

    def _landlines(self, view: View) -> Iterator[Candidate]:
        for pattern, why in ((_LANDLINE, "area code and number"), (_OVERSEAS, "852/853/886")):
            for match in pattern.finditer(view.text):
                distance = view.label_distance(match.start(), LABEL)
                score = SHAPED if distance is None else LABELLED
                yield self._line(match.span(), score, why, distance)
        for match in _TAIWAN.finditer(view.text):
            if (distance := view.label_distance(match.start(), LABEL)) is not None:
                yield self._line(match.span(), LABELLED, "Taiwan mobile", distance)
        for match in _BARE_LANDLINE.finditer(view.text):
            if _BARE_LABEL.search(view.text[max(0, match.start() - 10) : match.start()]):
                yield self._line(match.span(), WEAK, "labelled local number", 1)

    def _line(
        self, span: tuple[int, int], score: float, why: str, distance: int | None
    ) -> Candidate:
        return Candidate(*span, "PHONE_NUMBER", score, why, self.name, distance)


def _is_glued_to_label(view: View, start: int, end: int) -> bool:
    """`tel13800138000` is a number; `SF13800138000` is a parcel."""
    head = view.lower[max(0, start - 8) : start]
    tail = view.text[end : end + 1]
    if tail.isascii() and tail.isalnum():
        return False
    return re.search(r"(?:tel|phone|mobile|cell|mob|fax|no|call)\.?$", head) is not None
