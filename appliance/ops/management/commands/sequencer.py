"""`sequencer`: gives committed events their place in the tree until told to stop."""

import signal
import threading
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError

from appliance.config import config
from appliance.ops import logs
from appliance.ops.heartbeat import beat
from audit import wiring
from audit.errors import AuditError
from audit.queries import Lag, lag
from audit.sequencer import Integrated, integrate_once, run


class Command(BaseCommand):
    help = "Integrate events into the audit tree (STRONGROOM_ROLE=sequencer)."
    # They import every page: the tests run them, a start need not.
    requires_system_checks = ()

    def handle(self, *_args: object, **_options: object) -> None:
        logs.configure("sequencer", config().logs)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            signers, folder = wiring.current().required_signers(), wiring.current().log_dir
            report(integrate_once(signers, datetime.now(UTC), folder=folder), lag())
            run(signers, stop, folder=folder, report=report)
            # What the others did while they ended.
            integrate_once(signers, datetime.now(UTC), folder=folder)
        except AuditError as fault:
            raise CommandError(str(fault), returncode=1) from fault


def report(done: Integrated, waiting: Lag) -> None:
    beat("sequencer", {"size": done.size, "waiting": waiting.pending})
