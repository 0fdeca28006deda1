"""What can go wrong at the door to the outside."""


class ChannelError(Exception):
    """Base of this room's faults."""


class IdentityError(ChannelError):
    """A token that says who the customer is does not hold; `reason` is a word for the trail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OverBudgetError(ChannelError):
    """Too much was sent; `retry_s` seconds until the next minute."""

    def __init__(self, retry_s: int) -> None:
        super().__init__(f"retry in {retry_s} s")
        self.retry_s = retry_s


class NoSeatError(ChannelError):
    """As many streams are open as may be."""


class GoneError(ChannelError):
    """A conversation that can be read by nobody any more: erased, or not there."""
