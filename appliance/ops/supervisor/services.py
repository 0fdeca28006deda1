"""What each service is: its words, its readiness, how it is asked to end."""

import http.client
import json
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from appliance.config import ROOT, Config, Role
from appliance.ops.embedded import launch, postgres
from appliance.ops.first_run.database import cluster_of
from models.registry.errors import RegistryError
from models.registry.files import selected

_LAUNCH = (sys.executable, launch.__file__, "--die-with-parent", "SIGTERM", "--", sys.executable)


@dataclass(frozen=True)
class Service:
    """words, is_ready: asked anew at each start.

    stop: the signal that ends it in order; stop_s: after so long it is killed.
    ready_s: after so long without readiness it is killed and started again.
    is_ready: called with the process number.
    """

    name: str
    words: Callable[[], list[str]]
    environment: Mapping[str, str]
    is_ready: Callable[[int], bool]
    stop: signal.Signals = signal.SIGTERM
    stop_s: float = 8.0
    ready_s: float = 90.0
    descriptors: tuple[int, ...] = ()
    cwd: Path = field(default=ROOT)


def command_words(*words: str) -> list[str]:
    """`manage.py WORDS`, ending with the supervisor."""
    return [*_LAUNCH, str(ROOT / "manage.py"), *words]


def postgresql(config: Config) -> Service:
    cluster = cluster_of(config)

    def is_ready(_pid: int) -> bool:
        try:
            postgres.connect(cluster).close()
        except psycopg.OperationalError:
            return False
        return True

    return Service(
        name="postgresql",
        words=lambda: postgres.server_command(cluster),
        environment=postgres.environment(),
        is_ready=is_ready,
        stop=signal.SIGINT,
        stop_s=25.0,
        cwd=Path("/"),
    )


def beating(config: Config, name: Role, *words: str) -> Service:
    """A service of ours that writes its heartbeat to a file (see appliance.ops.heartbeat)."""
    return Service(
        name=name,
        words=lambda: command_words(*words),
        environment=config.for_child(name),
        is_ready=lambda pid: _beats(config.run / f"beat-{name}.json", pid),
    )


def _beats(path: Path, pid: int) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8"))["pid"] == pid)
    except (OSError, ValueError, KeyError):
        return False


def inference(config: Config) -> Service:
    def words() -> list[str]:
        try:
            model = str(selected(config.weights))
        except RegistryError:
            model = "none"
        chosen = [*_LAUNCH, "-m", "models.engine.server", "--die-with-parent"]
        chosen += ["--socket", str(config.engine_socket), "--model", model]
        chosen += ["--public-key", str(config.model_key_public)]
        if config.engine_threads is not None:
            chosen += ["--threads", str(config.engine_threads)]
        return [*chosen, "--token-file", str(config.secrets / "engine.token")]

    def is_ready(_pid: int) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
            trial.settimeout(2)
            try:
                trial.connect(str(config.engine_socket))
            except OSError:
                return False
        return True

    return Service(
        name="inference",
        words=words,
        environment=config.for_child("operator"),
        is_ready=is_ready,
    )


def web(config: Config, listening: socket.socket) -> Service:
    def is_ready(_pid: int) -> bool:
        return web_answers(config)

    words = ["-m", "gunicorn", "--config", str(ROOT / "appliance/ops/gunicorn_conf.py")]
    environment = {
        **config.for_child("web"),
        "STRONGROOM_LISTENING": str(listening.fileno()),
    }
    return Service(
        name="web",
        words=lambda: [*_LAUNCH, *words, "appliance.wsgi:application"],
        environment=environment,
        is_ready=is_ready,
        descriptors=(listening.fileno(),),
    )


def web_answers(config: Config) -> bool:
    """Whether an HTTP request gets an answer; which one does not matter here."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104
    made: http.client.HTTPConnection
    if config.is_loopback:
        made = http.client.HTTPConnection(host, config.port, timeout=1)
    else:
        # Not verified: this asks whether somebody answers, and sends nothing.
        made = http.client.HTTPSConnection(
            host,
            config.port,
            timeout=1,
            context=ssl._create_unverified_context(),  # noqa: S323, SLF001
        )
    try:
        made.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
        made.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        made.close()
    return True
