"""Data subjects."""

from dataclasses import dataclass

from audit.events.base import Event


@dataclass(frozen=True, kw_only=True)
class SubjectCreated(Event, kind="privacy:subject:created"):
    """A data subject was made, with a key of its own."""


@dataclass(frozen=True, kw_only=True)
class SubjectErased(Event, kind="privacy:subject:erased"):
    """A data subject's key was destroyed."""
