"""One box for the whole folder: the supervisor itself, with the demo weights, on real HTTP."""

import json
from secrets import token_hex

import pytest

from tests.bench import box as bench
from tests.e2e.box.customers import Customer, client
from tests.e2e.box.machine import Machine

_FIGURES = {}


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/e2e/box/" in item.path.as_posix():
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.model)


def pytest_terminal_summary(terminalreporter):
    for what, figure in sorted(_FIGURES.items()):
        terminalreporter.write_line(f"{figure:8}  {what}")


@pytest.fixture(scope="package")
def machine():
    with bench.running_box() as (address, var):
        made = Machine(address, var)
        made.wait_for("inference", other_than=0)
        yield made
        _FIGURES.update(made.figures)


@pytest.fixture(scope="package")
def http(machine):
    with client(machine.address) as made:
        yield made


@pytest.fixture
def customer(http, machine):
    """Makes a customer with a conversation of their own."""
    return lambda language="en": Customer(http, machine, language)


@pytest.fixture
def plant(machine):
    """A phrase that stands nowhere but in what a customer wrote."""

    def make():
        phrase = f"quillfeather{token_hex(5)}"
        machine.planted.append(phrase)
        return phrase

    return make


@pytest.fixture(scope="package")
def questions():
    """Held-out questions that have an answer, by language."""
    held = {}
    for language, name in (("zh-hans", "questions-zh.jsonl"), ("en", "questions-en.jsonl")):
        lines = (bench.ROOT / "tests" / "bench" / name).read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        held[language] = [row["question"] for row in rows if row["slug"]]
    return held
