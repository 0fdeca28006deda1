"""Faults of the rights of data subjects."""

from uuid import UUID


class PrivacyError(Exception):
    """Base of every fault raised here."""


class UnknownSubjectError(PrivacyError):
    def __init__(self, subject_id: UUID) -> None:
        super().__init__(f"data subject {subject_id}: got none, want one")
        self.subject_id = subject_id


class SubjectErasedError(PrivacyError):
    """The subject was erased, or is being erased."""

    def __init__(self, subject_id: UUID) -> None:
        super().__init__(f"data subject {subject_id}: got an erased one, want a living one")
        self.subject_id = subject_id


class NotErasedError(PrivacyError):
    """There is no certificate for what has not happened."""

    def __init__(self, subject_id: UUID) -> None:
        super().__init__(f"data subject {subject_id}: got a living one, want an erased one")
        self.subject_id = subject_id
