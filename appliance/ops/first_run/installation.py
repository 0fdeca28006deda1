"""The row that stands for this box, with the id that its log's name carries."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from appliance.config import Config
from appliance.ops.models import Installation
from audit.actions import append
from audit.events import InstallationCreated


def make_installation(config: Config, now: datetime) -> None:
    installation_id = UUID(config.installation_file.read_text(encoding="ascii").strip())
    with transaction.atomic():
        if Installation.objects.filter(pk=installation_id).exists():
            return
        Installation.objects.create(pk=installation_id, created_at=now)
        append(
            InstallationCreated(
                actor="service:first_run", origin="cli:first_run", installation=installation_id
            )
        )
