"""What an installation may set, read once; no other module reads the environment.

Every value has the prefix STRONGROOM_ (STRONGROOM_VAR, STRONGROOM_BIND, …). A value that
does not parse stops the boot with a sentence that names it.
"""

import re
from functools import cache
from hashlib import sha256
from ipaddress import ip_address
from json import loads
from os import getuid
from pathlib import Path
from typing import Annotated, Literal

from pydantic import field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

# In the environment: `a,b`, or a JSON list.
Names = Annotated[tuple[str, ...], NoDecode]
_LAST_PORT = 65535
# An origin (RFC 6454) alone: each goes into a header as it stands. Plain HTTP only for trials.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ORIGIN = re.compile(
    rf"(?:https://{_LABEL}(?:\.{_LABEL})*|http://(?:127\.0\.0\.1|localhost))(?::[0-9]{{1,5}})?"
)
Role = Literal["web", "worker", "sequencer", "operator", "migrator"]


class Config(BaseSettings):
    """Frozen settings of this process."""

    model_config = SettingsConfigDict(env_prefix="STRONGROOM_", frozen=True)

    var: Path = ROOT / "var"
    bind: str = "127.0.0.1:8000"
    role: Role = "operator"
    # Hosts that may be asked for, beside the address in `bind`.
    hosts: Names = ()
    # Web sites that may show the chat widget in a frame.
    widget_sites: Names = ()
    web_processes: int = 1
    web_threads: int = 160
    database_connections: int = 24
    engine_threads: int | None = None
    # Weights that the first run takes in place of the demo's.
    first_model: Path | None = None
    # Messages a minute that one address, and all together, may send to the assistant.
    messages_per_address: int = 60
    messages_in_total: int = 6000
    # The socket that the supervisor holds for the web process, as a file descriptor.
    listening: int | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None

    @field_validator("var")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("hosts", "widget_sites", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value.startswith("["):
            return loads(value)
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("widget_sites")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for site in value:
            if not _ORIGIN.fullmatch(site):
                raise ValueError(f"got {site!r}, want an origin, for example https://www.bank")
        return value

    @field_validator("bind")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) <= _LAST_PORT:
            raise ValueError(f"got {value!r}, want HOST:PORT, for example 127.0.0.1:8000")
        return value

    @property
    def host(self) -> str:
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.bind.rpartition(":")[2])

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def for_child(self, role: Role) -> dict[str, str]:
        """The environment of a child process: what was set, and the role; nothing else."""
        words = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
        words |= {"HOME": str(self.var), "PYTHONUNBUFFERED": "1"}
        for name in self.model_fields_set - {"role", "listening"}:
            value = self.model_dump(mode="json")[name]
            if value is not None:
                text = ",".join(value) if isinstance(value, list) else str(value)
                words[f"STRONGROOM_{name.upper()}"] = text
        return words | {"STRONGROOM_VAR": str(self.var), "STRONGROOM_ROLE": role}

    @property
    def run(self) -> Path:
        """Lock, process numbers and states of the services."""
        return self.var / "run"

    @property
    def installation_file(self) -> Path:
        return self.var / "installation.id"

    @property
    def begun_file(self) -> Path:
        """There once the first run was whole."""
        return self.run / "begun"

    @property
    def first_login(self) -> Path:
        """The first passwords, for the owner alone."""
        return self.secrets / "first-login.txt"

    @property
    def keys(self) -> Path:
        return self.var / "keys"

    @property
    def root_key(self) -> Path:
        return self.keys / "root.key"

    @property
    def key_store(self) -> Path:
        """Apart from the database, its log and its backups: destroyed keys stay destroyed."""
        return self.keys / "subjects.sqlite3"

    @property
    def model_key(self) -> Path:
        """Signs the manifests of models that this installation has approved."""
        return self.keys / "models-ed25519.pem"

    @property
    def model_key_public(self) -> Path:
        return self.keys / "models-ed25519.hex"

    @property
    def authority_file(self) -> Path:
        """Certificate of the local authority, for clients to import."""
        return self.var / "authority.pem"

    @property
    def certificate_file(self) -> Path:
        return self.certificate or self.keys / "server.pem"

    @property
    def certificate_key_file(self) -> Path:
        return self.certificate_key or self.keys / "server.key"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def logs(self) -> Path:
        return self.var / "logs"

    @property
    def tree(self) -> Path:
        """Checkpoints and tiles of the audit tree, as files."""
        return self.var / "tree"

    @property
    def weights(self) -> Path:
        return self.var / "models"

    @property
    def trained(self) -> Path:
        """Small models trained on this box."""
        return self.var / "trained"

    @property
    def static(self) -> Path:
        """Files for the pages that this installation adds."""
        return self.var / "static"

    @property
    def database_files(self) -> Path:
        return self.var / "postgres"

    @property
    def sockets(self) -> Path:
        """Short whatever the length of `var`: a socket's path holds at most 107 bytes."""
        mark = sha256(str(self.var).encode()).hexdigest()[:10]
        # Not TMPDIR: a command in another shell must find the same place. The supervisor
        # makes the folder 0700 and refuses one that belongs to somebody else.
        return Path("/tmp") / f"strongroom-{getuid()}-{mark}"  # noqa: S108

    @property
    def database_socket(self) -> Path:
        return self.sockets / "db"

    @property
    def engine_socket(self) -> Path:
        return self.sockets / "engine" / "engine.sock"


@cache
def config() -> Config:
    return Config()
