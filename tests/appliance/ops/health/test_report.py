"""The report answers whatever is down, and says what to do."""

from datetime import UTC, datetime

import pytest

from appliance.ops.health import Check, Report, report
from appliance.ops.health.checks import _made

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_the_worst_check_is_the_state():
    def of(*states):
        return Report(NOW, tuple(Check("one", state, "-") for state in states)).state

    assert of() == "ok"
    assert of("ok", "warn") == "warn"
    assert of("fail", "warn", "ok") == "fail"


def test_a_check_that_cannot_be_made_has_failed():
    def broken(_config, _now):
        raise RuntimeError("Key (username)=(张伟)")
        yield

    (made,) = _made("disk", broken, NOW)
    assert (made.name, made.state) == ("disk", "fail")
    assert "RuntimeError" in made.detail
    assert "张伟" not in made.detail


@pytest.mark.django_db
def test_a_box_that_does_not_run_says_how_to_start_it(box):
    found = report()
    by_name = {check.name: check for check in found.checks}
    assert found.state == "fail"
    assert by_name["supervisor"].state == "fail"
    assert "make run" in by_name["supervisor"].todo
    assert by_name["disk"].state in {"ok", "warn"}
    assert by_name["clock"].state == "ok"
    assert by_name["log"].state == "ok"
    assert by_name["model"].state == "warn"
    assert all(check.todo for check in found.checks if check.state != "ok")
    assert found.as_json()["checks"][0]["name"] == "supervisor"
