"""`audit verify | export | checkpoint | anchor`: the log from the command line.

Exits 0, 1 when a check does not hold, 2 on bad usage or input.
"""

import json
import os
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from audit import wiring
from audit.actions import append
from audit.errors import AuditError, LogCorruptError, NoteError
from audit.events import CheckpointExported
from audit.evidence.pack import export_pack
from audit.keys import fingerprint
from audit.queries import Filter, TreeState, tree_state
from audit.verify import verify_log

_DOES_NOT_HOLD = 1
_BAD_INPUT = 2


class Command(BaseCommand):
    """The command only translates."""

    help = "Check the log, hand out checkpoints and evidence packs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the four subcommands."""
        tasks = parser.add_subparsers(dest="task", required=True)
        verify = tasks.add_parser("verify", help="recompute the whole log and compare")
        verify.add_argument("--upto", type=int, metavar="SIZE")
        verify.add_argument("--anchor", type=Path, nargs="+", default=[], metavar="FILE")
        export = tasks.add_parser("export", help="write an evidence pack")
        export.add_argument("--from", dest="start", type=_moment, required=True, metavar="TIME")
        export.add_argument("--to", dest="end", type=_moment, required=True, metavar="TIME")
        export.add_argument("--subject", type=UUID)
        export.add_argument("--actor")
        export.add_argument("--kind")
        export.add_argument("--out", type=Path, required=True, metavar="PACK.zip")
        show = tasks.add_parser("checkpoint", help="show the newest signed checkpoint")
        anchor = tasks.add_parser("anchor", help="write the checkpoint to a file to keep outside")
        anchor.add_argument("--out", type=Path, required=True, metavar="FILE")
        for task in (verify, export, show, anchor):
            task.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: object, task: str, **options: Any) -> None:
        """Run one subcommand and show what it returns."""
        tasks: dict[str, Callable[[dict[str, Any]], dict[str, object]]] = {
            "verify": _verify,
            "export": _export,
            "checkpoint": _checkpoint,
            "anchor": _anchor,
        }
        try:
            facts = tasks[task](options)
        except LogCorruptError as fault:
            self._refuse(str(fault), _DOES_NOT_HOLD, as_json=options["as_json"])
        except (AuditError, OSError) as fault:
            self._refuse(str(fault), _BAD_INPUT, as_json=options["as_json"])
        if options["as_json"]:
            self.stdout.write(json.dumps(facts))
        elif task == "checkpoint":
            self.stdout.write(str(facts["note"]), ending="")
        else:
            self.stdout.write("\n".join(f"{name}: {value}" for name, value in facts.items()))

    def _refuse(self, message: str, status: int, *, as_json: bool) -> NoReturn:
        if as_json:
            self.stdout.write(json.dumps({"holds": False, "fault": message}))
        raise CommandError(message, returncode=status)


def _verify(options: dict[str, Any]) -> dict[str, object]:
    here = wiring.current()
    anchors = [path.read_text(encoding="utf-8") for path in options["anchor"]]
    try:
        found = verify_log(
            keys=here.keys, origin=here.origin, anchors=anchors, upto=options["upto"]
        )
    except NoteError as fault:
        # An anchor that our keys did not sign holds no more than a changed entry does.
        raise LogCorruptError(f"anchor: {fault}") from fault
    return {
        "holds": True,
        "size": found.size,
        "root": found.root.hex(),
        "checkpoints": found.checkpoints,
        "tiles": found.tiles,
        "anchors": found.anchors,
        "waiting": found.waiting,
    }


def _export(options: dict[str, Any]) -> dict[str, object]:
    wanted = Filter(
        start=options["start"],
        end=options["end"],
        subject=options["subject"],
        actor=options["actor"],
        kind=options["kind"],
    )
    done = export_pack(
        options["out"],
        wanted,
        wiring=wiring.current(),
        now=datetime.now(UTC),
        actor=_operator(),
        origin="cli",
    )
    return {
        "entries": done.entries,
        "size": done.size,
        "root": done.root.hex(),
        "manifest": done.digest.hex(),
        "fingerprint": done.fingerprint,
    }


def _checkpoint(_options: dict[str, Any]) -> dict[str, object]:
    return _facts(_signed_state())


def _anchor(options: dict[str, Any]) -> dict[str, object]:
    state = _signed_state()
    # Named last, like a pack: no checkpoint leaves without its event.
    with options["out"].open("x", encoding="utf-8") as file, transaction.atomic():
        append(
            CheckpointExported(
                actor=_operator(),
                origin="cli",
                purpose="audit",
                tree_size=state.size,
                root=state.root,
            )
        )
        file.write(str(state.note))
    return _facts(state)


def _facts(state: TreeState) -> dict[str, object]:
    return {
        "size": state.size,
        "root": state.root.hex(),
        "fingerprint": fingerprint(wiring.current().keys),
        "note": state.note,
    }


def _signed_state() -> TreeState:
    state = tree_state()
    if state.note is None:
        raise AuditError("got no checkpoint yet, want one: is the sequencer running?")
    return state


def _operator() -> str:
    """Whoever has the shell: the log knows no more of them than the system does."""
    return f"operator:{os.getuid()}"


def _moment(text: str) -> datetime:
    """Read a day (its first moment) or a time, in UTC where it names no zone."""
    try:
        if len(text) == len("2026-01-31"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        found = datetime.fromisoformat(text)
    except ValueError as fault:
        raise ArgumentTypeError(
            "want a day or time like 2026-01-31 or 2026-01-31T09:05Z"
        ) from fault
    return found if found.tzinfo else found.replace(tzinfo=UTC)
