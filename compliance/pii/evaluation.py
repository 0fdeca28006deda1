"""The measurements behind `evaluate pii|secrets|promises`: files in, plain reports out.

Formats: JSONL as fixed in `docs/formats.md`; half-open character offsets. Labels the product
does not have are listed and left out of the averages; types that a file never annotates
count neither as wrong nor as over-masking. Reports hold counts and rates, never text.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compliance.pii.engine import Detector, detector
from compliance.pii.errors import EvaluationFileError
from compliance.pii.rules_pack import Rule, check_text, shipped_rules
from compliance.pii.secrets import find_secrets
from compliance.pii.types import ALL_TYPES, SECRET_TYPES, RawText

Span = tuple[int, int, str]
Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One annotated message."""

    text: RawText = field(repr=False)
    spans: tuple[Span, ...]
    turns: tuple[str, ...] = field(default=(), repr=False)
    language: str = ""


@dataclass(slots=True)
class _Tally:
    hit: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    leaked: int = 0
    gold: int = 0
    other_characters: int = 0
    overmasked: int = 0


def evaluate_pii(
    file: Path, clock: Callable[[], float], *, language: str | None = None,
    engine: Detector | None = None,
) -> Report:  # fmt: skip
    """Exact-span precision, recall and F1, leak and over-masking rates, speed.

    clock: seconds, e.g. `time.perf_counter`. Raises: EvaluationFileError.
    """
    items = [i for i in read_items(file) if language in (None, "", i.language)]
    find = (engine or detector()).find
    find(RawText("warm 13800138000"))
    begin = clock()
    found = [tuple((f.start, f.end, f.type) for f in find(item.text)) for item in items]
    seconds = clock() - begin
    report = _span_report(items, found)
    report["messages"] = len(items)
    report["messages_per_second"] = _ratio(len(items), seconds, digits=1)
    return report


def evaluate_secrets(file: Path) -> Report:
    """As `evaluate_pii` on what `screen` would drop, turns considered; accuracy by message.

    Raises: EvaluationFileError.
    """
    items = list(read_items(file))
    found = [
        tuple((s.start, s.end, s.type) for s in find_secrets(item.text, item.turns))
        for item in items
    ]
    report = _span_report(items, found, always=SECRET_TYPES)
    right = sum(
        {s for s in item.spans if s[2] in ALL_TYPES} == set(spans)
        for item, spans in zip(items, found, strict=True)
    )
    report["accuracy"] = _ratio(right, len(items))
    report["messages"] = len(items)
    return report


def evaluate_promises(file: Path, rules: Sequence[Rule] | None = None) -> Report:
    """Whether each answer is called a violation as labelled; positive class `violation`.

    Raises: EvaluationFileError.
    """
    packs = shipped_rules() if rules is None else rules
    counts: Counter[tuple[str, str]] = Counter()
    by_type: dict[str, Counter[str]] = {}
    for number, record in _records(file):
        label, text = record.get("label"), record.get("text")
        if label not in ("violation", "ok") or not isinstance(text, str):
            raise EvaluationFileError(number, "text and a label violation or ok")
        called = "violation" if check_text(text, packs) else "ok"
        counts[label, called] += 1
        kind = record.get("type")
        if isinstance(kind, str):
            by_type.setdefault(kind, Counter())["hit" if called == label else "missed"] += 1
    return _class_report(counts, by_type)


def read_items(file: Path) -> Iterator[Item]:
    """Annotated messages of a file. Raises: EvaluationFileError (line number only)."""
    for number, record in _records(file):
        text, spans = record.get("text"), record.get("spans")
        if not isinstance(text, str) or not isinstance(spans, list):
            raise EvaluationFileError(number, "text and spans")
        try:
            gold = tuple((int(s["start"]), int(s["end"]), str(s["label"])) for s in spans)
        except (KeyError, TypeError, ValueError) as fault:
            raise EvaluationFileError(number, "spans of start, end and label") from fault
        if any(not 0 <= s < e <= len(text) for s, e, _ in gold):
            raise EvaluationFileError(number, "spans inside the text")
        turns = tuple(map(_turn_text, record.get("turns") or ()))
        yield Item(RawText(text), gold, turns, str(record.get("lang", "")))


def _turn_text(turn: object) -> str:
    return str(turn.get("text", "")) if isinstance(turn, dict) else str(turn)


def _records(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError:
                raise EvaluationFileError(number, "one JSON object") from None
            if not isinstance(record, dict):
                raise EvaluationFileError(number, "one JSON object")
            yield number, record


def _span_report(
    items: Sequence[Item],
    found: Sequence[Iterable[Span]],
    *,
    always: frozenset[str] = frozenset(),
) -> Report:
    labels = {label for item in items for _, _, label in item.spans}
    counted = (labels & ALL_TYPES) | always
    tally = _Tally()
    for item, spans in zip(items, found, strict=True):
        _count(tally, item, list(spans), counted)
    by_label = {
        label: _scores(tally.hit[label], tally.wrong[label], tally.missed[label])
        for label in sorted(counted)
    }
    totals = _scores(tally.hit.total(), tally.wrong.total(), tally.missed.total())
    del totals["gold"]
    return {
        **totals,
        "leak_rate": _ratio(tally.leaked, tally.gold),
        "overmask_rate": _ratio(tally.overmasked, tally.other_characters),
        "by_label": by_label,
        "unknown_labels": dict(sorted(tally.unknown.items())),
    }


def _count(
    tally: _Tally, item: Item, spans: list[Span], counted: frozenset[str] | set[str]
) -> None:
    gold = {s for s in item.spans if s[2] in counted}
    tally.unknown.update(s[2] for s in item.spans if s[2] not in counted)
    predicted = {s for s in spans if s[2] in counted}
    tally.hit.update(s[2] for s in gold & predicted)
    tally.missed.update(s[2] for s in gold - predicted)
    tally.wrong.update(s[2] for s in predicted - gold if not _is_on_unknown(s, item, counted))
    masked = {i for start, end, _ in spans for i in range(start, end)}
    tally.gold += len(gold)
    tally.leaked += sum(any(i not in masked for i in range(s, e)) for s, e, _ in gold)
    annotated = {i for start, end, _ in item.spans for i in range(start, end)}
    over = {i for start, end, _ in predicted for i in range(start, end)} - annotated
    tally.overmasked += len(over)
    tally.other_characters += len(item.text) - len(annotated)


def _is_on_unknown(span: Span, item: Item, counted: frozenset[str] | set[str]) -> bool:
    """A reading of something annotated with a label we do not have is neither right nor wrong."""
    return any(s < span[1] and span[0] < e for s, e, label in item.spans if label not in counted)


def _scores(hit: int, wrong: int, missed: int) -> Report:
    precision, recall = _ratio(hit, hit + wrong), _ratio(hit, hit + missed)
    return {
        "precision": precision,
        "recall": recall,
        "f1": _ratio(2 * hit, 2 * hit + wrong + missed),
        "gold": hit + missed,
    }


def _class_report(counts: Counter[tuple[str, str]], by_type: dict[str, Counter[str]]) -> Report:
    hit = counts["violation", "violation"]
    wrong = counts["ok", "violation"]
    missed = counts["violation", "ok"]
    scores = _scores(hit, wrong, missed)
    del scores["gold"]
    right = hit + counts["ok", "ok"]
    labels = {
        "violation": _scores(hit, wrong, missed),
        "ok": _scores(counts["ok", "ok"], missed, wrong),
    }
    kinds = {k: _ratio(c["hit"], c.total()) for k, c in sorted(by_type.items())}
    return {
        **scores, "accuracy": _ratio(right, counts.total()), "by_label": labels,
        "by_type": kinds, "messages": counts.total(),
    }  # fmt: skip


def _ratio(part: float, whole: float, digits: int = 4) -> float:
    return round(part / whole, digits) if whole else 0.0
