import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.understanding import catalogue, emotion, risk, rules, store
from models.understanding.errors import RuleFileError
from models.understanding.handover import handover_rules
from models.understanding.language import language_of
from models.understanding.reading import folded, read

INTENTS = [
    ("银行卡丢了，怎么挂失", "card_lost"),
    ("銀行卡丟了，怎麼掛失", "card_lost"),
    ("How do I change my PIN?", "card_pin"),
    ("信用卡年费怎么减免", "credit_card_annual_fee"),
    ("cancel scheduled transfer", "transfer_cancel"),
]
RISKS = [
    ("我被骗了三万", {"fraud"}),
    ("怎么防范诈骗", set()),
    ("someone stole my money", {"fraud"}),
    ("我不想活了", {"self_harm"}),
    ("my phone battery is going to die", set()),
    ("我要起诉你们", {"legal_threat"}),
    ("我会不会被起诉", set()),
    ("我要找记者曝光", {"media_threat"}),
    ("I'm 15 years old", {"minor"}),
    ("i am 15 days late", set()),
    ("my father passed away", {"bereavement"}),
    ("怎么查余额", set()),
]
FEELINGS = [
    ("气死我了，什么破银行", "angry"),
    ("thank you so much", "grateful"),
    ("好担心钱没了", "anxious"),
    ("怎么查余额", "neutral"),
]


@pytest.mark.parametrize(("text", "intent"), INTENTS)
def test_a_plain_wish_is_recognised(reader, text, intent):
    assert reader.understand(text).intent == intent


@pytest.mark.parametrize(("text", "flags"), RISKS)
def test_risks_and_their_lookalikes(text, flags):
    assert {sign.flag for sign in risk.signs(folded(text))} == flags


@pytest.mark.parametrize(("text", "label"), FEELINGS)
def test_a_plain_feeling_is_recognised(reader, text, label):
    assert reader.understand(text).emotion == label


@pytest.mark.parametrize(
    ("text", "language"),
    [("我的card丢了", "zh"), ("lost card", "en"), ("ich kann meine Karte nicht finden", "other"),
     ("[PERSON_1] hello", "en"), ("カードをなくしました", "other"), ("???", "zh")],
)  # fmt: skip
def test_languages(text, language):
    assert language_of(folded(text)) == language


def test_a_message_without_letters_speaks_the_language_of_the_last(reader):
    assert reader.understand("123", earlier=["my card is lost"]).language == "en"


def test_placeholder_ids_change_nothing(reader):
    one, other = ("转给[PERSON_1]", "转给[PERSON_27]")
    assert read(one) == read(other)
    assert reader.understand(one) == reader.understand(other)


def test_a_lookalike_beside_a_wish_does_not_hide_it(reader):
    assert not reader.understand("人工费用多少").wants_person
    assert reader.understand("人工费用多少，另外转人工").wants_person


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_any_text_is_understood_the_same_twice(reader, text):
    first = reader.understand(text)
    assert first == reader.understand(text)
    assert first.emotion in emotion.LABELS
    assert set(first.risk) <= set(risk.FLAGS)
    assert first.intent is None or first.intent in catalogue.intents()
    assert 0 <= first.confidence <= 1


@pytest.mark.parametrize(
    "text", ["", "\ud800", "\x00", "我" * 100_000, "call me agent " * 8_000, "a" * 100_000]
)
def test_hostile_texts_are_understood(reader, text):
    assert reader.understand(text).emotion in emotion.LABELS


def test_a_stored_model_answers_as_the_trained_one(reader, model_folder):
    stored = store.open_or_train(model_folder)
    for text, _ in INTENTS:
        assert stored.understand(text) == reader.understand(text)


def test_a_changed_file_is_not_loaded(reader, tmp_path):
    store.save(reader, tmp_path / "model")
    (tmp_path / "model" / "intents-gate.json").write_text("{}")
    with pytest.raises(store.StoredModelError):
        store.open_stored(tmp_path / "model", digest=reader.digest)


def test_extra_examples_change_the_digest():
    extra = [store.Example("海湾卡丢了", "card_lost")]
    assert store.training_data(extra).digest != store.training_data().digest


def test_sixty_intents_and_every_example_is_of_one():
    assert len(catalogue.intents()) == 60
    labels = {example.label for example in store.training_data().intents}
    assert labels == {*catalogue.intents(), "oos"}


def test_a_malformed_rule_is_refused():
    with pytest.raises(RuleFileError):
        rules.parse("x.yaml", [{"id": "a", "pattern": "(", "why": "b"}])
    assert handover_rules().wants
