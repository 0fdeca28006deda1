"""Replacing what was found: by placeholders, by masks, and back.

Pieces are joined once, from left to right, so no offset drifts. Literal text that looks like
a placeholder is taken as data, so a customer who types `[PERSON_1]` reads it back unchanged
and reaches no one's value.
"""

from collections.abc import Callable, Iterable
from typing import Literal

from compliance.pii.errors import BadFormError, BadSpanError
from compliance.pii.mask_formats import masked
from compliance.pii.placeholders import LITERAL, PLACEHOLDER, Ledger
from compliance.pii.types import SECRET_TYPES, Finding, MaskedText, RawText

Form = Literal["raw", "mask", "placeholder", "none"]


def to_placeholders(text: RawText, findings: Iterable[Finding], ledger: Ledger) -> MaskedText:
    """Working text for models, logs of shape and search: every finding a placeholder.

    Secrets get a bare marker and enter no ledger. Findings may come in any order.
    Raises: BadSpanError.
    """

    def replace(kind: str, value: str) -> str:
        return f"[{kind}]" if kind in SECRET_TYPES else ledger.placeholder(kind, value)

    def literal(gap: str) -> str:
        return PLACEHOLDER.sub(lambda m: ledger.placeholder(LITERAL, m.group()), gap)

    return MaskedText(_replaced(text, findings, replace=replace, gap=literal))


def to_mask(text: RawText, findings: Iterable[Finding]) -> str:
    """Text for a person who may not see originals: 138****5678, 张*, BIN and last four.

    Raises: BadSpanError.
    """
    return _replaced(text, findings, replace=masked, gap=lambda gap: gap)


def resolve(text: MaskedText, ledger: Ledger, form: Form) -> str:
    """Put values back in the form that the policy allows.

    raw: as typed; mask: per-type format; placeholder: unchanged; none: types only.
    Placeholders that the ledger does not hold stay as they are.
    Raises: BadFormError.
    """
    if form == "placeholder":
        return str(text)
    if form not in ("raw", "mask", "none"):
        raise BadFormError(form)

    def one(kind: str, name: str) -> str:
        value = ledger.value(name)
        if value is None:
            return name
        if form == "raw" or kind == LITERAL:
            return value
        return masked(kind, value) if form == "mask" else f"[{kind}]"

    return PLACEHOLDER.sub(lambda m: one(m["type"], m.group()), text)


def _replaced(
    text: str,
    findings: Iterable[Finding],
    *,
    replace: Callable[[str, str], str],
    gap: Callable[[str], str],
) -> str:
    pieces: list[str] = []
    done = 0
    for span in sorted(findings, key=lambda f: f.start):
        if not done <= span.start < span.end <= len(text):
            raise BadSpanError(span.start, span.end, len(text))
        pieces += [gap(text[done : span.start]), replace(span.type, text[span.start : span.end])]
        done = span.end
    return "".join(pieces) + gap(text[done:])
