"""Does this processor run this build? A child process tries and is allowed to die.

A build for the wrong instructions dies of SIGILL; one for AMX, on a virtual machine that
announces AMX without having it, crashes inside the first matrix product. Either would take
the engine with it in the middle of an answer.
"""

import subprocess
import sys
from pathlib import Path
from signal import Signals

_LIMIT_S = 120
# Rows enough for the kernels that only batches use.
_ROWS = 40


def probe(model: Path) -> str:
    """Decode a little in a child.

    Returns: "ok", or what happened: "died of SIGILL", "failed with 3", "no answer in 120 s".
    """
    command = [sys.executable, "-m", "models.engine.probe", str(model)]
    try:
        done = subprocess.run(  # noqa: S603  # our own module, by our own interpreter
            command,
            check=False,
            timeout=_LIMIT_S,
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {_LIMIT_S} s"
    return verdict(done.returncode)


def verdict(returncode: int) -> str:
    if returncode == 0:
        return "ok"
    if returncode < 0:
        return f"died of {Signals(-returncode).name}"
    return f"failed with {returncode}"


def main() -> int:
    """Run in the child. Exits 0 if the logits are numbers."""
    import numpy as np

    from models.engine.backend import Backend, Limits
    from models.engine.steps import Row

    limits = Limits(cells=64, batch=64, sequences=1, outputs=64)
    backend = Backend(Path(sys.argv[1]), limits)
    size = backend.vocabulary.size
    rows = [Row(number % size, number, (0,), number % 8 == 0) for number in range(_ROWS)]
    finite = bool(np.isfinite(backend.decode(rows)).all())
    finite &= bool(np.isfinite(backend.decode([Row(0, _ROWS, (0,), wants=True)])).all())
    backend.close()
    return 0 if finite else 3


if __name__ == "__main__":
    sys.exit(main())
