"""E-mail address.

Format: RFC 5321 dot-atom local part and a domain name of letters, digits and hyphens (IDN
labels as people write them). presidio's recogniser asks tldextract, which calls out at the
first address; the form alone is enough to mask, so we do not ask.
Examples (reserved domains): zhang.wei@example.com, li-na@mail.example.co.uk.
"""

import re
from collections.abc import Iterator

from compliance.pii.recognisers.base import CHECKED, LIKELY, Candidate, Recogniser
from compliance.pii.view import Has, View

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9](?:[A-Za-z0-9._%+\-']{0,62}[A-Za-z0-9_+\-])? ?@ ?"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9\-])"
)
_SPELT = re.compile(
    r"(?i)(?<![\w.])[a-z0-9](?:[a-z0-9._\-]{0,40}[a-z0-9])? ?(?:\(at\)|\[at\]|#|艾特) ?"
    r"(?:[a-z0-9\-]{1,40}(?:\.| ?(?:\(dot\)|\[dot\]|点) ?)){1,4}(?:com|net|org|cn|edu|gov|uk|de|hk|io|co)\b"
)


class EmailRecogniser(Recogniser):
    TYPES = ("EMAIL_ADDRESS",)
    NEEDS = Has.LATIN

    def candidates(self, view: View) -> Iterator[Candidate]:
        if Has.AT in view.has:
            for match in _EMAIL.finditer(view.text):
                start, end = match.span()
                yield Candidate(start, end, "EMAIL_ADDRESS", CHECKED, "RFC 5321 form", self.name)
        if any(mark in view.lower for mark in ("(at)", "[at]", "艾特")):
            for match in _SPELT.finditer(view.text):
                yield Candidate(
                    *match.span(), "EMAIL_ADDRESS", LIKELY, "at sign spelt out", self.name
                )
