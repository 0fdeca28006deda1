"""Rules as data: patterns with a name and a reason, read from YAML and matched in folded text.

A rule fires where `pattern` is found and `unless`, if there is one, is not.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import yaml

from models.understanding.errors import RuleFileError

_FIELDS: Final = {"id", "pattern", "unless", "why"}


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    why: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None

    def fires(self, text: str) -> bool:
        if self.pattern.search(text) is None:
            return False
        return self.unless is None or self.unless.search(text) is None


def parse(name: str, entries: object) -> tuple[Rule, ...]:
    """Raises: RuleFileError."""
    if not isinstance(entries, Sequence) or isinstance(entries, str) or not entries:
        raise RuleFileError(name, "list", "at least one rule")
    rules = tuple(_rule(name, entry) for entry in entries)
    if len({rule.id for rule in rules}) != len(rules):
        raise RuleFileError(name, "id", "each id once")
    return rules


def _rule(name: str, entry: object) -> Rule:
    if not isinstance(entry, Mapping) or not {"id", "pattern", "why"} <= set(entry) <= _FIELDS:
        raise RuleFileError(name, "fields", "id, pattern, why and perhaps unless")
    if not all(isinstance(value, str) for value in entry.values()):
        raise RuleFileError(name, str(entry["id"]), "strings only")
    try:
        unless = re.compile(entry["unless"]) if "unless" in entry else None
        return Rule(entry["id"], entry["why"], re.compile(entry["pattern"]), unless)
    except re.error as fault:
        raise RuleFileError(name, entry["id"], "a regular expression") from fault


def shipped(name: str) -> dict[str, Any]:
    """A rule file of `data/`. Raises: RuleFileError."""
    source = resources.files("models.understanding").joinpath("data", name)
    held = yaml.safe_load(source.read_text("utf-8"))
    if not isinstance(held, dict) or held.get("version") != 1:
        raise RuleFileError(name, "version", "version 1")
    return held


def first(rules: Iterable[Rule], text: str) -> Rule | None:
    return next((rule for rule in rules if rule.fires(text)), None)
