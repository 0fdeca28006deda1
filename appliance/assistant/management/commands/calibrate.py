"""`manage.py calibrate`: fit the weights of answers anew, against the running box."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from appliance.assistant import scoring
from appliance.assistant.calibrate import fit, read_questions, rows_of
from appliance.assistant.engine import engine
from appliance.config import ROOT


class Command(BaseCommand):
    help = "Fit how sure an answer must be on the development questions of the demo bank."

    def add_arguments(self, parser: ArgumentParser) -> None:
        folder = ROOT / "models" / "demo" / "data"
        defaults = sorted(folder.glob("questions-*.jsonl"))
        parser.add_argument("files", nargs="*", type=Path, default=defaults)
        parser.add_argument("--split", default="dev")
        parser.add_argument("--write", action="store_true", help="replace weights.json")

    def handle(self, *_args: object, **options: Any) -> None:
        asked = read_questions(options["files"], split=options["split"])
        rows = rows_of(asked, engine(), timezone.now())
        made = {
            "with_model": fit(rows, asked, with_model=True),
            "without_model": fit(rows, asked, with_model=False),
        }
        text = json.dumps(made, indent=2)
        self.stdout.write(text)
        if options["write"]:
            scoring.WEIGHTS.write_text(text + "\n", encoding="utf-8")
