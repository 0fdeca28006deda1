"""Problem details (RFC 9457): a fault that a caller can act on, and how it is spelt.

Nothing of the REST framework's views is needed here: its settings import what raises these.
"""


class ProblemError(Exception):
    """A fault that a caller can act on. status: HTTP; title and detail: shown as they are."""

    def __init__(self, status: int, title: str, detail: str = "", **extra: object) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.extra = status, title, detail, extra


def body(status: int, title: str, detail: str = "", **extra: object) -> dict[str, object]:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
