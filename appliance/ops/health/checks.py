"""The list of checks, and their sum."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from appliance.config import Config, config

State = Literal["ok", "warn", "fail"]
_ORDER: Final[tuple[State, ...]] = ("ok", "warn", "fail")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """One thing looked at. todo: what to do about it, empty where all is well."""

    name: str
    state: State
    detail: str
    todo: str = ""


@dataclass(frozen=True)
class Report:
    at: datetime
    checks: tuple[Check, ...]

    @property
    def state(self) -> State:
        """The worst of all."""
        return max((check.state for check in self.checks), key=_ORDER.index, default="ok")

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "state": self.state,
            "checks": [asdict(check) for check in self.checks],
        }


Look = Callable[[Config, datetime], Iterator[Check]]


def report() -> Report:
    """Look at everything now. Never raises: what cannot be looked at has failed."""
    from appliance.ops.health.box import certificate, clock, disk, egress, keys
    from appliance.ops.health.services import log_tree, model, services

    looks: tuple[tuple[str, Look], ...] = (
        ("services", services),
        ("disk", disk),
        ("clock", clock),
        ("certificate", certificate),
        ("key", keys),
        ("model", model),
        ("egress", egress),
        ("log", log_tree),
    )
    now = timezone.now()
    return Report(now, tuple(check for name, look in looks for check in _made(name, look, now)))


def _made(name: str, look: Look, now: datetime) -> list[Check]:
    try:
        return list(look(config(), now))
    except Exception as fault:  # noqa: BLE001 - a report on faults must survive them
        _log.warning("check %s: %s", name, type(fault).__name__)
        if not connection.in_atomic_block:
            connection.close()
        kind = type(fault).__name__
        return [
            Check(
                name,
                "fail",
                _("cannot be checked: %(fault)s") % {"fault": kind},
                _("See the other checks first; PostgreSQL may be down."),
            )
        ]
