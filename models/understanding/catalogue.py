"""The closed list of intents: `data/intents.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from models.understanding import rules
from models.understanding.errors import RuleFileError

_FILE: Final = "intents.yaml"
_FIELDS: Final = {"name", "topic", "zh", "en", "person"}


@dataclass(frozen=True, slots=True)
class Intent:
    """`person`: a person takes over at once, whatever the articles say."""

    name: str
    topic: str
    zh: str
    en: str
    person: bool


@cache
def intents() -> Mapping[str, Intent]:
    """By name, in the order of the file. Raises: RuleFileError."""
    entries = rules.shipped(_FILE).get("intents")
    if not isinstance(entries, list):
        raise RuleFileError(_FILE, "intents", "a list")
    found = [_intent(entry) for entry in entries]
    if len({intent.name for intent in found}) != len(found):
        raise RuleFileError(_FILE, "name", "each name once")
    return {intent.name: intent for intent in found}


def _intent(entry: object) -> Intent:
    if not isinstance(entry, Mapping) or not _FIELDS - {"person"} <= set(entry) <= _FIELDS:
        raise RuleFileError(_FILE, "fields", "name, topic, zh, en and perhaps person")
    return Intent(
        str(entry["name"]),
        str(entry["topic"]),
        str(entry["zh"]),
        str(entry["en"]),
        person=entry.get("person") is True,
    )
