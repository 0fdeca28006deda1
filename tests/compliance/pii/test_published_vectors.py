"""Public test values: check digits, presidio's own tests, sentence templates."""

import random
import re
from collections import Counter

import pytest

from compliance.pii.engine import detector
from compliance.pii.secrets import screen
from tests.compliance.pii import corpus
from tests.compliance.pii.published import records

# Values that pass the check digit and are wrong for a reason we do not test (a birth before
# its region existed), or right only by a reading we do not make (ten-digit card numbers).
_BEYOND_US = {"500154199301135886", "411082198901010002", "201511221897205960"}


def found_types(text):
    return {f.type for f in detector().find(text) if f.end - f.start >= len(text) * 0.8}


@pytest.mark.parametrize(
    ("kind", "type_name", "label"),
    [
        ("cn_resident_id", "CN_ID_CARD", "身份证号"),
        ("cn_uscc", "CN_USCC", "统一社会信用代码"),
        ("bank_card", "BANK_CARD", "银行卡号"),
        ("cn_mobile", "PHONE_NUMBER", "手机号"),
        ("iban", "IBAN_CODE", "IBAN "),
    ],
)
def test_valid_numbers_are_found_with_their_label(kind, type_name, label):
    values = [
        r["value"] for r in records("pii-id-number-vectors") if r["kind"] == kind and r["valid"]
    ]
    # One source accepts 92 and 98 as mobile prefixes; the numbering plan has none.
    values = [v for v in values if kind != "cn_mobile" or v[-11] == "1"]
    missed = []
    for value in values:
        text = label + value
        types = {f.type for f in detector().find(text) if f.end == len(text)}
        is_foreigner = value[0] == "9" and kind == "cn_resident_id"
        if ("CN_FOREIGN_PR_CARD" if is_foreigner else type_name) not in types:
            missed.append(value)
    # Registry lengths of two countries changed; three historic forms are not ours.
    assert len(missed) <= len(values) * 0.03, missed


@pytest.mark.parametrize(("kind", "type_name"), [("cn_resident_id", "CN_ID_CARD"), ("cn_uscc", "CN_USCC"), ("bank_card", "BANK_CARD"), ("iban", "IBAN_CODE")])  # fmt: skip
def test_invalid_numbers_alone_are_not_found(kind, type_name):
    values = [
        r["value"] for r in records("pii-id-number-vectors")
        if r["kind"] == kind and not r["valid"] and r["checksum_ok"] is not True and r["value"] not in _BEYOND_US
    ]  # fmt: skip
    # A sign after a whole number is no reason to leave the number readable.
    wrong = [v for v in values if v and v[-1].isalnum() and type_name in found_types(v)]
    assert not wrong


_OURS = {
    "email": "EMAIL_ADDRESS", "iban": "IBAN_CODE", "credit_card": "BANK_CARD", "ip": "IP_ADDRESS",
    "pl_pesel": "PL_PESEL", "es_nif": "ES_NIF", "it_fiscal_code": "IT_FISCAL_CODE",
}  # fmt: skip
# presidio's unit tests call a pattern without context or threshold; ours must see the same
# spans in most of them, and each floor says how far the readings agree.
_FLOORS = {
    "email": 0.8, "iban": 0.9, "credit_card": 0.85, "ip": 0.7, "pl_pesel": 0.5, "es_nif": 0.5,
    "it_fiscal_code": 0.6,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(_OURS))
def test_presidio_cases(name):
    rows = [r for r in records("pii-presidio-recognizer-tests") if r["recognizer"] == name and r["expected_spans"] is not None]  # fmt: skip
    agree = 0
    for row in rows:
        label = {"pl_pesel": "PESEL ", "es_nif": "NIF "}.get(name, "")
        found = [
            [f.start - len(label), f.end - len(label)]
            for f in detector().find(label + row["text"]) if f.type == _OURS[name]
        ]  # fmt: skip
        agree += found == sorted(row["expected_spans"])
    assert agree / len(rows) >= _FLOORS[name], (agree, len(rows))


_SLOTS = {
    "PERSON_NAME": "PERSON", "ADDRESS": "ADDRESS", "PHONE_NUMBER": "PHONE_NUMBER",
    "EMAIL_ADDRESS": "EMAIL_ADDRESS", "CN_RESIDENT_ID": "CN_ID_CARD", "BANK_CARD_NUMBER": "BANK_CARD",
    "IP_ADDRESS": "IP_ADDRESS", "VEHICLE_LICENSE_PLATE": "VEHICLE_PLATE", "DATE_OF_BIRTH": "BIRTH_DATE",
    "PASSPORT_NUMBER": "CN_PASSPORT", "QQ_NUMBER": "QQ_ID",
}  # fmt: skip


def test_templates_written_by_others():
    """Their sentences, our values: recall and precision with floors."""
    hit, missed, wrong = Counter(), Counter(), Counter()
    for text, spans, known in _filled():
        found = {
            (f.start, f.end, f.type) for f in detector().find(text) if f.type in _SLOTS.values()
        }
        gold = {s for s in spans if s[2] in _SLOTS.values()}
        hit.update(t for _, _, t in gold & found)
        missed.update(t for _, _, t in gold - found)
        wrong.update(t for s, e, t in found - gold if not any(s < b and a < e for a, b in known))
    total = hit.total()
    assert total / (total + missed.total()) >= 0.97, missed
    assert total / (total + wrong.total()) >= 0.97, wrong


def _filled():
    dice = random.Random(11)
    for record in records("pii-zh-templates", "templates.jsonl") * 6:
        text, spans, others, done = "", [], [], 0
        for slot in re.finditer(r"<<([A-Z_]+?)_\d+>>", record["text"]):
            text += record["text"][done : slot.start()]
            kind = _SLOTS.get(slot[1])
            value = corpus._value(kind, dice, is_chinese=True) if kind else "XK-7"
            (spans.append((len(text), len(text) + len(value), kind)) if kind else others.append((len(text), len(text) + len(value))))  # fmt: skip
            text += value
            done = slot.end()
        yield text + record["text"][done:], spans, others


def test_no_false_alarm_on_a_public_bank_set():
    rows = records("intent-banking77")[::7]
    alarms = [r["text"] for r in rows if screen(r["text"]).dropped or detector().find(r["text"])]
    assert len(alarms) <= len(rows) * 0.002, alarms
