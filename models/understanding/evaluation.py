"""What `evaluate intent`, `evaluate emotion` and `evaluate handover` report.

Labels that the product does not know are listed and left out of the averages.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from compliance.pii.types import MaskedText
from models.understanding import emotion, intents
from models.understanding.examples import OUT_OF_SCOPE, Example, load
from models.understanding.reader import Reader

Report = dict[str, Any]

_HANDOVER: Final = ("handover", "none")


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _scores(gold: Sequence[str], found: Sequence[str], label: str) -> dict[str, float]:
    hits = sum(g == f == label for g, f in zip(gold, found, strict=True))
    precision = _share(hits, sum(f == label for f in found))
    recall = _share(hits, sum(g == label for g in gold))
    f1 = _share(2 * precision * recall, precision + recall)
    support = sum(g == label for g in gold)
    return {"precision": precision, "recall": recall, "f1": f1, "support": support}


def intent_report(train_file: Path, test_file: Path) -> Report:
    """Train on one file and measure on another.

    accuracy and macro_f1 count in-scope items, where "none of these" is an error;
    oos_recall and oos_precision count texts labelled `oos` (None without any).

    Raises: ExampleFileError, TooFewExamplesError, OSError.
    """
    train, test = load(train_file, label="intent"), load(test_file, label="intent")
    started = time.perf_counter()
    model = intents.train(train)
    trained = time.perf_counter()
    found = [model.guess(MaskedText(e.text)).intent or OUT_OF_SCOPE for e in test]
    finished = time.perf_counter()
    known = set(model.machines.labels) | {OUT_OF_SCOPE}
    report = _intent_scores(test, found, known)
    return report | {
        "train_seconds": trained - started,
        "messages_per_second": _share(len(test), finished - trained),
    }


def _intent_scores(test: Sequence[Example], found: Sequence[str], known: set[str]) -> Report:
    kept = [(e.label, f) for e, f in zip(test, found, strict=True) if e.label in known]
    gold, guessed = [g for g, _ in kept], [f for _, f in kept]
    inside = [(g, f) for g, f in kept if g != OUT_OF_SCOPE]
    by_label = {label: _scores(gold, guessed, label) for label in sorted(set(gold))}
    outside = by_label.pop(OUT_OF_SCOPE, None)
    unknown = Counter(e.label for e in test if e.label not in known)
    return {
        "accuracy": _share(sum(g == f for g, f in inside), len(inside)),
        "macro_f1": _share(sum(s["f1"] for s in by_label.values()), len(by_label)),
        "oos_recall": outside["recall"] if outside else None,
        "oos_precision": outside["precision"] if outside else None,
        "in_scope": len(inside),
        "out_of_scope": len(kept) - len(inside),
        "by_label": by_label,
        "unknown_labels": dict(unknown),
    }


def _label_report(
    test: Sequence[Example], known: Sequence[str], predict: Callable[[str], str]
) -> tuple[Report, list[str], list[str]]:
    started = time.perf_counter()
    kept = [(e.label, predict(e.text)) for e in test if e.label in known]
    seconds = time.perf_counter() - started
    gold, found = [g for g, _ in kept], [f for _, f in kept]
    by_label = {label: _scores(gold, found, label) for label in known if label in gold}
    unknown = Counter(e.label for e in test if e.label not in known)
    report = {
        "accuracy": _share(sum(g == f for g, f in kept), len(kept)),
        "by_label": by_label,
        "items": len(kept),
        "unknown_labels": dict(unknown),
        "messages_per_second": _share(len(kept), seconds),
    }
    return report, gold, found


def emotion_report(reader: Reader, file: Path) -> Report:
    """precision, recall and f1 are means over the labels that occur.

    Raises: ExampleFileError, OSError.
    """
    test = load(file, label="label")
    report, _, _ = _label_report(
        test, emotion.LABELS, lambda text: reader.emotion.label(MaskedText(text))
    )
    labels = report["by_label"].values()
    means = {
        name: _share(sum(s[name] for s in labels), len(labels))
        for name in ("precision", "recall", "f1")
    }
    return means | report


def handover_report(reader: Reader, file: Path) -> Report:
    """precision, recall and f1 of `handover`.

    Raises: ExampleFileError, OSError.
    """

    def predict(text: str) -> str:
        return _HANDOVER[0 if reader.understand(MaskedText(text)).wants_person else 1]

    test = load(file, label="label")
    report, gold, found = _label_report(test, _HANDOVER, predict)
    scores = _scores(gold, found, "handover")
    return {name: scores[name] for name in ("precision", "recall", "f1")} | report
