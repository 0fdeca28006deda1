"""`manage.py knowledge import FILE…`: load articles, by the actions that people use."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from appliance.accounts.models import Account, Person
from appliance.knowledge.errors import KnowledgeError
from appliance.knowledge.imports import import_articles, read_drafts


class Command(BaseCommand):
    """The command only translates."""

    help = "Import articles from JSON lines, drafted by one person and published by another."

    def add_arguments(self, parser: ArgumentParser) -> None:
        tasks = parser.add_subparsers(dest="task", required=True)
        importing = tasks.add_parser("import", help="import articles")
        importing.add_argument("files", nargs="+", type=Path)
        importing.add_argument("--author", default="knowledge-editor-1", metavar="SIGN-IN NAME")
        importing.add_argument("--approver", default="knowledge-approver-1", metavar="SIGN-IN NAME")
        importing.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: object, as_json: bool, **options: Any) -> None:
        try:
            drafts = list(read_drafts(options["files"]))
            author, approver = _person(options["author"]), _person(options["approver"])
            # All or nothing: a file that is wrong in its last line changes nothing.
            with transaction.atomic():
                made = list(
                    import_articles(drafts, author=author, approver=approver, now=timezone.now())
                )
        except (KnowledgeError, OSError, UnicodeDecodeError) as fault:
            words = str(fault) if isinstance(fault, KnowledgeError) else type(fault).__name__
            raise CommandError(words, returncode=2) from fault
        report = {"published": len(made)}
        self.stdout.write(json.dumps(report) if as_json else f"published {len(made)} articles")


def _person(name: str) -> Person:
    account = Account.objects.select_related("person").filter(username=name).first()
    if account is None:
        raise CommandError("got an unknown sign-in name, want one of first-login.txt", returncode=2)
    return account.person
