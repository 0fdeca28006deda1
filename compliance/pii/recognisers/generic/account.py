"""Bank account numbers and the last digits of a card or account.

Issuer: each bank. Format: 6 to 22 digits, no common check digit: only the label says so.
`CARD_LAST4` is the tail people use to name their card; with a name it identifies.
Examples (invented): 账号 0200 0011 0900 1234, account number 12345678, 尾号 8899.
"""

import re
from collections.abc import Iterator

from compliance.pii.recognisers.base import LABELLED, LIKELY, Candidate, Recogniser
from compliance.pii.view import Has, View

_ACCOUNT_LABEL = re.compile(
    r"(?:银行|对公|收款|付款|转入|转出|工资|存款|结算|还款|支付宝|我的|客户)?(?:账户号码|账户号|账户|账号|户头|存折号?)|(?:转账|汇款|打款|汇|转|打)(?:到|至|给|入)"
    r"|\baccounts?(?: ?(?:no|number|num|#))?\.?|\bacct\.?(?: ?(?:no|number|#))?|\ba/c(?: no)?|bank_account"
)
_VALUE = re.compile(r"(?<![\d.,])\d(?:[ \-]?\d){5,21}(?![.,]?\d)")
_BETWEEN = re.compile(
    r"[是为:：=#( 「“\"'.\[]*(?:is |to |no |number |ending )?[:# ]*(?:\w{0,6}银行)?[:： ]*$"
)
_LAST4 = re.compile(
    r"(?:尾号|末四位|后四位|后4位|末尾四位|卡尾|最后四位|最后4位)(?:数)?(?:字)?(?:是|为|:|：|\s){0,3}(\d{4})(?!\d)"
    r"|(?:ending|ends|end|finishing|terminating)(?: (?:in|with|on))?:? ?[*x.]*(\d{4})(?!\d)"
    r"|last (?:four|4)(?: digits?)?(?: of (?:my|the) (?:card|account))?(?: (?:is|are|being))?[: ]*(\d{4})(?!\d)"
    r"|(?<![\d*])\*{2,12} ?(\d{4})(?!\d)"
    r"|(?<!\d)(\d{4})(?: ?(?:结尾|尾号)(?:的)?)"
)
_NEAR = 4
_DATE_LIKE = re.compile(r"^(?:19|20)\d{2}[ \-](?:0?\d|1[0-2])[ \-]\d{1,2}$")


class AccountNumberRecogniser(Recogniser):
    TYPES = ("ACCOUNT_NUMBER", "CARD_LAST4")
    NEEDS = Has.DIGIT

    def candidates(self, view: View) -> Iterator[Candidate]:
        yield from self._tails(view)
        if Has.LONG_NUMBER not in view.has:
            return
        for match in _VALUE.finditer(view.text):
            found = self._account(view, match)
            if found:
                yield found

    def _account(self, view: View, match: re.Match[str]) -> Candidate | None:
        if not view.is_free(*match.span()) or _DATE_LIKE.match(match.group()):
            return None
        head = view.lower[max(0, match.start() - 30) : match.start()]
        label = next(reversed(list(_ACCOUNT_LABEL.finditer(head))), None)
        if label is None or not _BETWEEN.match(head[label.end() :]):
            return None
        distance = len(head) - label.end()
        score = LABELLED if distance <= _NEAR else LIKELY
        return Candidate(
            *match.span(), "ACCOUNT_NUMBER", score, "labelled digits", self.name, distance
        )

    def _tails(self, view: View) -> Iterator[Candidate]:
        for match in _LAST4.finditer(view.lower):
            start, end = match.span(match.lastindex or 0)
            why = "named as last four digits"
            yield Candidate(start, end, "CARD_LAST4", LABELLED, why, self.name, 0)
