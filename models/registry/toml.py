"""Writing the little of TOML that a manifest needs: the standard library only reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def dumps(table: Mapping[str, object]) -> str:
    """Write scalars and string lists first, then each list of dataclasses as [[tables]].

    Raises: TypeError for a type that a manifest does not have.
    """
    head, tail = [], []
    for key, value in table.items():
        if isinstance(value, Sequence) and value and hasattr(value[0], "__dataclass_fields__"):
            tail += [f"\n[[{key}]]\n{_pairs(row)}" for row in value]
        else:
            head.append(f"{key} = {_value(value)}\n")
    return "".join(head + tail)


def _pairs(row: object) -> str:
    names = [each.name for each in fields(row)]  # type: ignore[arg-type]  # checked by the caller
    return "".join(f"{name} = {_value(getattr(row, name))}\n" for name in names)


def _value(value: object) -> str:
    if isinstance(value, str):
        return '"' + "".join(map(_character, value)) + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise TypeError(f"got {type(value).__name__}, want text, a number, a date or a list")


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    # TOML 1.0: control characters other than tab must be escaped.
    if character < " " or character == "\x7f":
        return f"\\u{ord(character):04x}"
    return character
