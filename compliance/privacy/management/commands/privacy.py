"""`privacy erase SUBJECT` and `privacy resume`."""

import json
import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.events import utc_text
from compliance.privacy.actions import erase_subject, finish_started_erasures
from compliance.privacy.errors import PrivacyError
from compliance.vault.errors import VaultError

_ORIGIN = "cli"


class Command(BaseCommand):
    help = "Erase a data subject for good, or complete erasures that a crash interrupted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Two words, each with --json."""
        words = parser.add_subparsers(dest="word", required=True)
        erase = words.add_parser("erase", help="destroy the subject's key; cannot be undone")
        erase.add_argument("subject", type=UUID, metavar="SUBJECT")
        resume = words.add_parser("resume", help="complete interrupted erasures")
        for each in (erase, resume):
            each.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: object, word: str, as_json: bool, **options: Any) -> None:
        """Exit 2 for an unknown subject or a vault that cannot be used."""
        actor = f"operator:{os.getuid()}"
        try:
            report = _erase(options["subject"], actor) if word == "erase" else _resume(actor)
        except (PrivacyError, VaultError) as fault:
            raise CommandError(str(fault), returncode=2) from fault
        if as_json:
            self.stdout.write(json.dumps(report))
            return
        for name, value in report.items():
            self.stdout.write(f"{name}: {value}")


def _erase(subject_id: UUID, actor: str) -> dict[str, object]:
    now = datetime.now(UTC)
    certificate = erase_subject(subject_id, actor=actor, origin=_ORIGIN, now=now)
    return {
        "state": "ok",
        "subject": str(certificate.subject_id),
        "keys": [str(key) for key in certificate.keys],
        "destroyed_at": utc_text(certificate.destroyed_at),
        "closed_from": utc_text(certificate.closed_from),
    }


def _resume(actor: str) -> dict[str, object]:
    return {"state": "ok", "completed": finish_started_erasures(actor=actor, origin=_ORIGIN)}
