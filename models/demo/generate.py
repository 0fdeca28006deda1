# ruff: noqa: PLR2004
# Each share is said once, beside what it decides; and no secret is drawn here.
"""Invents question-and-answer pairs from the grammars in data/grammar-*.yaml.

Three sources: products that do not exist, with facts drawn at random; key
words picked from any sentence; rewording of questions that people wrote.
Everything follows from the random generator that is passed in.
"""

import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from models.demo.corpus import Asked, Group

CHANNELS = {
    "zh": ("手机银行", "网上银行", "任一网点", "客服热线", "自助机", "手机银行“我的”页面"),
    "en": ("the app", "online banking", "any branch", "the hotline", "the app under Settings"),
}
ZH_BREAKS = re.compile(
    r"[，。、；：？！（）“”\s]|的|了|和|在|可以|可|须|将|为|或|与|会|请|被|由|是|有|不"
)
EN_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'%.,-]*[A-Za-z0-9%]|[A-Za-z0-9]")
EN_DULL = frozenset(
    "the a an of to in for and or is are you your with on at by be can it that this from if as"  # noqa: SIM905
    " will not must may we our within up any every each after before when than only".split()
)


@dataclass(frozen=True)
class Grammar:
    lang: str
    rules: dict[str, Any]
    sets: dict[str, tuple[str, ...]]  # word -> its synonyms

    def draw(self, name: str, rng: random.Random) -> str:
        return str(rng.choice(self.rules[name]))


def read_grammar(folder: Path, lang: str) -> Grammar:
    rules = yaml.safe_load((folder / f"grammar-{lang}.yaml").read_text(encoding="utf-8"))
    sets: dict[str, tuple[str, ...]] = {}
    for words in rules["synonyms"]:
        for word in words:
            sets[word] = sets.get(word, ()) + tuple(w for w in words if w != word)
    return Grammar(lang, rules, sets)


def values(rng: random.Random, lang: str) -> dict[str, str]:
    """One drawn value for each slot of the grammars."""
    yuan = rng.choice([5, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500, 800])
    big = rng.choice([1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100, 200, 300]) * 10_000
    return {
        "yuan": str(yuan),
        "yuan2": str(yuan * 2),
        "small": str(rng.randint(1, 12)),
        "big": f"{big:,}" if lang == "en" or rng.random() < 0.5 else f"{big // 10_000}万",
        "big2": str(rng.randint(30, 400)),
        "pct": f"{rng.randint(1, 900) / 100:g}",
        "pct2": str(rng.choice([10, 15, 18, 20, 24, 25, 30, 35])),
        "days": str(rng.randint(1, 15)),
        "days2": str(rng.randint(1, 3)),
        "days3": str(rng.choice([10, 15, 20, 25, 30, 45, 50, 56, 60])),
        "months": rng.choice(["3", "6", "12", "24", "36", "48"]),
        "years": str(rng.choice([1, 2, 3, 5, 8, 10, 20, 30])),
        "times": str(rng.randint(2, 12)),
        "hours": str(rng.choice([2, 4, 12, 24, 48])),
        "min": str(rng.choice([10, 15, 20, 30])),
        "dom": str(rng.randint(1, 28)),
        "lvl": str(rng.randint(1, 5)),
        "age": str(rng.choice([16, 18, 20, 22, 26])),
        "time": rng.choice(["07:00", "08:30", "09:00", "10:00"]),
        "time2": rng.choice(["15:00", "17:00", "18:00", "23:00"]),
        "chan": rng.choice(CHANNELS[lang]),
    }


def invent(grammar: Grammar, rng: random.Random, *, products: int, asked: int) -> Group:
    """A small invented bank: facts about some products, questions on a few of them."""
    kinds = rng.sample(sorted(grammar.rules["kinds"]), products)
    if rng.random() < 0.3:
        kinds[-1] = kinds[0]  # two brands of one kind: the name must decide
    facts: list[tuple[str, str, str]] = []  # kind, attribute, brand
    for kind in kinds:
        has = grammar.rules["kinds"][kind]["has"]
        brand = grammar.draw("brands", rng)
        facts += [(kind, attribute, brand) for attribute in rng.sample(has, min(len(has), 5))]
    rng.shuffle(facts)
    sentences = tuple(state(grammar, rng, fact) for fact in facts)
    questions = []
    for _ in range(asked):
        index = rng.randrange(len(facts))
        kind, attribute, brand = facts[index]
        named = rng.random() < 0.35
        right = frozenset(
            i
            for i, (k, a, b) in enumerate(facts)
            if (k, a) == (kind, attribute) and (not named or b == brand)
        )
        questions.append(Asked(ask(grammar, rng, facts[index], named=named), right))
    return Group(grammar.lang, sentences, tuple(questions))


def state(grammar: Grammar, rng: random.Random, fact: tuple[str, str, str]) -> str:
    kind, attribute, brand = fact
    space = " " if grammar.lang == "en" else ""
    name = grammar.rules["kinds"][kind]["name"]
    formal = f"{brand}{space}{name}" if rng.random() < 0.7 else name
    said = rng.choice(grammar.rules["attributes"][attribute]["says"])
    return str(said.format(p=formal, **values(rng, grammar.lang)))


def ask(grammar: Grammar, rng: random.Random, fact: tuple[str, str, str], *, named: bool) -> str:
    kind, attribute, brand = fact
    space = " " if grammar.lang == "en" else ""
    call = rng.choice(grammar.rules["kinds"][kind]["calls"])
    if named:
        call = f"{brand.lower() if rng.random() < 0.5 else brand}{space}{call}"
    form = rng.choice(grammar.rules["attributes"][attribute]["asks"])
    bare = str(form.format(c=call, **values(rng, grammar.lang)))
    return reword(grammar, rng, bare)


def key_words(grammar: Grammar, rng: random.Random, sentence: str) -> str:
    """A question made of a few of the sentence's own words, some replaced."""
    if grammar.lang == "zh":
        parts = [p for p in ZH_BREAKS.split(sentence) if len(p) > 1]
    else:
        parts = [w for w in EN_WORD.findall(sentence) if w.lower() not in EN_DULL]
    if not parts:
        return sentence
    most = 3 if grammar.lang == "zh" else 5
    count = min(len(parts), rng.randint(1 if grammar.lang == "zh" else 2, most))
    chosen = [parts[i] for i in sorted(rng.sample(range(len(parts)), count))]
    if rng.random() < 0.3:
        rng.shuffle(chosen)
    words = ("" if grammar.lang == "zh" else " ").join(
        swap_synonyms(grammar, rng, w) for w in chosen
    )
    frame = grammar.draw("keyword_frames", rng)
    words = words if grammar.lang == "zh" or rng.random() < 0.2 else words.lower()
    return spoil(rng, frame.format(k=words), share=0.15)


def swap_synonyms(grammar: Grammar, rng: random.Random, text: str, share: float = 0.4) -> str:
    """Replaces words that the grammar knows by one of their synonyms."""
    for word in sorted(grammar.sets, key=len, reverse=True):
        bounded = word in text if grammar.lang == "zh" else f" {word} " in f" {text} "
        if bounded and len(word) > 1 and rng.random() < share:
            return text.replace(word, rng.choice(grammar.sets[word]), 1)
    return text


def reword(grammar: Grammar, rng: random.Random, question: str) -> str:
    """The same question in another shape: frame, opening, synonyms, slips."""
    text = question
    if rng.random() < 0.35:
        text = swap_synonyms(grammar, rng, text)
    if rng.random() < 0.3:
        text = grammar.draw("frames", rng).format(q=text.rstrip("？?。.！!"))
    if rng.random() < 0.12:
        text = grammar.draw("openings", rng) + text
    if rng.random() < 0.25:
        text = text.rstrip("？?。.！!")
    if grammar.lang == "en":
        roll = rng.random()
        text = text.lower() if roll < 0.3 else text[:1].upper() + text[1:] if roll < 0.5 else text
        if rng.random() < 0.25:
            words = text.split()
            text = " ".join(w for w in words if len(words) < 4 or rng.random() > 0.12)
    return spoil(rng, text, share=0.2)


def spoil(rng: random.Random, text: str, *, share: float) -> str:
    """Drops, doubles or swaps one character in the given share of texts."""
    if len(text) < 5 or rng.random() > share:
        return text
    i = rng.randrange(1, len(text) - 1)
    return rng.choice(
        [
            text[:i] + text[i + 1 :],
            text[:i] + text[i] + text[i:],
            text[:i] + text[i + 1] + text[i] + text[i + 2 :],
        ]
    )
