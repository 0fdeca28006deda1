"""Does the customer ask for a person? Rules, so that every yes and no can be explained.

Look-alikes ("人工费用", "is this an AI agent?") are cut out first; a wish beside one counts.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from models.understanding import rules
from models.understanding.rules import Rule

_FILE: Final = "handover.yaml"
# A rule looks at one message; what a person wants does not stand after pages of pasted text,
# and patterns cost time per character.
_LONGEST: Final = 6_000


@dataclass(frozen=True, slots=True)
class HandoverRules:
    lookalikes: tuple[Rule, ...]
    wants: tuple[Rule, ...]

    def reason(self, text: str) -> str | None:
        """The id of the rule that sees a wish for a person in a folded text, or None."""
        found = rules.first(self.wants, self.without_lookalikes(text))
        return found.id if found else None

    def without_lookalikes(self, text: str) -> str:
        """The first and last of a long text, with "#" where a look-alike stood."""
        if len(text) > _LONGEST:
            text = f"{text[: _LONGEST // 2]} {text[-_LONGEST // 2 :]}"
        for rule in self.lookalikes:
            text = rule.pattern.sub(" # ", text)
        return text


@cache
def handover_rules() -> HandoverRules:
    """Raises: RuleFileError."""
    held = rules.shipped(_FILE)
    return HandoverRules(
        lookalikes=rules.parse(_FILE, held.get("lookalikes")),
        wants=rules.parse(_FILE, held.get("wants")),
    )
