"""The virtual environment and the packages of a hash-pinned lock in it."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from appliance.ops.bootstrap.progress import Progress
from appliance.ops.bootstrap.stamps import Stamps, digest_of

# Settings of the caller that would send packages elsewhere than into the environment.
_QUIET = {
    "PIP_USER": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PIP_NO_WARN_SCRIPT_LOCATION": "1",
    "PIP_PROGRESS_BAR": "off",
    "PYTHONHOME": "",
    "PYTHONPATH": "",
}
# Built here from source, apart from the others: see engine.py.
ENGINE = "llama-cpp-python"


@dataclass(frozen=True)
class Environment:
    """root: the checkout; folder: its virtual environment."""

    root: Path
    folder: Path
    progress: Progress

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def stamps(self) -> Stamps:
        return Stamps(self.folder / "steps")

    def packages(self) -> Path:
        """Its site-packages."""
        name = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self.folder / "lib" / name / "site-packages"

    def call(self, what: str, *words: str, **more: str) -> None:
        """Run `python -m WORDS`: scripts in bin/ break where the path is long or has spaces."""
        environment = {**_QUIET, **more}
        self.progress.run(
            what, [str(self.python), "-m", *words], cwd=self.root, environment=environment
        )

    def create(self) -> None:
        """Make the environment, anew where another python made it or it was interrupted."""
        digest = digest_of([sys.version, sysconfig.get_platform(), str(Path(sys.prefix))])
        if self.stamps.holds("environment", digest) and self._works():
            return
        if self.folder.exists():
            shutil.rmtree(self.folder)
        words = [sys.executable, "-m", "venv", str(self.folder)]
        self.progress.run("virtual environment", words)
        self._show_checkout()
        self.stamps.put("environment", digest)

    def _works(self) -> bool:
        """Whether its python still runs: the system's may have been upgraded under it."""
        words = [str(self.python), "-c", "import pip, site"]
        try:
            done = subprocess.run(words, capture_output=True, check=False)  # noqa: S603
        except OSError:
            return False
        return done.returncode == 0

    def _show_checkout(self) -> None:
        """Let the packages be imported from the checkout, whatever the working directory.

        Relative, so that no encoding of the checkout's path is involved and it may be moved.
        """
        relative = os.path.relpath(self.root, self.packages())
        (self.packages() / "strongroom.pth").write_text(f"{relative}\n", encoding="ascii")

    def install(self, step: str, lock: Path, what: str) -> None:
        """Install exactly what a lock says, by hash, leaving the engine out."""
        digest = digest_of([lock])
        if self.stamps.holds(step, digest):
            return
        rest = self.folder / f"{step}.lock"
        rest.write_text(without(lock.read_text(encoding="utf-8"), ENGINE), encoding="utf-8")
        self.call(
            what, "pip", "install", "--require-hashes", "--no-deps", "--only-binary=:all:",
            "-r", str(rest),
        )  # fmt: skip
        self.stamps.put(step, digest)


def block_of(lock: str, name: str) -> str:
    """The lines of one package in a lock: its version, hashes and comments."""
    found = re.search(rf"^{re.escape(name)}==(?:.*\n)(?:[ \t#].*\n?)*", lock, re.MULTILINE)
    if found is None:
        raise LookupError(f"got a lock without {name}, want it pinned there")
    return found.group()


def without(lock: str, name: str) -> str:
    try:
        return lock.replace(block_of(lock, name), "")
    except LookupError:
        return lock
