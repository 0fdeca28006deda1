"""Faults of the demo model's data and files."""


class DemoModelError(Exception):
    """Base of this package's faults."""


class BadCorpusError(DemoModelError):
    """The articles and questions do not fit together."""


class BadWeightsError(DemoModelError):
    """Exported weights do not behave like the trained network."""
