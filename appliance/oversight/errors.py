"""What can go wrong in the auditor's pages."""


class OversightError(Exception):
    """Base of this room's faults."""


class CannotExportError(OversightError):
    """No pack can be made now: nothing is signed yet, or the signing keys are missing."""
