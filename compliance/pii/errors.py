"""Faults of this package. Messages carry offsets, counts and rule names, never text."""


class PiiError(Exception):
    """Base of every fault in `compliance.pii`."""


class BadSpanError(PiiError):
    """A span lies outside its text or overlaps the one before it."""

    def __init__(self, start: int, end: int, length: int) -> None:
        super().__init__(f"got span [{start}, {end}), want it ordered within [0, {length})")
        self.start = start
        self.end = end
        self.length = length


class UnknownTypeError(PiiError):
    """A type that is in no list of the contract; callers deny it."""

    def __init__(self, type_name: str) -> None:
        super().__init__(f"got type {type_name[:40]!r}, want one of the listed PII types")
        self.type = type_name


class LedgerFormatError(PiiError):
    """Stored placeholders cannot be read."""


class BadFormError(PiiError):
    """A form other than raw, mask, placeholder or none was asked for."""

    def __init__(self, form: str) -> None:
        super().__init__(f"got form {form[:20]!r}, want raw, mask, placeholder or none")


class RulePackError(PiiError):
    """A rule pack is malformed: names the pack and the field."""


class GuardBlocked(PiiError):  # noqa: N818 - an outcome that callers handle, not a fault
    """A rule forbids the rest of this answer; the offending bytes were not sent.

    `rule` is the rule's id and `citation` the article behind it; neither holds text.
    """

    def __init__(self, rule: str, citation: str) -> None:
        super().__init__(f"rule {rule} forbids this answer ({citation})")
        self.rule = rule
        self.citation = citation


class GuardFinishedError(PiiError):
    """A guard was fed after its end or after it blocked."""


class EvaluationFileError(PiiError):
    """An evaluation file is malformed: names the line, never its content."""

    def __init__(self, line: int, want: str) -> None:
        super().__init__(f"got a bad record on line {line}, want {want}")
        self.line = line
