"""Shortcuts for tests that fill the log."""

from datetime import UTC, datetime

from django.db import transaction

from audit.actions import append
from audit.events import MessageReceived
from audit.sequencer import integrate_once
from tests.audit.test_checkpoint import SIGNERS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def write(count, **fields):
    """Commit `count` events and return their ids."""
    values = {"actor": "anonymous", "origin": "web:/chat/", "length": 3, "types": ()} | fields
    with transaction.atomic():
        return [append(MessageReceived(**values)) for _ in range(count)]


def integrate(as_role, folder=None):
    with as_role("sequencer"):
        return integrate_once(SIGNERS, NOW, folder=folder)
