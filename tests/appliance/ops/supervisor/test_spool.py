"""Service events on their way to the log."""

from appliance.ops.supervisor.spool import note, take


def test_a_line_cut_by_a_power_failure_costs_only_itself(tmp_path):
    note(tmp_path, service="web", what="started")
    with (tmp_path / "service-events.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-')
    note(tmp_path, service="worker", what="started")
    _, events = take(tmp_path)
    assert [event["service"] for event in events] == ["web", "worker"]
