import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.pii.engine import detector
from compliance.pii.errors import GuardBlocked, GuardFinishedError
from compliance.pii.guard import StreamGuard
from compliance.pii.masking import to_mask
from compliance.pii.rules_pack import shipped_rules
from tests.compliance.pii.corpus import messages

PLANTED = ("6222021234567890128", "13800138000", "440308199901101512", "zhang.wei@example.com")
_PARTS = st.sampled_from(
    (
        "您的卡号是6222021234567890128，", "请拨打400-000-0188。", "手机13800138000已绑定。", "好的，",
        "身份证号440308199901101512请核对。", "The fee is 0.1 %. ", "Write to zhang.wei@example.com now. ",
        "[PERSON_1]，您好！", "请稍候", "年费800元。\n", "balance", " ", "海湾银行", "1", "本产品不保本。",
        "我们保证本金安全，绝对不会亏损。", "guaranteed return of 8 %. ", "Your card 4111 1111 1111 1111 is active. ",
    )
)  # fmt: skip


@st.composite
def chunked(draw):
    text = "".join(draw(st.lists(_PARTS, max_size=10)))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    edges = [0, *cuts, len(text)]
    return text, [text[a:b] for a, b in itertools.pairwise(edges)]


def run(chunks, rules=None):
    """What was sent, and the rule that blocked."""
    guard = StreamGuard(detector().find, shipped_rules() if rules is None else rules)
    sent = []
    try:
        sent += [guard.feed(chunk) for chunk in chunks]
        sent.append(guard.finish())
    except GuardBlocked as blocked:
        return "".join(sent), blocked.rule
    return "".join(sent), None


@settings(max_examples=60, deadline=None)
@given(chunked())
def test_any_chunking_gives_the_unchunked_decision(case):
    text, chunks = case
    sent, rule = run(chunks)
    whole, whole_rule = run([text])
    assert rule == whole_rule
    if rule is None:
        assert sent == whole
    else:
        by_character, _ = run(list(text))
        assert by_character.startswith(sent)
        assert "绝对不会亏损" not in by_character


@settings(max_examples=60, deadline=None)
@given(chunked())
def test_no_planted_value_is_sent(case):
    sent, _ = run(case[1])
    assert not [value for value in PLANTED if value in sent]
    assert "4111 1111" not in sent


def test_messages_leave_as_they_would_in_one_piece():
    dice = random.Random(3)
    same = 0
    total = 0
    for text, spans, _ in messages(rounds=2):
        size = dice.randint(1, 9)
        sent, rule = run([text[i : i + size] for i in range(0, len(text), size)], rules=())
        assert rule is None
        for start, end, _ in spans:
            if end - start > 4:
                assert text[start:end] not in sent
        same += sent == to_mask(text, detector().find(text))
        total += 1
    assert same == total


def test_a_short_answer_waits_for_the_window_and_a_long_one_flows():
    guard = StreamGuard(detector().find, ())
    assert guard.feed("好的，请您稍候。") == ""
    assert guard.feed("我马上为您查询这笔交易的情况。" * 8).startswith("好的，请您稍候。")


def test_the_forbidden_words_are_never_sent():
    chunks = ["这款产品", "很适合您，保", "证本金", "安全，放心购买。"]
    sent, rule = run(chunks)
    assert rule == "zh.promise.principal"
    assert "保证" not in sent


def test_a_placeholder_is_never_cut():
    guard = StreamGuard(detector().find, ())
    sent = [guard.feed(c) for c in "您好，" + "尊敬的[PERSON_1]，" * 30]
    sent.append(guard.finish())
    assert all(piece.count("[") == piece.count("]") for piece in sent)


def test_a_missing_notice_is_added_once():
    sent, rule = run(["这款理财产品的业绩比较基准为3.5%，适合稳健型客户。"])
    assert rule is None
    assert sent.endswith("理财非存款，产品有风险，投资须谨慎。")
    sent, _ = run(["这款理财产品的业绩比较基准为3.5%，理财非存款，产品有风险。"])
    assert sent.count("风险") == 1


def test_a_guard_serves_one_answer():
    guard = StreamGuard(detector().find, ())
    guard.finish()
    with pytest.raises(GuardFinishedError):
        guard.feed("x")
    with pytest.raises(GuardFinishedError):
        guard.finish()


def test_the_refusal_names_rule_and_law_and_no_text():
    guard = StreamGuard(detector().find, shipped_rules())
    with pytest.raises(GuardBlocked) as blocked:
        guard.feed("稳赚不赔的产品，" + "请放心购买，" * 20)
    assert "稳赚" not in str(blocked.value)
    assert "广告法" in blocked.value.citation
    assert guard.fired == [blocked.value.rule]
