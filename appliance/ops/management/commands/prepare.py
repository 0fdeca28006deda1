"""`prepare`: bring the database's tables and privileges to this version. Role: migrator."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from appliance.ops.grants import apply_grants


class Command(BaseCommand):
    help = "Migrate the database and apply the grants (STRONGROOM_ROLE=migrator)."
    # They import every page: the tests run them, a start need not.
    requires_system_checks = ()

    def handle(self, *_args: object, **_options: object) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        apply_grants(connection)
