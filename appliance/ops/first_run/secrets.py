"""Random secrets, each in a file of its own; made once, never printed, never passed on."""

import uuid
from pathlib import Path
from secrets import token_urlsafe

from appliance.config import Config
from appliance.ops.folders import write_private
from appliance.ops.provision import SERVICES

# Django's key, the engine's token, the key that the bank's site signs identities with.
_TOKENS = ("django.key", "engine.token", "bank-site.key")
SUPERUSER = "db-superuser.pw"


def password_file(config: Config, service: str) -> Path:
    return config.secrets / f"db-{service}.pw"


def make_secrets(config: Config) -> None:
    names = [*_TOKENS, SUPERUSER, *(f"db-{name}.pw" for name in (*SERVICES, "migrator"))]
    for name in names:
        path = config.secrets / name
        if not path.exists():
            write_private(path, f"{token_urlsafe(48)}\n".encode())
    # Named in the log's origin: known before there is a database to keep it in.
    if not config.installation_file.exists():
        write_private(config.installation_file, f"{uuid.uuid4()}\n".encode())


def passwords(config: Config) -> dict[str, str]:
    """Service name or "migrator" → its database password."""
    return {
        service: password_file(config, service).read_text(encoding="utf-8").strip()
        for service in (*SERVICES, "migrator")
    }
