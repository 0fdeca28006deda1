"""Every fault of this package. Messages hold names, line numbers and counts, never text."""


class UnderstandingError(Exception):
    """Base of every fault in `models.understanding`."""


class ExampleFileError(UnderstandingError):
    """A file of examples is malformed: names file and line, never its content."""

    def __init__(self, name: str, line: int, want: str) -> None:
        super().__init__(f"got a bad record in {name}, line {line}, want {want}")
        self.name = name
        self.line = line


class TooFewExamplesError(UnderstandingError):
    """Nothing can be learnt: at least two labels with two examples each are needed."""

    def __init__(self, examples: int, labels: int) -> None:
        super().__init__(f"got {examples} examples of {labels} labels, want two labels or more")
        self.examples = examples
        self.labels = labels


class StoredModelError(UnderstandingError):
    """A stored model is missing, incomplete or of another format; it is trained again."""

    def __init__(self, name: str, want: str) -> None:
        super().__init__(f"got an unusable {name}, want {want}")
        self.name = name


class RuleFileError(UnderstandingError):
    """A rule file does not follow its schema: names the file and the rule."""

    def __init__(self, name: str, rule: str, want: str) -> None:
        super().__init__(f"got a bad rule {rule[:40]!r} in {name}, want {want}")
        self.name = name
        self.rule = rule


class CatalogueError(UnderstandingError):
    """The list of intents and the examples disagree."""

    def __init__(self, name: str) -> None:
        super().__init__(f"got intent {name[:40]!r}, want one of data/intents.yaml")
        self.intent = name
