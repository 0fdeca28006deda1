"""`doctor`: what state the box is in, and what to do about it."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from appliance.config import config
from appliance.ops import logs
from appliance.ops.health import report

_SIGNS = {"ok": "ok  ", "warn": "WARN", "fail": "FAIL"}


class Command(BaseCommand):
    help = "Check services, disk, clock, certificate, keys, model, egress and log."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: object, **options: object) -> None:
        if config().logs.is_dir():
            logs.configure("operator", config().logs)
        found = report()
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False))
        else:
            for check in found.checks:
                todo = f"  → {check.todo}" if check.todo else ""
                self.stdout.write(f"{_SIGNS[check.state]}  {check.name:<12} {check.detail}{todo}")
        if found.state == "fail":
            raise CommandError("a check does not hold", returncode=1)
