"""What can go wrong at the door to the outside."""


class ChannelError(Exception):
    """Base of this room's faults."""


class IdentityError(ChannelError):
    """A token that says who the customer is does not hold; `reason` is a word for the trail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OverBudgetError(ChannelError):
    """Too much was sent; `retry_s` seconds until the next minute.

    is_first: the budget's first refusal of this minute, the one to be recorded: a log that
    took them all would have no end.
    """

    def __init__(self, retry_s: int, *, is_first: bool) -> None:
        super().__init__(f"retry in {retry_s} s")
        self.retry_s, self.is_first = retry_s, is_first


class NoSeatError(ChannelError):
    """As many streams are open as may be."""


class GoneError(ChannelError):
    """A conversation that can be read by nobody any more: erased, or not there."""
