"""Django's handle on the log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The append-only log and its tree."""

    name = "audit"
    label = "audit"
