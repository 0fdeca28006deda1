"""Personal numbers of member states, each with its check digit.

FR_NIR  INSEE: sex, year, month, department, commune, order, key 97 - n mod 97.
NL_BSN  RvIG: nine digits, elfproef. Common digits: only with a label.
PL_PESEL Dz.U. 2010 nr 217 poz. 1427: birth date with century in the month, weights 1-3-7-9.
DE_TAX_ID  BZSt, s.139b AO: eleven digits, ISO 7064 MOD 11,10.
ES_NIF  Real Decreto 1065/2007: eight digits and a letter mod 23; NIE from X, Y, Z.
Examples (invented): 1 84 12 76 451 089 46, 111222333, 44051401359, 86095742719, 12345678Z.
"""

import re
from collections import Counter
from datetime import date

from compliance.pii.checkdigits import (
    is_elfproef,
    is_iso7064_mod11_10,
    is_nif,
    is_nir,
    is_pesel,
)
from compliance.pii.recognisers.base import CHECKED
from compliance.pii.recognisers.labelled import Form, LabelledRecogniser
from compliance.pii.view import Has

_MOST_REPEATS = 3
_CENTURIES = {0: 1900, 1: 2000, 2: 2100, 3: 2200, 4: 1800}


def _is_pesel_with_date(digits: str) -> bool:
    month = int(digits[2:4])
    try:
        date(_CENTURIES[month // 20] + int(digits[:2]), month % 20, int(digits[4:6]))
    except ValueError:
        return False
    return is_pesel(digits)


def _is_tax_id(digits: str) -> bool:
    return max(Counter(digits[:10]).values()) <= _MOST_REPEATS and is_iso7064_mod11_10(digits)


class EuNumberRecogniser(LabelledRecogniser):
    TYPES = ("FR_NIR", "NL_BSN", "PL_PESEL", "DE_TAX_ID", "ES_NIF")
    NEEDS = Has.LONG_NUMBER
    FORMS = (
        Form(
            "FR_NIR",
            re.compile(
                r"(?i)[12378] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}"
            ),
            re.compile(r"s[ée]curit[ée] sociale|\bnir\b|\binsee\b|social security|n[°o]? ?ss\b"),
            "NIR",
            check=is_nir,
            bare=CHECKED,
            reach=32,
        ),
        Form(
            "NL_BSN",
            re.compile(
                r"(?<!\d)\d{3}[ .]?\d{3}[ .]?\d{3}(?!\d)|(?<!\d)\d{4}[ .]\d{2}[ .]\d{3}(?!\d)"
            ),
            re.compile(r"\bbsn\b|burgerservice|sofi|citizen service"),
            "BSN",
            check=is_elfproef,
            reach=32,
        ),
        Form(
            "PL_PESEL",
            re.compile(r"(?<![\d.])\d{11}(?!\d)"),
            re.compile(r"pesel"),
            "PESEL",
            check=_is_pesel_with_date,
            reach=28,
        ),
        Form(
            "DE_TAX_ID",
            re.compile(r"(?<![\d.])[1-9]\d(?: ?\d{3}){3}(?!\d)"),
            re.compile(r"steuer|idnr|\btax\b|\btin\b|德国税号|税号"),
            "Steuer-IdNr",
            check=_is_tax_id,
            reach=36,
        ),
        Form(
            "ES_NIF",
            re.compile(r"(?i)(?:\d{8}|[XYZ] ?-?\d{7})[ \-]?[A-HJ-NP-TV-Z]"),
            re.compile(r"\bnif\b|\bdni\b|\bnie\b|identidad|spanish"),
            "NIF or NIE",
            check=is_nif,
            bare=CHECKED,
            reach=28,
        ),
    )
