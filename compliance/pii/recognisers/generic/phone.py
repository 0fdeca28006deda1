"""Telephone numbers outside Greater China: `+` and country code, or a national form.

Issuer: ITU-T E.164 and national plans (NANP, Ofcom). Format: `+` and 7 to 15 digits in
groups; ten NANP digits in 3-3-4; UK numbers from 0. A bare row of digits is not enough
without a label.
Examples (reserved): +44 20 7946 0958, (202) 555-0143, 07700 900123.
"""

import re
from collections.abc import Iterator

from compliance.pii.recognisers.base import LABELLED, LIKELY, SHAPED, Candidate, Recogniser
from compliance.pii.view import Has, View

LABEL = re.compile(
    r"\bphone|\bmobile|\bcell|\btel\b|\bcall\b|\bnumbers?\b|whats ?app|\bfax\b|contact|\btext\b|\bring\b|\breach\b|answering at|messages to|\bdesk:|\bfax:"
    r"|手机|电话|联系"
)
_INTERNATIONAL = re.compile(
    r"(?<![\w+])(?:\+|00)(?!86)[1-9]\d{0,2}(?:[ \-.()]{0,3}\d){6,13}(?: ?(?:x|ext\.?) ?\d{1,5})?(?!\d)"
)
_NANP = re.compile(
    r"(?<![\w.+-])(?:1[ \-.])?(?:\(\d{3}\) ?|\d{3}[\-. /])\d{3}[\-. ]\d{4}"
    r"(?: ?(?:x|ext\.?|extension) ?\d{1,5})?(?![\w-]*\d)"
)
_UK = re.compile(
    r"(?<![\w.+-])\(?0(?:7\d{3}\)?[ \-]?\d{3}[ \-]?\d{3}|20\)?[ \-]?\d{4}[ \-]?\d{4}|1\d{2,3}\)?[ \-]?\d{3}[ \-]?\d{3,4}"
    r"|[38]\d{2}\)?[ \-]?\d{3}[ \-]?\d{4})(?!\d)"
)
_ANY = re.compile(
    r"(?<![\w.+-])\(?\d{2,5}\)?(?:[ \-./]\d{2,7}){1,4}(?:x\d{1,5})?(?![\w-]*\d)|(?<![\w.+-])\d{10}(?![\w-]*\d)"
)
_LABEL_AFTER = re.compile(r"^[ -]{0,2}\(?(?:office|mobile|mo\b|fax|cell|home|work|desk)")
_NOT_A_PHONE = re.compile(
    r"order|invoice|ref|ssn|social|card|account|iban|sort|id\b|订单|卡|账|单号|税|date|born|zip|\$|usd|eur"
)
_SIZES = range(6, 16)
_TOLL_FREE = re.compile(r"^\D*1?\D*(?:8(?:00|33|44|55|66|77|88)|0800|0808|0300|0345|0845)\D")


class ForeignPhoneRecogniser(Recogniser):
    TYPES = ("PHONE_NUMBER",)
    NEEDS = Has.LONG_NUMBER

    def candidates(self, view: View) -> Iterator[Candidate]:
        forms = (
            (_INTERNATIONAL, SHAPED, "E.164 form"),
            (_NANP, SHAPED, "NANP form"),
            (_UK, LIKELY, "UK national form"),
            (_ANY, 0.0, "labelled groups of digits"),
        )
        for pattern, bare, why in forms:
            for match in pattern.finditer(view.text):
                found = self._judge(view, match, bare, why)
                if found:
                    yield found

    def _judge(self, view: View, match: re.Match[str], bare: float, why: str) -> Candidate | None:
        start, end = match.span()
        size = sum(c.isdigit() for c in re.split(r"x|ext", match.group(), maxsplit=1)[0])
        if size not in _SIZES or _TOLL_FREE.match(match.group()):
            return None
        distance = view.label_distance(start, LABEL, 28)
        if distance is None and view.label_after(end, _LABEL_AFTER):
            distance = 1
        denied = view.label_distance(start, _NOT_A_PHONE, 16)
        if denied is not None and (distance is None or denied < distance):
            return None
        score = bare if distance is None else max(bare, LIKELY if not bare else LABELLED)
        if not score:
            return None
        return Candidate(start, end, "PHONE_NUMBER", score, why, self.name, distance)
