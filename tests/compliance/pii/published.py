"""Sets that a clone does not have: tests that need one are skipped by its name."""

import json
from pathlib import Path

import pytest

DATA = Path(__file__).parents[4] / "shared" / "data"


def records(name, file="data.jsonl"):
    """The records of one set; skips the calling test where the set is absent."""
    path = DATA / name / file
    if not path.exists():
        pytest.skip(f"needs the data set {name}")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
