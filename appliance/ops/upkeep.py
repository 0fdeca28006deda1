"""What the worker looks after between jobs: lost answers, expired rows, the spool of events."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError, connections, transaction
from django.utils import timezone

from appliance.channels.identity import LEEWAY_S
from appliance.channels.models import Budget, UsedClaim
from appliance.config import Config
from appliance.ops.heartbeat import beat
from appliance.ops.models import Heartbeat
from appliance.ops.supervisor import spool
from audit.actions import append
from audit.events import Event, ServiceFailed, ServiceStarted, ServiceStopped

_PERIOD_S = 2.0
_TIDY_S = 300.0
_BUDGET_LIFE = timedelta(hours=1)
_log = logging.getLogger(__name__)


class Upkeep:
    """The worker's second thread."""

    def __init__(self, config: Config, stop: threading.Event) -> None:
        self._config = config
        self._stop = stop
        self._tidied = float("-inf")
        self._version = version_of_house()

    def run(self) -> None:
        """Until told to stop; a fault in one duty holds up none of the others."""
        while not self._stop.is_set():
            for duty in (self._beat, self._record, self._sweep, self._tidy):
                self._do(duty)
            self._stop.wait(_PERIOD_S)
        connections.close_all()

    def _do(self, duty: Callable[[], object]) -> None:
        try:
            duty()
        except (OperationalError, InterfaceError) as fault:
            _log.warning("upkeep waits for the database: %s", type(fault).__name__)
            connections.close_all()
        except Exception as fault:  # noqa: BLE001 - the edge of a thread that must go on
            _log.error("upkeep: %s: %s", duty.__name__, type(fault).__name__)

    def _beat(self) -> None:
        beat("worker", {})

    def _record(self) -> None:
        record_spooled(self._config, self._version)

    def _sweep(self) -> None:
        from appliance.assistant.recovery import sweep

        sweep()

    def _tidy(self) -> None:
        if monotonic() - self._tidied > _TIDY_S:
            self._tidied = monotonic()
            tidy(timezone.now())


def record_spooled(config: Config, house: str) -> int:
    """Put what the supervisor noted into the log, once. Returns how many events."""
    count = 0
    while batch := spool.take(config.run):
        name, lines = batch
        with transaction.atomic():
            # Recorded before, then a crash before the file was removed?
            known, is_new = Heartbeat.objects.get_or_create(
                service="spool", defaults={"at": timezone.now(), "state": {"batch": name}}
            )
            if is_new or known.state.get("batch") != name:
                for line in lines:
                    append(_event(line, house))
                Heartbeat.objects.filter(service="spool").update(
                    at=timezone.now(), state={"batch": name}
                )
                count += len(lines)
        spool.forget(config.run, name)
    return count


def _event(line: dict[str, str], house: str) -> Event:
    actor, origin, service = "service:supervisor", "supervisor", line["service"]
    at = datetime.fromisoformat(line["at"])
    if line["what"] == "started":
        return ServiceStarted(actor=actor, origin=origin, at=at, service=service, version=house)
    kind = ServiceStopped if line["what"] == "stopped" else ServiceFailed
    return kind(actor=actor, origin=origin, at=at, service=service, reason=line["why"])


def tidy(now: datetime) -> None:
    """Delete what has run out: sessions, claims that can no longer be used, old budgets."""
    Session.objects.filter(expire_date__lt=now).delete()
    UsedClaim.objects.filter(expires_at__lt=now - timedelta(seconds=2 * LEEWAY_S)).delete()
    Budget.objects.filter(minute__lt=now - _BUDGET_LIFE).delete()


def version_of_house() -> str:
    """As `pyproject.toml` says; the house is run from its checkout, not installed."""
    import tomllib

    from appliance.config import ROOT

    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
