"""`python -m models.engine.server`: the inference process. No Django, no database, no network.

    --socket PATH       where to listen; made with mode 0600 (--socket-mode)
    --model PATH|none   a model's folder or its weights, with model.toml beside them
    --token-file PATH   whoever sends its content as a bearer token may ask
    --public-key PATH   the installation's key: the manifest's signature must hold
    --die-with-parent   end when the process that started this one ends

Exit status: 0 after SIGTERM or SIGINT, 1 after a fault of ours, 2 for unusable arguments.
"""

import argparse
import contextlib
import logging
import os
import signal
import socket
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models.engine import isolation

if TYPE_CHECKING:
    # Imported for real only after `isolate`: numpy starts threads.
    from models.engine.loading import Outcome
    from models.engine.metrics import Figures
    from models.engine.scheduler import Scheduler

_LONGEST_PATH = 107
_SHORTEST_TOKEN = 16
_log = logging.getLogger("models.engine")


def main(arguments: Sequence[str] | None = None) -> int:
    parent = os.getppid()
    chosen = _parser().parse_args(arguments)
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        token = _token(chosen.token_file)
        listening = listen(chosen.socket, mode=chosen.socket_mode)
    except (OSError, ValueError) as fault:
        print(f"engine: {fault}", file=sys.stderr)  # noqa: T201  # one clear line, then exit 2
        return 2
    # Before anything starts a thread; importing numpy does.
    state = isolation.isolate()
    if chosen.die_with_parent and not isolation.die_with_parent(parent):
        return 0
    isolation.forbid_dumps()
    _log.info("network: %s", state)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    try:
        return _serve(chosen, token, listening, state)
    finally:
        listening.close()
        chosen.socket.unlink(missing_ok=True)


def _leave(_number: int, _frame: object) -> None:
    # While loading this ends the process; uvicorn takes over while it runs, and raises the
    # signal once more when it has shut down.
    raise SystemExit(0)


def listen(path: Path, *, mode: int) -> socket.socket:
    """Bind a path socket that only its owner (or group) may open.

    A socket that nobody answers is taken over; a living one is not.
    Raises: ValueError, OSError.
    """
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise ValueError(f"got a socket path of {len(os.fsencode(path))} bytes, want at most 107")
    if path.exists():
        _take_over(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The mode must be right from the first moment: bind honours the umask.
    before = os.umask(0o777 & ~mode)
    try:
        made.bind(str(path))
    finally:
        os.umask(before)
    made.listen(128)
    return made


def _take_over(path: Path) -> None:
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise ValueError(f"got {path.name}, which is no socket, want a free name")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        try:
            trial.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise ValueError(f"got {path.name}, where another engine answers, want a free name")


def _token(path: Path) -> str:
    token = path.read_text(encoding="ascii").strip()
    if len(token) < _SHORTEST_TOKEN:
        raise ValueError(f"got a token of {len(token)} characters, want {_SHORTEST_TOKEN} or more")
    return token


def _serve(chosen: argparse.Namespace, token: str, listening: socket.socket, state: str) -> int:
    import uvicorn

    from models.engine.app import Site, build
    from models.engine.backend import Limits
    from models.engine.loading import load
    from models.engine.metrics import Figures
    from models.registry.signature import key_from_hex

    limits = Limits(threads=chosen.threads, cells=chosen.cells, batch=chosen.batch)
    key = key_from_hex(chosen.public_key.read_text("ascii")) if chosen.public_key else None
    outcome = load(chosen.model, key, limits)
    _log.info("model: %s", outcome.state)
    figures = Figures()
    scheduler = _scheduler(outcome, figures, waiting=chosen.queue)
    site = Site(token, outcome, scheduler, figures, state, isolation.is_isolated())
    config = uvicorn.Config(
        build(site),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
    )
    with contextlib.suppress(SystemExit):
        uvicorn.Server(config).run(sockets=[listening])
    if scheduler is None:
        return 0
    scheduler.stop()
    return 1 if scheduler.is_crashed else 0


def _scheduler(outcome: "Outcome", figures: "Figures", *, waiting: int) -> "Scheduler | None":
    from models.engine.board import Capacity
    from models.engine.scheduler import Scheduler

    if outcome.loaded is None:
        return None
    limits = outcome.loaded.backend.limits
    capacity = Capacity(
        waiting=waiting,
        sequences=limits.sequences,
        cells=limits.cells,
        rows=limits.batch,
        outputs=limits.outputs,
    )
    made = Scheduler(
        outcome.loaded.backend,
        capacity,
        observe=figures.step,
        on_crash=lambda: os.kill(os.getpid(), signal.SIGTERM),
    )
    made.start()
    return made


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="models.engine.server", description="Inference process.")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--socket-mode", type=lambda text: int(text, 8), default=0o600)
    parser.add_argument("--model", type=_model, required=True, help="PATH or none")
    parser.add_argument("--token-file", type=Path, required=True)
    parser.add_argument("--public-key", type=Path, help="raw Ed25519 key, hexadecimal")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--cells", type=int, default=8192, help="context over all requests")
    parser.add_argument("--batch", type=int, default=512, help="tokens in a step")
    parser.add_argument("--queue", type=int, default=64, help="requests that may wait")
    parser.add_argument("--die-with-parent", action="store_true")
    return parser


def _model(text: str) -> Path | None:
    return None if text == "none" else Path(text)


if __name__ == "__main__":
    sys.exit(main())
