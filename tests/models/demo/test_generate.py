"""The generator of training pairs: repeatable, and its questions have answers."""

import random
from pathlib import Path

import pytest

from models.demo.corpus import Bank, read_bank, read_questions
from models.demo.errors import BadCorpusError
from models.demo.generate import Grammar, invent, key_words, read_grammar, reword
from models.demo.groups import Sampler

ROOT = Path(__file__).resolve().parents[3]
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def banks() -> dict[str, Bank]:
    return {lang: read_bank(ROOT, lang) for lang in LANGUAGES}


@pytest.fixture(scope="module")
def grammars() -> dict[str, Grammar]:
    return {lang: read_grammar(ROOT / "models/demo/data", lang) for lang in LANGUAGES}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_slot_of_the_grammar_is_filled(grammars, lang):
    rng = random.Random(3)
    for _ in range(200):
        group = invent(grammars[lang], rng, products=3, asked=3)
        texts = [*group.candidates, *(one.text for one in group.asked)]
        assert not any("{" in text or "}" in text for text in texts)
        assert all(one.right for one in group.asked)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_attribute_of_a_kind_is_described(grammars, lang):
    rules = grammars[lang].rules
    used = {name for kind in rules["kinds"].values() for name in kind["has"]}
    assert used == set(rules["attributes"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_seed_draws_the_same_groups(banks, grammars, lang):
    first = Sampler(banks, grammars, random.Random(5))
    second = Sampler(banks, grammars, random.Random(5))
    assert [first.draw(lang) for _ in range(20)] == [second.draw(lang) for _ in range(20)]


def test_training_never_asks_a_dev_question(banks, grammars):
    sampler = Sampler(banks, grammars, random.Random(1))
    asked = {text for known in sampler.by_article.values() for text, _ in known}
    held = {q.text for bank in banks.values() for q in bank.of("dev")}
    assert held
    assert not asked & held


def test_training_texts_hold_no_held_out_question(banks):
    for lang, bank in banks.items():
        held = {q.text for q in bank.of("dev")}
        path = ROOT / f"tests/bench/questions-{lang}.jsonl"
        held |= {q.text for q in read_questions(path, lang)}
        wishes = {text for texts in bank.wishes.values() for text in texts}
        assert not wishes & held
        assert not {q.text for q in bank.of("train")} & held


def test_key_words_come_from_the_sentence(grammars):
    rng = random.Random(2)
    asked = [key_words(grammars["zh"], rng, "借记卡年费为一百元") for _ in range(30)]
    assert sum("借记卡" in text or "年费" in text or "卡" in text for text in asked) > 15


def test_rewording_keeps_most_of_a_question(grammars):
    rng = random.Random(4)
    same = [reword(grammars["en"], rng, "how do i replace a lost card") for _ in range(50)]
    assert sum("card" in text.lower() for text in same) > 30
    assert len(set(same)) > 20


def test_a_question_about_an_unknown_sentence_is_refused(banks):
    bank = banks["en"]
    question = bank.questions[0]
    broken = type(question)(question.text, "en", bank.articles[0].slug, 99, "train")
    with pytest.raises(BadCorpusError, match=r"want an article's sentence"):
        Bank("en", bank.articles, [broken])
