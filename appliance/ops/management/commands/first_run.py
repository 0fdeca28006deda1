"""`first_run`: keys, people and demo content, each only where it is missing. Role: operator."""

from collections.abc import Callable
from time import monotonic

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from appliance import wiring
from appliance.config import config
from appliance.ops.errors import OpsError
from appliance.ops.first_run.content import load_knowledge, take_first_weights
from appliance.ops.first_run.installation import make_installation
from appliance.ops.first_run.keys import make_keys
from appliance.ops.first_run.people import make_people
from models.registry.errors import RegistryError

_WORTH_A_LINE_S = 0.5


def _train() -> None:
    # Here, because its libraries take a second to load and the steps before need none of them.
    from appliance.ops.first_run.training import train_understanding

    train_understanding(config())


class Command(BaseCommand):
    help = "Create what the first start needs; repeating it does no harm."
    # They import every page: the tests run them, a start need not.
    requires_system_checks = ()

    def handle(self, *_args: object, **_options: object) -> None:
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("keys", lambda: make_keys(config())),
            ("wiring", lambda: wiring.wire(config())),
            ("installation", lambda: make_installation(config(), timezone.now())),
            ("people", lambda: make_people(config(), timezone.now())),
            ("knowledge", lambda: load_knowledge(timezone.now())),
            ("intents", _train),
            ("model", lambda: take_first_weights(config())),
        )
        for name, step in steps:
            began = monotonic()
            try:
                step()
            except (OpsError, RegistryError) as fault:
                raise CommandError(str(fault), returncode=1) from fault
            seconds = monotonic() - began
            if seconds > _WORTH_A_LINE_S:
                self.stdout.write(f"  {name}: {seconds:.1f} s")
