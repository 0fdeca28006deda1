"""`manage.py evaluate WHAT FILE`: how good a part is on a file of examples.

Exits 0 with a report, 2 when the file cannot be read as what it should be; a report holds
counts and labels, never a text.
"""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from appliance.config import config
from compliance.pii.errors import PiiError
from compliance.pii.evaluation import evaluate_pii, evaluate_promises, evaluate_secrets
from models.understanding.errors import UnderstandingError
from models.understanding.evaluation import emotion_report, handover_report, intent_report
from models.understanding.reader import Reader
from models.understanding.store import understanding

Report = dict[str, Any]


def _reader() -> Reader:
    return understanding(config().trained / "understanding")


_BY_FILE: dict[str, Callable[[Path], Report]] = {
    "secrets": evaluate_secrets,
    "promises": evaluate_promises,
    "emotion": lambda file: emotion_report(_reader(), file),
    "handover": lambda file: handover_report(_reader(), file),
}


class Command(BaseCommand):
    """The command only translates."""

    help = "Measure a part on a file of examples (JSON lines)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        pii = parts.add_parser("pii", help="personal data: spans")
        pii.add_argument("file", type=Path)
        pii.add_argument("--lang", choices=["zh", "en"])
        intent = parts.add_parser("intent", help="train on one file, test on another")
        intent.add_argument("--train", type=Path, required=True)
        intent.add_argument("--test", type=Path, required=True)
        for name in _BY_FILE:
            parts.add_parser(name).add_argument("file", type=Path)
        for part in parts.choices.values():
            part.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: object, part: str, as_json: bool, **options: Any) -> None:
        try:
            report = _measure(part, options)
        except OSError as fault:
            raise CommandError(
                f"got {type(fault).__name__}, want a readable file", returncode=2
            ) from fault
        except (PiiError, UnderstandingError) as fault:
            raise CommandError(str(fault), returncode=2) from fault
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2, default=str))
            return
        for name, value in report.items():
            self.stdout.write(f"{name:24} {value}")


def _measure(part: str, options: dict[str, Any]) -> Report:
    if part == "pii":
        return evaluate_pii(options["file"], time.perf_counter, language=options["lang"])
    if part == "intent":
        return intent_report(options["train"], options["test"])
    return _BY_FILE[part](options["file"])
