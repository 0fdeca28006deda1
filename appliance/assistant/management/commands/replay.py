"""`manage.py replay MESSAGE_ID`: would the box say the same today, and if not, what changed?"""

import json
import os
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from appliance.assistant.engine import engine
from appliance.assistant.replay import replay
from appliance.desk.errors import NotFoundError
from compliance.vault.errors import VaultError


class Command(BaseCommand):
    """The command only translates."""

    help = "Derive one of the assistant's answers again from its sealed evidence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("message", type=UUID, metavar="MESSAGE_ID")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: object, message: UUID, as_json: bool, **_options: Any) -> None:
        try:
            found = replay(message, engine=engine(), actor=f"operator:{os.getuid()}", origin="cli")
        except NotFoundError as fault:
            raise CommandError(
                "got an id without evidence, want an answer's id", returncode=2
            ) from fault
        except VaultError as fault:
            raise CommandError(f"the evidence does not open: {type(fault).__name__}") from fault
        if as_json:
            self.stdout.write(json.dumps(asdict(found), default=str))
        else:
            same = "the same answer" if found.same else "another answer"
            self.stdout.write(f"{same}; changed: {', '.join(found.changed) or 'nothing'}")
        if not found.same:
            raise SystemExit(1)
