"""Internet addresses, version 4 and 6.

Issuer: IANA; personal data when it is a visitor's (CJEU C-582/14; GB/T 35273 annex A).
Unspecified and loopback addresses name no one. A version string has the same form, so a word
such as `version` before it wins.
Examples (reserved): 203.0.113.7, 2001:db8::1.
"""

import ipaddress
import re
from collections.abc import Iterator

from compliance.pii.recognisers.base import LABELLED, SHAPED, Candidate, Recogniser
from compliance.pii.view import Has, View

_V4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d]|\.\d)")
_V6 = re.compile(
    r"(?i)(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?![\w:])"
)
_DOTS, _COLONS = 3, 2
_LABEL = re.compile(r"\bip(?:v[46])?\b|ip地址|地址|登录|login|address|server|host")
_VERSION = re.compile(r"版本|version|\bver\b|固件|firmware|release|build|\bv$|章节|section")


class IpAddressRecogniser(Recogniser):
    TYPES = ("IP_ADDRESS",)
    NEEDS = Has.NOTHING

    def candidates(self, view: View) -> Iterator[Candidate]:
        if Has.DIGIT in view.has and view.text.count(".") >= _DOTS:
            yield from self._judged(view, _V4)
        if view.text.count(":") >= _COLONS:
            yield from self._judged(view, _V6)

    def _judged(self, view: View, pattern: re.Pattern[str]) -> Iterator[Candidate]:
        for match in pattern.finditer(view.text):
            start, end = match.span()
            if not _is_somebodys(match.group()):
                continue
            distance = view.label_distance(start, _LABEL)
            version = view.label_distance(start, _VERSION, 12)
            if version is not None and (distance is None or version < distance):
                continue
            score = SHAPED if distance is None else LABELLED
            yield Candidate(start, end, "IP_ADDRESS", score, "parses", self.name, distance)


def _is_somebodys(value: str) -> bool:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return not (address.is_unspecified or address.is_loopback)
