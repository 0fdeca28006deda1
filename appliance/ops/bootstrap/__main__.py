"""The order of the set-up, under a lock so that two of them wait for each other."""

import argparse
import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.ops.bootstrap import prerequisites
from appliance.ops.bootstrap.engine import install_engine
from appliance.ops.bootstrap.environment import Environment, block_of
from appliance.ops.bootstrap.errors import BootstrapError
from appliance.ops.bootstrap.frontend import install_frontend
from appliance.ops.bootstrap.progress import Progress
from appliance.ops.bootstrap.stamps import digest_of

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    parser = argparse.ArgumentParser(prog="setup")
    parser.add_argument("--dev", action="store_true", help="the tools of the tests as well")
    wanted = parser.parse_args()
    progress = Progress(ROOT / "build" / "setup.log")
    try:
        with _alone(ROOT / "build" / "setup.lock", progress):
            set_up(Environment(ROOT, ROOT / ".venv", progress), dev=wanted.dev)
    except BootstrapError as fault:
        sys.stderr.write(f"setup: {fault}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nsetup: interrupted; the next `make` goes on from here\n")
        return 130
    return 0


def set_up(env: Environment, *, dev: bool) -> None:
    """Raises: BootstrapError."""
    began = time.monotonic()
    prerequisites.check_python()
    if not env.folder.exists():
        env.progress.say(f"Setting up Strongroom in {env.root}")
        prerequisites.check_compiler()
        prerequisites.check_room(env.root)
    env.create()
    lock, dev_lock = env.root / "requirements.lock", env.root / "requirements-dev.lock"
    env.install("pip", _only_pip(env), "pip itself")
    install_engine(env, lock, env.root / "requirements-build.lock")
    if dev or not env.stamps.holds("packages-dev", digest_of([dev_lock])):
        step, chosen = ("packages-dev", dev_lock) if dev else ("packages", lock)
        env.install(step, chosen, "Python packages")
    install_frontend(env, env.root / "appliance" / "web", env.root / "requirements-node.lock")
    _compile_messages(env)
    seconds = time.monotonic() - began
    if seconds > 2:  # noqa: PLR2004 - anything shorter is not worth a line
        env.progress.say(f"Set up in {seconds:.0f} s")


def _only_pip(env: Environment) -> Path:
    """A lock of pip alone, first: the system's may be too old for the others."""
    text = (env.root / "requirements-build.lock").read_text(encoding="utf-8")
    chosen = env.folder / "only-pip.lock"
    chosen.write_text(block_of(text, "pip"), encoding="utf-8")
    return chosen


def _compile_messages(env: Environment) -> None:
    sources = sorted((env.root / "appliance" / "locale").rglob("*.po"))
    digest = digest_of(sources)
    if sources and not (
        env.stamps.holds("messages", digest)
        and all(path.with_suffix(".mo").exists() for path in sources)
    ):
        env.call("translations", "appliance.ops.bootstrap.messages", *map(str, sources))
        env.stamps.put("messages", digest)


@contextmanager
def _alone(path: Path, progress: Progress) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say("Another set-up of this checkout is at work; waiting for it …")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
