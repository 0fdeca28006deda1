"""Signs that a person should know about at once, each with the rule that saw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from models.understanding import rules
from models.understanding.errors import RuleFileError
from models.understanding.rules import Rule

_FILE: Final = "risk.yaml"
FLAGS: Final = (
    "fraud", "self_harm", "legal_threat", "media_threat", "minor", "bereavement", "vulnerable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sign:
    """`rule` and `why` explain the flag; neither holds text of the customer."""

    flag: str
    rule: str
    why: str


def signs(text: str) -> tuple[Sign, ...]:
    """At most one sign a flag, in the order of FLAGS, for a folded and shortened text."""
    found = ((flag, rules.first(_by_flag()[flag], text)) for flag in FLAGS)
    return tuple(Sign(flag, rule.id, rule.why) for flag, rule in found if rule)


@cache
def _by_flag() -> dict[str, tuple[Rule, ...]]:
    held = rules.shipped(_FILE).get("flags")
    if not isinstance(held, Mapping) or set(held) != set(FLAGS):
        raise RuleFileError(_FILE, "flags", "each flag of risk.FLAGS once")
    return {flag: rules.parse(_FILE, held[flag]) for flag in FLAGS}
