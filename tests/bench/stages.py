"""Each stage's share of an answer, read from the audit entries that the answers left."""

import json
from collections import defaultdict
from pathlib import Path

import psycopg

from appliance.config import Config


def stage_figures(var: Path) -> dict[str, dict[str, float]]:
    """{stage: {"p50", "p95"}} in milliseconds, over every composed reply of the box."""
    config = Config(var=var, role="operator")
    password = (config.secrets / "db-operator.pw").read_text(encoding="utf-8").strip()
    spent: dict[str, list[int]] = defaultdict(list)
    with psycopg.connect(
        host=str(config.database_socket),
        dbname="strongroom",
        user="strongroom_operator",
        password=password,
    ) as connection:
        rows = connection.execute(
            "SELECT entry FROM audit_logged_event WHERE kind = 'assistant:reply:composed'"
        )
        for (entry,) in rows:
            for stage, microseconds in json.loads(entry)["data"]["stages_us"].items():
                spent[stage].append(microseconds)
    return {stage: _two(sorted(values)) for stage, values in spent.items()}


def _two(ordered: list[int]) -> dict[str, float]:
    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1000, 2)

    return {"p50": at(0.50), "p95": at(0.95)}
