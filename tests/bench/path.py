"""`bench path`: how long a customer waits, on a box of its own, with every stage's share.

The load is `sessions` browsers with an open event stream each, sending one held-out question
every `every_s` seconds (worded unlike the articles; no answer is cached anywhere). The
reference of the same run is the box's own cheapest answer, /healthz, asked at the same time.
"""

import asyncio
import json
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench.box import running_box
from tests.bench.load import Load, Sample
from tests.bench.stages import stage_figures

HERE = Path(__file__).parent
_ANSWERS = ("model", "rules")


@dataclass(frozen=True)
class Options:
    sessions: int = 50
    every_s: float = 10.0
    duration_s: float = 60.0
    model: Path | None = None


def questions() -> dict[str, list[dict]]:
    held = {}
    for language, name in (("zh-hans", "questions-zh.jsonl"), ("en", "questions-en.jsonl")):
        lines = (HERE / name).read_text(encoding="utf-8").splitlines()
        held[language] = [json.loads(line) for line in lines]
    return held


def percentile(values: list[float], share: float) -> float:
    """Nearest rank; 0.0 for nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def _drive(load: Load) -> list[float]:
    reference: list[float] = []

    async def ping() -> None:
        async with httpx.AsyncClient(base_url=load.address) as client:
            while True:
                began = time.perf_counter()
                await client.get("/healthz")
                reference.append((time.perf_counter() - began) * 1000)
                await asyncio.sleep(0.5)

    pinging = asyncio.create_task(ping())
    await load.run()
    pinging.cancel()
    return reference


def measure(options: Options) -> dict[str, object]:
    """Run the load on a fresh box. Figures in milliseconds unless the name says otherwise."""
    with running_box(model=options.model) as (address, var):
        load = Load(
            address,
            questions(),
            sessions=options.sessions,
            every_s=options.every_s,
            duration_s=options.duration_s,
        )
        reference = asyncio.run(_drive(load))
        stages = stage_figures(var)
    return figures(load.samples, reference) | {
        "sessions": options.sessions,
        "every_s": options.every_s,
        "duration_s": options.duration_s,
        "stages_ms": stages,
    }


def figures(samples: list[Sample], reference: list[float]) -> dict[str, object]:
    good = [sample for sample in samples if not sample.error]
    answers = [sample.answer_ms for sample in good if sample.answer_ms is not None]
    acks = [sample.ack_ms for sample in good if sample.ack_ms is not None]
    firsts = [sample.first_ms for sample in good if sample.first_ms is not None]
    outcomes = Counter(sample.outcome for sample in good)
    shown = [sample for sample in good if sample.articles]
    answered = sum(1 for sample in shown if sample.slug)
    strange = [sample for sample in good if sample.slug is None]
    return {
        "messages": len(samples),
        "errors": len(samples) - len(good),
        "error_kinds": dict(Counter(sample.error for sample in samples if sample.error)),
        "p50_ms": round(percentile(answers, 0.50), 1),
        "p95_ms": round(percentile(answers, 0.95), 1),
        "p99_ms": round(percentile(answers, 0.99), 1),
        "ack_p95_ms": round(percentile(acks, 0.95), 1),
        "first_text_p95_ms": round(percentile(firsts, 0.95), 1),
        "reference_p95_ms": round(percentile(reference, 0.95), 1),
        "reference_median_ms": round(statistics.median(reference), 1) if reference else 0.0,
        "outcomes": dict(outcomes),
        "answered_share": _share(answered, sum(1 for sample in good if sample.slug)),
        "chosen_by_model_share": _share(outcomes["model"], sum(outcomes[o] for o in _ANSWERS)),
        "unanswerable_refused_share": _share(
            sum(1 for sample in strange if sample.outcome not in _ANSWERS), len(strange)
        ),
        "article_right_share": _share(
            sum(1 for sample in shown if sample.slug in sample.articles), len(shown)
        ),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0
