"""What can go wrong in a conversation."""


class DeskError(Exception):
    """Base of this room's faults."""


class ConversationClosedError(DeskError):
    """The conversation has ended; a new one can be begun."""


class NotYoursError(DeskError):
    """Somebody else answers this conversation."""


class NotFoundError(DeskError):
    """Absent and forbidden look alike."""


class KeyReusedError(DeskError):
    """An Idempotency-Key came back with another body."""


class UnreadableTextError(DeskError):
    """A text that cannot be taken: empty, or longer than the limit."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"got {length} characters, want 1 to {limit}")
        self.length, self.limit = length, limit
