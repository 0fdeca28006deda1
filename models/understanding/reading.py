"""One reading of a message for every small model: folded forms, no ids, no broken characters.

Folding (full-width forms, Traditional characters, look-alike letters) is the detector's own,
so that both see the same text.
"""

import re
from typing import Final

from compliance.pii.normalise import normalise
from compliance.pii.types import MaskedText

_PLACEHOLDER: Final = re.compile(r"\[([A-Z][A-Z0-9_]*?)(?:_\d+)?\]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LONG_NUMBER: Final = re.compile(r"\d[\d,.]{3,}")
_SPACE: Final = re.compile(r"\s+")
# Customers ask in the first lines; a pasted document must not cost seconds.
_HEAD_CHARS: Final = 3_000
_TAIL_CHARS: Final = 1_000


def folded(text: MaskedText | str) -> str:
    """The whole text, folded and in lower case, placeholders as `<type>` without their ids.

    Any string is accepted, lone surrogates included.
    """
    plain = _SURROGATE.sub(" ", text)
    plain = _PLACEHOLDER.sub(lambda m: f" <{m[1].lower()}> ", plain)
    return _SPACE.sub(" ", normalise(plain).text.lower()).strip()


def shortened(text: str) -> str:
    """At most 4,001 characters: the head, where the wish stands, and the tail."""
    if len(text) <= _HEAD_CHARS + _TAIL_CHARS:
        return text
    return f"{text[:_HEAD_CHARS]} {text[-_TAIL_CHARS:]}"


def read(text: MaskedText | str) -> str:
    """What the models see: `shortened` and `folded`, long numbers as `<number>`."""
    return _LONG_NUMBER.sub(" <number> ", folded(shortened(text)))
