"""The inference engine: built here, portably, from the source that the lock pins by hash.

Its default build asks the compiler for every instruction that the processor advertises, and
crashes on virtual machines that advertise AMX without having it. GGML_NATIVE=OFF builds for
AVX2, as its other portable builds do. A build takes minutes, so the wheel is kept for the next
checkout of the same version, under the user's cache folder, which nobody else may write.
"""

import os
import platform
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from appliance.ops.bootstrap.environment import ENGINE, Environment, block_of
from appliance.ops.bootstrap.errors import StepFailedError
from appliance.ops.bootstrap.prerequisites import check_compiler
from appliance.ops.bootstrap.stamps import digest_of

FLAGS = "-DGGML_NATIVE=OFF -DGGML_CCACHE=OFF"
_STEP = "engine"
_OTHERS_WRITE = 0o022


def install_engine(env: Environment, lock: Path, build_lock: Path) -> None:
    """Raises: MissingPrerequisiteError, StepFailedError."""
    pinned = block_of(lock.read_text(encoding="utf-8"), ENGINE)
    digest = digest_of([pinned, FLAGS, sysconfig.get_platform(), *platform.libc_ver()])
    if env.stamps.holds(_STEP, digest):
        return
    shelf = _shelf(digest)
    wheel = _kept(shelf)
    if wheel is None:
        check_compiler()
        env.install("build", build_lock, "build tools")
        wheel = _build(env, pinned, shelf)
    env.call("inference engine", "pip", "install", "--no-deps", "--no-index", "--force-reinstall",
             str(wheel))  # fmt: skip
    env.stamps.put(_STEP, digest)


def _shelf(digest: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "strongroom" / "wheels" / digest[:32]


def _kept(shelf: Path) -> Path | None:
    """A wheel kept by an earlier build; none where others could have put it there."""
    try:
        status = shelf.stat()
        if status.st_uid != os.geteuid() or status.st_mode & _OTHERS_WRITE:
            return None
        return next(iter(sorted(shelf.glob("*.whl"))), None)
    except OSError:
        return None


def _build(env: Environment, pinned: str, shelf: Path) -> Path:
    cores = len(os.sched_getaffinity(0))
    # A short place of its own: CMake and Ninja quote paths in ways of their own.
    with tempfile.TemporaryDirectory(prefix="strongroom-build-") as place:
        source = Path(place) / "engine.lock"
        source.write_text(pinned, encoding="utf-8")
        env.call(
            f"inference engine, compiled for this machine on {cores} cores (3 to 6 minutes)",
            "pip", "wheel", "--require-hashes", "--no-deps", "--no-build-isolation",
            "--no-cache-dir", "--no-binary", ENGINE, "--wheel-dir", place, "-r", str(source),
            CMAKE_ARGS=FLAGS, CMAKE_BUILD_PARALLEL_LEVEL=str(cores), TMPDIR=place,
        )  # fmt: skip
        made = next(iter(Path(place).glob("*.whl")), None)
        if made is None:
            raise StepFailedError("the build of the inference engine left no wheel")
        return _keep(made, shelf, env)


def _keep(made: Path, shelf: Path, env: Environment) -> Path:
    """Put the wheel on its shelf, whole or not at all; inside the checkout where that fails."""
    for place in (shelf, env.folder / "wheels"):
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            incoming = place / f".{made.name}.{os.getpid()}"
            shutil.copyfile(made, incoming)
            return incoming.replace(place / made.name)
        except OSError as fault:
            sys.stdout.write(f"  the engine is not kept in {place}: {fault.strerror}\n")
    raise StepFailedError("got no folder to keep the inference engine in, want one")
