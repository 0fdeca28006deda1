"""`policy check` and `policy explain`."""

import json
from collections import Counter
from itertools import product
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.grading.closed import ACTIONS, CHANNELS, PURPOSES, ROLES, TYPES
from compliance.grading.current import packs
from compliance.grading.decide import decide
from compliance.grading.errors import GradingError
from compliance.grading.pack import Pack, Reason

_REQUEST = {"role": ROLES, "purpose": PURPOSES, "action": ACTIONS, "channel": CHANNELS}


class Command(BaseCommand):
    help = "Check the policy packs in force, or explain one decision."

    def add_arguments(self, parser: CommandParser) -> None:
        """Two words, each with --json."""
        words = parser.add_subparsers(dest="word", required=True)
        check = words.add_parser("check", help="load every pack and judge every single request")
        check.add_argument("--json", action="store_true", dest="as_json")
        explain = words.add_parser("explain", help="say what one decision is, and why")
        explain.add_argument("--json", action="store_true", dest="as_json")
        explain.add_argument("--type", action="append", default=[], dest="types", metavar="T")
        for name in _REQUEST:
            explain.add_argument(f"--{name}", required=True)

    def handle(self, *_args: object, word: str, as_json: bool, **options: Any) -> None:
        """Exit 1 where a pack does not hold, 2 on a name outside the closed lists."""
        try:
            held = packs()
        except GradingError as fault:
            raise CommandError(str(fault), returncode=1) from fault
        report = _check(held) if word == "check" else _explain(held, options)
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        for name, value in report.items():
            if isinstance(value, list):
                for item in value:
                    self.stdout.write(f"{name}: {_line(item)}")
            else:
                self.stdout.write(f"{name}: {_line(value)}")


def _line(value: object) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name}={item}" for name, item in value.items())
    return str(value)


def _check(held: tuple[Pack, ...]) -> dict[str, object]:
    """Judge each type with each role, purpose, action and channel: all must have an answer."""
    judged = allowed = 0
    kinds = Counter(_treatment(name, held) for name in TYPES)
    of_kind = {_treatment(name, held): name for name in sorted(TYPES)}
    lists = (sorted(known) for known in _REQUEST.values())
    for (kind, number), (role, purpose, action, channel) in product(kinds.items(), product(*lists)):
        decision = decide(
            [of_kind[kind]], role=role, purpose=purpose, action=action, channel=channel, packs=held
        )
        judged += number
        allowed += number * decision.allowed
    return {
        "state": "ok",
        "packs": [_pack(pack) for pack in held],
        "judged": judged,
        "allowed": allowed,
    }


def _treatment(name: str, held: tuple[Pack, ...]) -> object:
    """Return what alone can tell types apart: their grades, and the rules that name them."""
    return tuple(
        (
            frozenset(pack.grades.get(name, {}).items()),
            frozenset(rule.id for rule in pack.document.rules if name in (rule.types or ())),
        )
        for pack in held
    )


def _pack(pack: Pack) -> dict[str, object]:
    sources = pack.document.sources.values()
    return {
        "pack": pack.name,
        "version": pack.version,
        "mode": pack.document.mode,
        "digest": pack.digest.hex(),
        "rules": len(pack.document.rules),
        "types": len(pack.grades),
        "articles": len(sources),
        "articles_unchecked": sum(1 for source in sources if not source.checked),
    }


def _explain(held: tuple[Pack, ...], options: dict[str, Any]) -> dict[str, object]:
    for name, known in {**_REQUEST, "types": TYPES}.items():
        given = options[name] if name == "types" else [options[name]]
        if unlisted := [value for value in given if value not in known]:
            want = " ".join(sorted(known))
            raise CommandError(f"got {name} {unlisted[0]}, want one of {want}", returncode=2)
    request = {name: options[name] for name in _REQUEST}
    decision = decide(options["types"], **request, packs=held)
    return {
        "allowed": decision.allowed,
        "form": decision.form,
        "by_type": dict(decision.by_type),
        "grade": dict(decision.grade),
        "needs": list(decision.needs),
        "because": [_reason(reason) for reason in decision.because],
    }


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "rule": reason.rule,
        "article": reason.article,
        "zh": reason.text,
        "en": reason.text_en,
        "article_checked": reason.is_checked,
    }
