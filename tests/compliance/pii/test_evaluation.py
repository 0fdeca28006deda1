import json
import time

import pytest

from compliance.pii.errors import EvaluationFileError
from compliance.pii.evaluation import evaluate_pii, evaluate_promises, evaluate_secrets


def file_of(tmp_path, *records):
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records), "utf-8")
    return path


def item(text, *spans, **more):
    return {"id": "1", "text": text, "lang": "zh", "spans": [{"start": s, "end": e, "label": t} for s, e, t in spans], **more}  # fmt: skip


def test_pii_report(tmp_path):
    path = file_of(
        tmp_path,
        item("手机13800138000", (2, 13, "PHONE_NUMBER")),
        item("手机一三八", (2, 5, "PHONE_NUMBER")),
        item("电话13900139000和编号77", (16, 18, "EMPLOYEE_ID")),
    )
    report = evaluate_pii(path, time.perf_counter)
    assert report["by_label"] == {"PHONE_NUMBER": {"precision": 0.5, "recall": 0.5, "f1": 0.5, "gold": 2}}  # fmt: skip
    assert (report["precision"], report["recall"], report["f1"]) == (0.5, 0.5, 0.5)
    assert report["leak_rate"] == 0.5
    assert report["overmask_rate"] == 11 / (2 + 2 + 16)
    assert report["unknown_labels"] == {"EMPLOYEE_ID": 1}
    assert report["messages_per_second"] > 0


def test_types_the_file_never_annotates_do_not_count(tmp_path):
    report = evaluate_pii(file_of(tmp_path, item("我叫王小明，手机13800138000", (2, 5, "PERSON"))), time.perf_counter)  # fmt: skip
    assert report["precision"] == 1.0
    assert report["overmask_rate"] == 0.0


def test_language_is_a_filter(tmp_path):
    path = file_of(tmp_path, item("手机13800138000", (2, 13, "PHONE_NUMBER")), item("x", lang="en"))
    assert evaluate_pii(path, time.perf_counter, language="zh")["messages"] == 1


def test_secrets_report_uses_the_turns(tmp_path):
    path = file_of(
        tmp_path,
        item("482913", (0, 6, "OTP"), turns=["我的验证码是"]),
        item("I forgot my password"),
        item("my pin is secret"),
    )
    report = evaluate_secrets(path)
    assert (report["precision"], report["recall"], report["accuracy"]) == (1.0, 1.0, 1.0)


def test_promises_report(tmp_path):
    path = file_of(
        tmp_path,
        {"text": "保证年化8%收益", "label": "violation", "type": "promise"},
        {"text": "本产品不保本", "label": "ok"},
        {"text": "天气很好", "label": "violation"},
    )
    report = evaluate_promises(path)
    assert report["accuracy"] == round(2 / 3, 4)
    assert report["recall"] == 0.5
    assert report["precision"] == 1.0
    assert report["by_type"] == {"promise": 1.0}


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"text": 1, "spans": []}', '{"text": "secret-text", "spans": [{"start": 0, "end": 99, "label": "PERSON"}]}', '{"text": "a", "spans": [{"start": "x"}]}'],
)  # fmt: skip
def test_a_malformed_line_is_named_not_quoted(tmp_path, line):
    path = tmp_path / "set.jsonl"
    path.write_text(line, "utf-8")
    with pytest.raises(EvaluationFileError) as fault:
        evaluate_pii(path, time.perf_counter)
    assert "line 1" in str(fault.value)
    assert "secret-text" not in str(fault.value)
