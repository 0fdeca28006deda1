"""What an installation may set, read once; no other module reads the environment.

Every value has the prefix STRONGROOM_ (STRONGROOM_VAR, STRONGROOM_BIND, …). A value that
does not parse stops the boot with a sentence that names it.
"""

from functools import cache
from hashlib import sha256
from ipaddress import ip_address
from os import getuid
from pathlib import Path
from tempfile import gettempdir
from typing import Literal

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

Role = Literal["web", "worker", "sequencer", "operator", "migrator"]


class Config(BaseSettings):
    """Frozen settings of this process."""

    model_config = SettingsConfigDict(env_prefix="STRONGROOM_", frozen=True)

    var: Path = ROOT / "var"
    bind: str = "127.0.0.1:8000"
    role: Role = "operator"
    # Hosts that may be asked for, beside the address in `bind`.
    hosts: tuple[str, ...] = ()
    # Web sites that may show the chat widget in a frame.
    widget_sites: tuple[str, ...] = ()
    web_threads: int = 160
    database_connections: int = 24
    engine_threads: int | None = None
    # Messages a minute that one address, and all together, may send to the assistant.
    messages_per_address: int = 60
    messages_in_total: int = 6000
    certificate: Path | None = None
    certificate_key: Path | None = None

    @field_validator("var")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("bind")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
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

    @property
    def keys(self) -> Path:
        return self.var / "keys"

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
    def database_files(self) -> Path:
        return self.var / "postgres"

    @property
    def sockets(self) -> Path:
        """Short whatever the length of `var`: a socket's path holds at most 107 bytes."""
        mark = sha256(str(self.var).encode()).hexdigest()[:10]
        return Path(gettempdir()) / f"strongroom-{getuid()}-{mark}"

    @property
    def database_socket(self) -> Path:
        return self.sockets / "db"

    @property
    def engine_socket(self) -> Path:
        return self.sockets / "engine" / "engine.sock"


@cache
def config() -> Config:
    return Config()
