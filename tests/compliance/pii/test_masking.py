import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.pii.engine import detector
from compliance.pii.errors import BadFormError, BadSpanError, LedgerFormatError
from compliance.pii.mask_formats import masked
from compliance.pii.masking import resolve, to_mask, to_placeholders
from compliance.pii.placeholders import Ledger
from compliance.pii.types import ALL_TYPES, SECRET_TYPES, Finding

FORMATS = [
    ("PHONE_NUMBER", "13812345678", "138****5678"),
    ("PHONE_NUMBER", "+86 138-1234-5678", "138****5678"),
    ("PHONE_NUMBER", "010-88886666", "010****6666"),
    ("PERSON", "张伟", "张*"),
    ("PERSON", "王小明", "王**"),
    ("PERSON", "欧阳娜娜", "欧阳**"),
    ("PERSON", "John Smith", "J*** S***"),
    ("CN_ID_CARD", "110101199003071234", "1101**********1234"),
    ("BANK_CARD", "6222 0212 3456 7890 128", "622202*********0128"),
    ("BANK_CARD", "4111111111111111", "411111******1111"),
    ("EMAIL_ADDRESS", "zhang.wei@example.com", "z***@example.com"),
    ("ADDRESS", "北京市朝阳区建国路88号3号楼501室", "北京市朝阳区****"),
    ("ADDRESS", "221 Elm Street", "****"),
    ("BIRTH_DATE", "1990-03-07", "****-**-**"),
    ("IP_ADDRESS", "203.0.113.7", "203.*.*.*"),
    ("CARD_LAST4", "8899", "****"),
    ("ACCOUNT_NUMBER", "310066771234", "********1234"),
    ("VEHICLE_PLATE", "京A12345", "京A****5"),
    ("CVV", "123", "[CVV]"),
    ("PASSWORD", "abc12345", "[PASSWORD]"),
    ("SOMETHING_NEW", "abcdefgh", "******gh"),
]


def finding(start, end, kind="PERSON"):
    return Finding(start, end, kind, 1.0, "Test", "test")


@pytest.mark.parametrize(("kind", "value", "shown"), FORMATS)
def test_format(kind, value, shown):
    assert masked(kind, value) == shown


@given(st.sampled_from(sorted(ALL_TYPES)), st.text(min_size=1, max_size=24))
def test_no_format_shows_the_whole_value(kind, value):
    letters = [c for c in value if c.isalnum()]
    shown = [c for c in masked(kind, value) if c.isalnum()]
    if len(letters) > 1 and kind not in SECRET_TYPES and kind not in {"EMAIL_ADDRESS", "PERSON"}:
        assert len(shown) < len(letters)


@st.composite
def marked_texts(draw):
    text = draw(st.text(max_size=50))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    kinds = st.sampled_from(("PERSON", "PHONE_NUMBER", "ADDRESS"))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, [finding(s, e, draw(kinds)) for s, e in pairs]


@given(marked_texts())
def test_placeholders_go_back_to_the_very_text(case):
    text, findings = case
    ledger = Ledger()
    working = to_placeholders(text, findings, ledger)
    values = {(f.type, text[f.start : f.end]) for f in findings}
    # Two spellings of one value share a placeholder and come back as the first spelling.
    if len({ledger.placeholder(*v) for v in values}) == len(values):
        assert resolve(working, ledger, "raw") == text


@given(marked_texts())
def test_outside_of_findings_nothing_changes(case):
    text, findings = case
    shown = to_mask(text, findings)
    kept = "".join(
        text[i] for i in range(len(text)) if not any(f.start <= i < f.end for f in findings)
    )
    remaining = iter(shown)
    assert all(c in remaining for c in kept)


def test_the_same_value_keeps_its_placeholder():
    ledger = Ledger()
    assert ledger.placeholder("PHONE_NUMBER", "138 0013 8000") == "[PHONE_NUMBER_1]"
    assert ledger.placeholder("PHONE_NUMBER", "13800138000") == "[PHONE_NUMBER_1]"
    assert ledger.placeholder("PHONE_NUMBER", "13900139000") == "[PHONE_NUMBER_2]"
    assert ledger.value("[PHONE_NUMBER_9]") is None


def test_a_typed_placeholder_reaches_no_value():
    ledger = Ledger()
    ledger.placeholder("PERSON", "王小明")
    working = to_placeholders("what is [PERSON_1]?", [], ledger)
    assert "[PERSON_1]" not in working
    assert resolve(working, ledger, "raw") == "what is [PERSON_1]?"


def test_ledgers_of_two_conversations_share_nothing():
    one, two = Ledger(), Ledger()
    working = to_placeholders("王小明", [finding(0, 3)], one)
    assert resolve(working, two, "raw") == "[PERSON_1]"


def test_ledger_survives_storage():
    ledger = Ledger()
    ledger.placeholder("PERSON", "王小明")
    ledger.placeholder("PERSON", "张伟")
    again = Ledger.from_json(ledger.to_json())
    assert again.value("[PERSON_2]") == "张伟"
    assert again.placeholder("PERSON", "李娜") == "[PERSON_3]"
    assert again.placeholder("PERSON", "王小明") == "[PERSON_1]"


@pytest.mark.parametrize("stored", [b"", b"{}", b'{"v":2,"values":[]}', b'{"v":1,"values":[["x","secret-name"]]}', b"\xff"])  # fmt: skip
def test_a_broken_ledger_is_refused_without_quoting_it(stored):
    with pytest.raises(LedgerFormatError) as fault:
        Ledger.from_json(stored)
    assert "secret-name" not in str(fault.value)


def test_forms():
    ledger = Ledger()
    text = "我叫王小明"
    working = to_placeholders(text, detector().find(text), ledger)
    shown = {
        form: resolve(working, ledger, form) for form in ("raw", "mask", "placeholder", "none")
    }
    assert shown == {
        "raw": "我叫王小明", "mask": "我叫王**", "placeholder": "我叫[PERSON_1]", "none": "我叫[PERSON]",
    }  # fmt: skip
    with pytest.raises(BadFormError):
        resolve(working, ledger, "everything")


@pytest.mark.parametrize("spans", [[(0, 9)], [(2, 2)], [(0, 3), (2, 4)], [(-1, 2)]])
def test_bad_spans_are_refused_with_offsets_only(spans):
    with pytest.raises(BadSpanError) as fault:
        to_mask("王小明来了", [finding(s, e) for s, e in spans])
    assert "王" not in str(fault.value)


def test_secrets_enter_no_ledger():
    ledger = Ledger()
    working = to_placeholders("cvv 123", [finding(4, 7, "CVV")], ledger)
    assert working == "cvv [CVV]"
    assert len(ledger) == 0


def test_repr_of_a_ledger_shows_no_value():
    ledger = Ledger()
    ledger.placeholder("PERSON", "王小明")
    assert "王" not in repr(ledger)
