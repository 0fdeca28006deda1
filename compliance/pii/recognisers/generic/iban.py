"""International bank account number.

Issuer: banks under ISO 13616. Format: country (2 letters), check (2 digits), BBAN of fixed
length per country; ISO 7064 MOD 97-10. presidio's recogniser logs the candidates that fail;
ours does not.
Example (published): DE89 3704 0044 0532 0130 00.
"""

import re
from collections.abc import Iterator

from compliance.pii.checkdigits import is_mod97
from compliance.pii.recognisers.base import (
    CHECKED,
    CHECKED_AND_LABELLED,
    LIKELY,
    Candidate,
    Recogniser,
)
from compliance.pii.recognisers.labelled import compact
from compliance.pii.view import Has, View

# The SWIFT IBAN registry, release 99: total length by country.
_REGISTRY = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 "
    "DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 "
    "HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 "
    "MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 "
    "RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 "
    "VA22 VG24 XK20 YE30 "
    "AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 "
    "MZ25 NE28 SN28 TD27 TG28"
)
_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _REGISTRY.split()}
_START = re.compile(r"(?i)(?<![0-9A-Z])[A-Z]{2} ?\d{2}(?=[ \-]?[0-9A-Z])")
_BODY = re.compile(r"(?i)[0-9A-Z]")
_NEAR = 12
_LABEL = re.compile(r"iban|account|账号|账户|汇款")


class IbanRecogniser(Recogniser):
    TYPES = ("IBAN_CODE",)
    NEEDS = Has.CODE | Has.LONG_NUMBER

    def candidates(self, view: View) -> Iterator[Candidate]:
        for match in _START.finditer(view.text):
            length = _LENGTHS.get(match.group()[:2].upper())
            end = _end_of(view.text, match.start(), length) if length else None
            if end is None or not view.is_free(match.start(), end):
                continue
            distance = view.label_distance(match.start(), _LABEL)
            if is_mod97(compact(view.text[match.start() : end])):
                score = CHECKED if distance is None else CHECKED_AND_LABELLED
                why = "registry length, MOD 97 holds"
            elif distance is not None and distance <= _NEAR:
                score, why = LIKELY, "registry length, labelled, MOD 97 fails"
            else:
                continue
            yield Candidate(match.start(), end, "IBAN_CODE", score, why, self.name, distance)


def _end_of(text: str, start: int, length: int) -> int | None:
    """Where `length` letters and digits from `start` end, single separators between them."""
    count, at, gap = 0, start, 0
    while at < len(text) and count < length:
        if text[at].isascii() and _BODY.match(text[at]):
            count, gap = count + 1, 0
        elif text[at] in " -" and gap == 0:
            gap = 1
        else:
            return None
        at += 1
    return at if count == length else None
