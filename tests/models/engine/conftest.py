import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from models.engine.client import EngineClient, EngineUnavailable
from models.registry.files import Stated, import_gguf
from tests.bench.random_gguf import write_random

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "t" * 40


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """A GGUF of noise, half a megabyte."""
    return write_random(tmp_path_factory.mktemp("weights") / "noise.gguf")


@pytest.fixture(scope="session")
def model_folder(weights, tmp_path_factory):
    return import_gguf(weights, tmp_path_factory.mktemp("models"), stated=Stated(name="noise"))


@contextlib.contextmanager
def running(*arguments, token=TOKEN):
    """An engine process; yields (process, client, socket)."""
    with tempfile.TemporaryDirectory(prefix="eng-") as folder:
        path, secret = Path(folder) / "e.sock", Path(folder) / "token"
        secret.write_text(token)
        command = [sys.executable, "-m", "models.engine.server", "--threads", "2"]
        command += ["--socket", str(path), "--token-file", str(secret), "--die-with-parent"]
        with (Path(folder) / "log").open("w+") as log:
            process = subprocess.Popen(
                [*command, *map(str, arguments)], cwd=ROOT, stdout=log, stderr=log
            )
            try:
                with EngineClient(path, token, timeout_s=20) as client:
                    wait_until_up(client, process, log)
                    yield process, client, path
            finally:
                process.terminate()
                process.wait(10)


def wait_until_up(client, process, log):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if process.poll() is not None:
            log.seek(0)
            raise AssertionError(f"the engine ended with {process.returncode}: {log.read()}")
        with contextlib.suppress(EngineUnavailable):
            client.health()
            return
    raise AssertionError("the engine does not answer")


@pytest.fixture(scope="session")
def engine(model_folder):
    with running("--model", model_folder) as (_process, client, path):
        yield client, path
