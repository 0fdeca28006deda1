"""RFC 8785 JSON, restricted to what the log uses.

Two programs that agree on the values agree on the bytes. Numbers are
integers within +-(2^53 - 1), where IEEE doubles are exact: every JSON
reader then sees the number that was written. Floats are refused.
"""

import json
from collections.abc import Mapping

from audit.errors import CanonicalError

MAX_INTEGER = 2**53 - 1

_TYPE_NAMES = "object, array, string, integer, true, false or null"


def canonical_bytes(value: object) -> bytes:
    """Return the one canonical encoding of `value`, in UTF-8.

    Raises: CanonicalError on a float, a big integer, a lone surrogate, a
            key that is no string, or any other type.
    Source: RFC 8785 s.3.2; the escapes are those of `json` with
            `ensure_ascii=False`, which s.3.2.2.2 prescribes.
    """
    text = json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as fault:
        msg = "got a lone surrogate, want Unicode text"
        raise CanonicalError(msg) from fault


def _ordered(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            msg = f"got an integer of {value.bit_length()} bits, want at most 53"
            raise CanonicalError(msg)
        return int(value)
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    msg = f"got {type(value).__name__}, want {_TYPE_NAMES}"
    raise CanonicalError(msg)


def _utf16(key: object) -> bytes:
    """Sort key of RFC 8785 s.3.2.3: UTF-16 code units, big-endian."""
    if not isinstance(key, str):
        msg = f"got a key of type {type(key).__name__}, want a string"
        raise CanonicalError(msg)
    return key.encode("utf-16-be", "surrogatepass")
