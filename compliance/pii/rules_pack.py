"""Rule packs for answers: data with the article that stands behind each rule.

A rule has `any` patterns (one suffices), `unless` patterns looked for in the same sentence,
and an action: `block` withholds the rest of the answer, `append` adds the notice unless one of
`satisfied` stands somewhere in the answer. Deterministic: the same text, the same hits.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, cast

import yaml

from compliance.pii.errors import RulePackError
from compliance.pii.normalise import normalise

LONGEST_MATCH = 64
"""Characters; a guard that holds this many back sees every match whole."""

_KINDS = frozenset({"promise", "pressure", "secrets_request", "risk_notice"})
_ACTIONS = frozenset({"block", "append"})
_SENTENCE_END = re.compile(r"[。！？!?\n]|\.(?=\s|$)")
_SHIPPED = ("finance-zh.yaml", "finance-en.yaml")


@dataclass(frozen=True, slots=True)
class Rule:
    """One forbidden or required thing. `citation` is law, article and its words."""

    id: str
    kind: str
    action: str
    language: str
    citation: str
    patterns: re.Pattern[str] = field(repr=False)
    unless: re.Pattern[str] | None = field(repr=False, default=None)
    satisfied: re.Pattern[str] | None = field(repr=False, default=None)
    notice: str = ""


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule and the half-open span of the text where it applies."""

    rule: Rule
    start: int
    end: int


def load_pack(text: str) -> tuple[Rule, ...]:
    """Parse and check one YAML pack. Raises: RulePackError."""
    try:
        pack = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise RulePackError("got no YAML, want a rule pack") from fault
    if not isinstance(pack, dict) or pack.get("version") != 1 or "rules" not in pack:
        raise RulePackError("got no version 1 pack, want version, name, language, rules")
    rules = tuple(_rule(entry, str(pack.get("language", ""))) for entry in pack["rules"])
    if len({rule.id for rule in rules}) != len(rules):
        raise RulePackError(f"pack {pack.get('name')}: got an id twice, want unique ids")
    return rules


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """The packs of the product, Chinese and English."""
    folder = resources.files("compliance.pii").joinpath("rules")
    return tuple(
        rule for name in _SHIPPED for rule in load_pack(folder.joinpath(name).read_text("utf-8"))
    )


def _rule(entry: Mapping[str, Any], language: str) -> Rule:
    name = str(entry.get("id", "without id"))
    citation = entry.get("citation")
    if entry.get("kind") not in _KINDS or entry.get("action") not in _ACTIONS:
        raise RulePackError(f"rule {name}: got an unlisted kind or action")
    if not isinstance(citation, dict) or not {"law", "article", "text"} <= citation.keys():
        raise RulePackError(f"rule {name}: want a citation with law, article and text")
    if entry["action"] == "append" and not entry.get("notice"):
        raise RulePackError(f"rule {name}: want a notice to append")
    patterns = _joined(name, entry.get("any"))
    if patterns is None:
        raise RulePackError(f"rule {name}: want at least one pattern under any")
    return Rule(
        id=name,
        kind=entry["kind"],
        action=entry["action"],
        language=language,
        citation=f"{citation['law']} {citation['article']}",
        patterns=patterns,
        unless=_joined(name, entry.get("unless")),
        satisfied=_joined(name, entry.get("satisfied")),
        notice=str(entry.get("notice", "")),
    )


def _joined(rule: str, patterns: Sequence[str] | None) -> re.Pattern[str] | None:
    if not patterns:
        return None
    try:
        return re.compile("|".join(f"(?:{p})" for p in cast("list[str]", patterns)), re.IGNORECASE)
    except (re.error, TypeError) as fault:
        raise RulePackError(f"rule {rule}: got a pattern that does not compile") from fault


def check_text(text: str, rules: Iterable[Rule]) -> list[RuleHit]:
    """Every rule that a whole text breaks, a missing notice included, by start."""
    folded = normalise(text)
    hits = list(forbidden_hits(folded.text, rules))
    hits += [
        RuleHit(r, len(folded.text), len(folded.text)) for r in missing_notices(folded.text, rules)
    ]
    spans = [
        (folded.raw_span(h.start, h.end) if h.end > h.start else (len(text),) * 2) for h in hits
    ]
    raw = [RuleHit(h.rule, s, e) for h, (s, e) in zip(hits, spans, strict=True)]
    return sorted(raw, key=lambda h: (h.start, h.rule.id))


def forbidden_hits(folded: str, rules: Iterable[Rule]) -> Iterable[RuleHit]:
    """Spans of a normalised text that blocking rules forbid."""
    for rule in rules:
        if rule.action != "block":
            continue
        for match in rule.patterns.finditer(folded):
            if rule.unless is None or not rule.unless.search(_sentence(folded, match)):
                yield RuleHit(rule, *match.span())


def missing_notices(folded: str, rules: Iterable[Rule]) -> list[Rule]:
    """Rules whose notice the whole normalised text calls for and lacks."""
    return [
        rule
        for rule in rules
        if rule.action == "append"
        and rule.patterns.search(folded)
        and not (rule.satisfied and rule.satisfied.search(folded))
    ]


def _sentence(text: str, match: re.Match[str]) -> str:
    start = 0
    for end in _SENTENCE_END.finditer(text, 0, match.start()):
        start = end.end()
    after = _SENTENCE_END.search(text, match.end())
    return text[start : after.end() if after else len(text)]
