"""What can go wrong while an answer is made."""


class AssistantError(Exception):
    """Base of this room's faults."""


class NotPendingError(AssistantError):
    """The message has its answer, or somebody else is making it."""
