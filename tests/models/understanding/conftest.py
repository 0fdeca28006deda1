"""One trained reader for the folder: training takes seconds, so it happens once."""

from pathlib import Path

import pytest

from models.understanding import store


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("understanding")


@pytest.fixture(scope="session")
def reader(model_folder):
    return store.open_or_train(model_folder)


@pytest.fixture(scope="session")
def shared_data():
    folder = Path(__file__).resolve().parents[4] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data sets are not here")
    return folder
