"""What looks like personal data and is the bank's own: lines, branches, products.

An installation adds its own entries; changing them is a four-eyes matter of the caller.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Numbering plan of MIIT for service lines, and toll-free numbers; not one person's.
_SERVICE_LINE = re.compile(
    r"(?:\+?86)?(?:400|800)\d{7}|95\d{3,6}|96\d{3,4}|100\d{2}|12\d{3}|1(?:10|12|14|17|19|20|22)"
    r"|8(?:00|33|44|55|66|77|88)\d{7}|0?800\d{6,7}|080[08]\d{6,7}|03\d{9}"
)
_LINE_TYPES = frozenset({"PHONE_NUMBER", "ACCOUNT_NUMBER", "QQ_ID"})


@dataclass(frozen=True, slots=True)
class AllowList:
    """Names are matched whole and without case; numbers by their digits."""

    names: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    def is_allowed(self, type_name: str, value: str) -> bool:
        """Whether a candidate is the bank's own and so not personal."""
        if type_name in _LINE_TYPES:
            digits = re.sub(r"\D", "", value)
            return digits in self.numbers or _SERVICE_LINE.fullmatch(digits) is not None
        folded = value.strip().casefold()
        if folded in self.names:
            return True
        is_place = type_name in ("PERSON", "ADDRESS")
        return is_place and any(name in folded or folded in name for name in self.names)


def allow_list(names: Iterable[str] = (), numbers: Iterable[str] = ()) -> AllowList:
    digits = (re.sub(r"\D", "", n) for n in numbers)
    return AllowList(frozenset(n.casefold() for n in names), frozenset(d for d in digits if d))


DEMO_BANK = allow_list(
    names=(
        "海湾银行", "海湾", "harbour bank", "harbour", "harbour daily", "harbour debit card",
        "harbour classic credit card", "harbour platinum credit card", "harbour personal loan",
        "harbour current account", "海湾天天利", "海湾借记卡", "海湾白金信用卡", "海湾个人贷款",
    ),
    numbers=("400-000-0188", "12378", "110"),
)  # fmt: skip
"""Harbour Bank, the invented bank of the demo."""
