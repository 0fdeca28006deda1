"""Files of examples: JSONL, UTF-8, one `{"text", "<label field>"}` a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from models.understanding.errors import ExampleFileError

OUT_OF_SCOPE: Final = "oos"
_WANT: Final = "an object with two strings"


@dataclass(frozen=True, slots=True)
class Example:
    text: str = field(repr=False)
    label: str


def load(path: Path, *, label: str) -> tuple[Example, ...]:
    """Read a file; `label` names the field, blank lines are skipped.

    Raises: ExampleFileError, OSError.
    """
    return tuple(_records(path, label))


def _records(path: Path, label: str) -> Iterator[Example]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _record(line, label, path.name, number)


def _record(line: bytes, label: str, name: str, number: int) -> Example:
    try:
        found = json.loads(line)
    except ValueError as fault:
        raise ExampleFileError(name, number, "JSON in UTF-8") from fault
    if not isinstance(found, dict):
        raise ExampleFileError(name, number, _WANT)
    text, value = found.get("text"), found.get(label)
    if not isinstance(text, str) or not isinstance(value, str):
        raise ExampleFileError(name, number, f"{_WANT}: text and {label}")
    return Example(text, value)
