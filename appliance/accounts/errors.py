"""What can go wrong with people and accounts."""


class AccountError(Exception):
    """Base of this room's faults."""


class SignInRefusedError(AccountError):
    """A sign-in failed; `reason` is a word for the trail, never for the page."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
