"""Placeholders that stay the same within one conversation: `[PERSON_1]`.

A ledger belongs to one conversation and is stored sealed under the customer's key. The same
value, however spaced, gets the same placeholder, so the model can follow who is who.
"""

import json
import re
from collections.abc import Iterator

from compliance.pii.errors import LedgerFormatError
from compliance.pii.types import ALL_TYPES

LITERAL = "LITERAL"
"""Type of text that looked like a placeholder before we made any: a customer may type one."""

PLACEHOLDER = re.compile(
    r"\[(?P<type>"
    + "|".join(sorted((*ALL_TYPES, LITERAL), key=len, reverse=True))
    + r")_(?P<n>\d{1,6})\]"
)
_LOOSE = re.compile(r"[ \-./·_]")


class Ledger:
    """Values and their placeholders, in order of first appearance. Not for sharing between
    threads: one message of a conversation is handled at a time.
    """

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def placeholder(self, type_name: str, value: str) -> str:
        """The placeholder of a value, a new one if it was not seen before."""
        key = (type_name, _canonical(type_name, value))
        known = self._names.get(key)
        if known is not None:
            return known
        self._counts[type_name] = self._counts.get(type_name, 0) + 1
        name = f"[{type_name}_{self._counts[type_name]}]"
        self._names[key] = name
        self._values[name] = value
        return name

    def value(self, placeholder: str) -> str | None:
        """The value as first written; None for a placeholder that is not this ledger's."""
        return self._values.get(placeholder)

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __repr__(self) -> str:
        return f"Ledger({len(self._values)} values)"

    def to_json(self) -> bytes:
        """For sealing: `{"v":1,"values":[[placeholder, value], ...]}` in UTF-8."""
        body = {"v": 1, "values": [[name, value] for name, value in self._values.items()]}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, stored: bytes) -> "Ledger":
        """Raises: LedgerFormatError."""
        ledger = cls()
        try:
            body = json.loads(stored)
            if body["v"] != 1:
                raise LedgerFormatError(f"got ledger version {int(body['v'])}, want 1")
            for name, value in body["values"]:
                ledger._restore(name, value)
        except (ValueError, KeyError, TypeError) as fault:
            # The cause would quote the value: it is left out on purpose.
            raise LedgerFormatError(
                f"got {type(fault).__name__}, want a version 1 ledger"
            ) from None
        return ledger

    def _restore(self, name: str, value: str) -> None:
        match = PLACEHOLDER.fullmatch(name)
        if match is None or not isinstance(value, str):
            raise LedgerFormatError("got an entry that is no placeholder, want [TYPE_n]")
        kind = match["type"]
        self._values[name] = value
        self._names[kind, _canonical(kind, value)] = name
        self._counts[kind] = max(self._counts.get(kind, 0), int(match["n"]))


def _canonical(type_name: str, value: str) -> str:
    if type_name == LITERAL:
        return value
    if type_name in ("PERSON", "ADDRESS"):
        return " ".join(value.split()).casefold()
    return _LOOSE.sub("", value).casefold()
