"""What can go wrong with knowledge."""


class KnowledgeError(Exception):
    """Base of this room's faults."""


class BadArticleError(KnowledgeError):
    """An article that cannot be taken as it is; the message says what to change."""


class NotInStateError(KnowledgeError):
    """A version is not where this step begins."""


class SamePersonError(KnowledgeError):
    """Four eyes: the approver wrote the text."""
