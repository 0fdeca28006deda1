import pytest

from models.registry.files import Stated, import_gguf
from tests.bench.random_gguf import write_random


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """A GGUF of noise, half a megabyte."""
    return write_random(tmp_path_factory.mktemp("weights") / "noise.gguf")


@pytest.fixture
def model(weights, tmp_path):
    """An imported, unsigned model of its own."""
    return import_gguf(weights, tmp_path / "models", stated=Stated(name="noise"))
