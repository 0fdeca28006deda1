"""Floors. What each figure means, and what it does not, is in the model card."""

import json
from pathlib import Path

import pytest

from models.understanding import evaluation
from models.understanding.errors import ExampleFileError

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def write(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_handover_table_holds(reader):
    """A regression table: its errors were seen and mended; no measure of unseen wording."""
    report = evaluation.handover_report(reader, HERE / "handover.jsonl")
    assert report["recall"] == 1.0
    assert report["precision"] == 1.0


def test_questions_by_other_writers_keep_their_floor(reader):
    """Bench questions are never trained on; right is any intent of the article asked for."""
    hits = total = 0
    for language in ("zh", "en"):
        articles = ROOT / "appliance" / "knowledge" / "demo" / f"articles-{language}.jsonl"
        wanted = {a["slug"]: a["intents"] for a in lines(articles)}
        questions = ROOT / "tests" / "bench" / f"questions-{language}.jsonl"
        for row in lines(questions):
            if row["slug"] in wanted:
                total += 1
                hits += reader.intents.guess(row["question"]).intent in wanted[row["slug"]]
    assert hits / total >= 0.38


def test_unknown_labels_are_listed_and_left_out(reader, tmp_path):
    rows = [{"text": "thank you", "label": "grateful"}, {"text": "hm", "label": "bored"}]
    report = evaluation.emotion_report(reader, write(tmp_path / "e.jsonl", rows))
    assert report["unknown_labels"] == {"bored": 1}
    assert report["items"] == 1
    assert {"precision", "recall", "f1", "accuracy", "by_label"} <= set(report)


def test_intent_report_has_the_keys_of_the_contract(tmp_path):
    train = write(
        tmp_path / "train.jsonl",
        [{"text": f"{word} {i}", "intent": name} for i in range(6)
         for word, name in (("lost card", "a"), ("open account", "b"), ("tell joke", "oos"))],
    )  # fmt: skip
    report = evaluation.intent_report(train, train)
    keys = "accuracy macro_f1 oos_recall oos_precision train_seconds messages_per_second"
    assert set(keys.split()) <= set(report)
    assert report["accuracy"] == 1.0


def test_a_bad_line_is_named_without_its_text(reader, tmp_path):
    (tmp_path / "bad.jsonl").write_text('{"text": "secret"}\n')
    with pytest.raises(ExampleFileError, match="line 1") as fault:
        evaluation.emotion_report(reader, tmp_path / "bad.jsonl")
    assert "secret" not in str(fault.value)


@pytest.mark.slow
def test_part_of_banking77(shared_data, tmp_path):
    """Twelve intents only, to stay within seconds; the full figures are in the model card."""
    rows = lines(shared_data / "intent-banking77" / "data.jsonl")
    names = sorted({row["intent"] for row in rows})[:12]
    kept = [row for row in rows if row["split"] == "train" and row["intent"] in names]
    report = evaluation.intent_report(
        write(tmp_path / "a.jsonl", [r for i, r in enumerate(kept) if i % 10]),
        write(tmp_path / "b.jsonl", kept[::10]),
    )
    assert report["accuracy"] >= 0.90
