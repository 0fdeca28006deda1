import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.pii.normalise import normalise

_ODD = st.sampled_from("０１９ａＺ　壹贰幺〇零一\u200b\ufeff\u00ad電號АеЅ①𝟗٣ -.·OIl|13800ab号，。")
TEXTS = st.one_of(st.text(max_size=60), st.lists(_ODD, max_size=40).map("".join))


@given(TEXTS)
def test_every_character_maps_to_one_raw_character_in_order(raw):
    folded = normalise(raw)
    spans = [folded.raw_span(i, i + 1) for i in range(len(folded.text))]
    assert all(0 <= s < e <= len(raw) and e - s == 1 for s, e in spans)
    assert [s for s, _ in spans] == sorted({s for s, _ in spans})


@given(TEXTS)
def test_only_hidden_characters_vanish(raw):
    folded = normalise(raw)
    kept = {folded.raw_span(i, i + 1)[0] for i in range(len(folded.text))}
    gone = [raw[i] for i in range(len(raw)) if i not in kept]
    assert not any(c.isalnum() or c.isspace() for c in gone if c.isprintable() or c in " \n\t")


@given(TEXTS)
def test_folding_twice_changes_nothing_more(raw):
    once = normalise(raw).text
    assert normalise(once).text == once


@given(st.text("0123456789abcXYZ ,.-@", max_size=60))
def test_plain_ascii_is_left_alone(raw):
    assert normalise(raw).text == raw
    assert normalise(raw).at is None


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("１３８", "138"),
        ("幺三八零零", "13800"),
        ("壹贰叁肆伍陆", "123456"),
        ("三五个人", "三五个人"),
        ("一个", "一个"),
        ("138\u200b0013", "1380013"),
        ("電話號碼", "电话号码"),
        ("АВС", "ABC"),
        ("①②③", "123"),
        ("l38OO138O00", "13800138000"),
        ("BOOK", "BOOK"),
        ("二〇二六年", "2026年"),
    ],
)
def test_folding(raw, folded):
    assert normalise(raw).text == folded


def test_hidden_characters_inside_a_span_belong_to_it():
    raw = "a1\u200b2\u200b3b"
    folded = normalise(raw)
    start, end = folded.raw_span(folded.text.index("123"), folded.text.index("123") + 3)
    assert raw[start:end] == "1\u200b2\u200b3"


def test_repr_shows_no_text():
    assert "440308" not in repr(normalise("４４０３０８"))
