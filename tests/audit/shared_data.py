"""Vectors that a development machine has beside the repository; absent elsewhere."""

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"


def lines(name):
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
