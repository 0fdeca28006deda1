"""How each type is shown to someone who may not see it whole.

PAN: first six and last four at most (PCI DSS 4.0.1 s.3.4.1). Phone 3 and 4, identity card 4
and 4, name surname only: JR/T 0171-2020 annex A and the market's habit. Secrets and short
values show nothing. A format never shows more than half of the letters and digits, PAN apart.
"""

import re
from collections.abc import Callable

from compliance.pii.recognisers.cn.names_data import name_words
from compliance.pii.types import SECRET_TYPES

_SHORTEST_PAN, _HALF_A_PAN, _MOBILE, _DOTS_IN_IPV4 = 14, 8, 11, 3
_HAN = re.compile(r"[\u4e00-\u9fff]")
_REGION = re.compile(
    r"^(?:.{2,8}?(?:省|自治区|特别行政区))?(?:.{2,8}?(?:自治州|市|州|盟))?(?:.{1,8}?(?:区|县|旗))?"
)


def _keep(head: int, tail: int) -> Callable[[str], str]:
    """Letters and digits but the first `head` and last `tail` become stars; other characters
    (spaces, dashes) go, so the grouping gives nothing away.
    """

    def show(value: str) -> str:
        plain = [c for c in value if c.isalnum()]
        if len(plain) < (head + tail) * 2 or not plain:
            return "*" * max(len(plain), 4)
        hidden = len(plain) - head - tail
        return "".join(plain[:head]) + "*" * hidden + "".join(plain[len(plain) - tail :])

    return show


def _card(value: str) -> str:
    digits = [c for c in value if c.isdigit()]
    if len(digits) < _SHORTEST_PAN:
        return "*" * max(len(digits) - 4, 4) + "".join(
            digits[-4:] if len(digits) > _HALF_A_PAN else []
        )
    return "".join(digits[:6]) + "*" * (len(digits) - 10) + "".join(digits[-4:])


def _phone(value: str) -> str:
    digits = [c for c in value if c.isdigit()]
    if len(digits) > _MOBILE and "".join(digits).startswith(("86", "0086")):
        digits = digits[-11:]
    if len(digits) >= _MOBILE:
        return "".join(digits[:3]) + "*" * (len(digits) - 7) + "".join(digits[-4:])
    return _keep(0, 3)("".join(digits))


def _person(value: str) -> str:
    if _HAN.search(value):
        compound = value[:2] in name_words().compound_surnames and value[2:] != ""
        return value[: 2 if compound else 1] + "*" * max(1, min(len(value) - 1 - compound, 2))
    return " ".join(word[0] + "***" for word in value.split())


def _email(value: str) -> str:
    local, at, domain = value.partition("@")
    if not at:
        return "****"
    return f"{local.strip()[:1]}***@{domain.strip()}"


def _address(value: str) -> str:
    region = _REGION.match(value)
    kept = region.group() if region else ""
    return kept[: len(value) // 2] + "****"


def _birth(value: str) -> str:
    return re.sub(r"[^\s/年月日号.,-]", "*", value)


def _ip(value: str) -> str:
    parts = value.split(".")
    return f"{parts[0]}.*.*.*" if value.count(".") == _DOTS_IN_IPV4 else "****"


_FORMATS: dict[str, Callable[[str], str]] = {
    "BANK_CARD": _card,
    "PHONE_NUMBER": _phone,
    "PERSON": _person,
    "EMAIL_ADDRESS": _email,
    "ADDRESS": _address,
    "BIRTH_DATE": _birth,
    "IP_ADDRESS": _ip,
    "CN_ID_CARD": _keep(4, 4),
    "CN_FOREIGN_PR_CARD": _keep(3, 4),
    "CN_USCC": _keep(4, 4),
    "IBAN_CODE": _keep(4, 4),
    "CN_PASSPORT": _keep(1, 3),
    "CN_HKMO_PERMIT": _keep(1, 3),
    "CN_TW_PERMIT": _keep(1, 2),
    "CN_DRIVER_LICENSE": _keep(2, 2),
    "VEHICLE_PLATE": _keep(2, 1),
    "ACCOUNT_NUMBER": _keep(0, 4),
    "US_BANK_NUMBER": _keep(0, 4),
    "US_SSN": _keep(0, 4),
    "CARD_LAST4": _keep(0, 9),
    "WECHAT_ID": _keep(1, 1),
    "QQ_ID": _keep(1, 2),
}
_DEFAULT = _keep(0, 2)


def masked(type_name: str, value: str) -> str:
    """The mask of one value. Unknown types show nothing."""
    if type_name in SECRET_TYPES:
        return f"[{type_name}]"
    return _FORMATS.get(type_name, _DEFAULT)(value)
