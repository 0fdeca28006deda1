"""The order of a start, in the words that its operator reads."""

import argparse
import os
import signal
import sys
import time
from contextlib import closing
from socket import socket

from pydantic import ValidationError

from appliance.config import Config
from appliance.ops.certificates import ensure_certificate
from appliance.ops.embedded.postgres import PostgresError
from appliance.ops.errors import OpsError
from appliance.ops.first_run.secrets import make_secrets
from appliance.ops.folders import make_folders
from appliance.ops.supervisor import listener, lock, status
from appliance.ops.supervisor.box import Box, StoppedEarly, signals_to
from appliance.ops.supervisor.process import end_leftovers

# How long services of a killed supervisor may take to end by themselves.
_LEFTOVERS_S = 10.0
_STOP_S = 45.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="strongroom")
    parser.add_argument("--stop", action="store_true", help="end the one that runs")
    wanted = parser.parse_args()
    try:
        chosen = Config()
        return stop(chosen) if wanted.stop else run(chosen)
    except ValidationError as fault:
        first = fault.errors()[0]
        name = "STRONGROOM_" + "_".join(map(str, first["loc"])).upper()
        return _complain(f"{name}: {first['msg'].removeprefix('Value error, ')}", status=2)
    except (OpsError, PostgresError) as fault:
        return _complain(str(fault), status=1)
    except OSError as fault:
        return _complain(f"{fault.filename or 'the system'}: {fault.strerror}", status=1)


def run(config: Config) -> int:
    began = time.monotonic()
    make_folders(config)
    with lock.only_one(config.run):
        left = status.leftovers(config.run)
        if left:
            _say("Services of an earlier run are still ending …")
            end_leftovers(left, patience_s=_LEFTOVERS_S)
        with closing(listener.bind(config, patience_s=2.0 if left else 0.0)) as listening:
            make_secrets(config)
            ensure_certificate(config)
            box = Box(config)
            with signals_to(box):
                try:
                    _bring_up(config, box, listening)
                    _greet(config, time.monotonic() - began)
                    box.watch()
                except StoppedEarly:
                    pass
                finally:
                    _say("\nStopping …")
                    box.end()
            _say("Stopped.")
    return 0


def _bring_up(config: Config, box: Box, listening: socket) -> None:
    _say("Starting PostgreSQL …")
    box.start_database()
    _say("Preparing tables and grants …")
    box.call("migrator", "prepare")
    # A box that has begun before serves at once; what the first run adds can come meanwhile.
    has_begun = config.begun_file.exists()
    if has_begun:
        box.start_services(listening)
    _say("Looking after keys, people and the demo bank …")
    box.call("operator", "first_run")
    _say("Starting sequencer, inference, worker and web …")
    if not has_begun:
        config.begun_file.touch(mode=0o600)
        box.start_services(listening)
    box.wait_for_services()


def _greet(config: Config, seconds: float) -> None:
    address = address_of(config)
    _say("")
    _say(f"Strongroom is up after {seconds:.0f} s:  {address}")
    _say(f"  customers          {address}/chat/")
    if config.first_login.exists():
        _say(f"  first sign-in      {config.first_login}")
    if not config.is_loopback:
        if config.certificate is None:
            _say(f"  its authority      {config.authority_file}")
        _say("  other names        STRONGROOM_HOSTS=desk.bank.example,10.1.2.3 make run")
    _say("  to stop            Ctrl-C, or `make stop`")
    _say("")


def address_of(config: Config) -> str:
    """What a person types; on a machine that listens everywhere, its own name for itself."""
    if config.is_loopback:
        return f"http://{config.bind}"
    host = config.bind.rpartition(":")[0]
    shown = "localhost" if config.host in {"0.0.0.0", "::"} else host  # noqa: S104
    return f"https://{shown}:{config.port}"


def stop(config: Config) -> int:
    pid = lock.holder(config.run)
    if pid is None:
        _say(f"Nothing runs on {config.var}.")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_S
    while lock.holder(config.run) == pid:
        if time.monotonic() > deadline:
            return _complain(f"got process {pid} still there after {_STOP_S:.0f} s", status=1)
        time.sleep(0.1)
    _say("Stopped.")
    return 0


def _say(text: str) -> None:
    # The terminal may be gone (SIGHUP); the end in order must not fail for it.
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def _complain(text: str, *, status: int) -> int:
    sys.stderr.write(f"strongroom: {text}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
