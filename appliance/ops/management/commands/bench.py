"""`manage.py bench NAME`: measured figures, each beside a reference of the same run."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Measure a part of the box and print the figures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=["path"])
        parser.add_argument("--sessions", type=int, default=50)
        parser.add_argument("--every", type=float, default=10.0, metavar="SECONDS")
        parser.add_argument("--duration", type=float, default=60.0, metavar="SECONDS")
        parser.add_argument("--model", type=Path, help="other weights than the demo's")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            from tests.bench import path
        except ImportError as fault:
            raise CommandError(
                "got no tests/bench, want a checkout: benchmarks are not installed", returncode=2
            ) from fault
        figures = path.measure(
            path.Options(
                sessions=options["sessions"],
                every_s=options["every"],
                duration_s=options["duration"],
                model=options["model"],
            )
        )
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2))
            return
        for name, value in figures.items():
            self.stdout.write(f"{name:24} {value}")
