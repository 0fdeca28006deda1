# ruff: noqa: PLR2004
# Each share is said once, beside what it decides; and no secret is drawn here.
"""Draws training groups: bank questions, key words and invented pairs, mixed."""

import random
from dataclasses import dataclass

from models.demo.corpus import Article, Asked, Bank, Group, candidates_for, same_fact
from models.demo.generate import Grammar, invent, key_words, reword

ASKED = 4  # questions that share one list of candidates
CANDIDATES = 10
INVENTED = 0.25  # share of groups about products that do not exist
UNANSWERABLE = 0.2  # chance that a group has a question without an answer


@dataclass
class Sampler:
    """Endless training groups; the same seed draws the same groups."""

    banks: dict[str, Bank]
    grammars: dict[str, Grammar]
    rng: random.Random
    splits: tuple[str, ...] = ("train",)

    def __post_init__(self) -> None:
        self.by_article: dict[str, list[tuple[str, int]]] = {}
        for bank in self.banks.values():
            for split in self.splits:
                for q in bank.of(split):
                    self.by_article.setdefault(str(q.slug), []).append((q.text, q.sentence))

    def draw_many(self, count: int) -> list[Group]:
        """Groups of one language."""
        lang = self.rng.choice(sorted(self.banks))
        return [self.draw(lang) for _ in range(count)]

    def draw(self, lang: str) -> Group:
        if self.rng.random() < INVENTED:
            return self.with_stranger(
                invent(self.grammars[lang], self.rng, products=3, asked=ASKED - 1)
            )
        return self.from_bank(lang)

    def from_bank(self, lang: str) -> Group:
        bank, rng = self.banks[lang], self.rng
        article = rng.choice(bank.articles)
        candidates = candidates_for(bank, article, rng, size=CANDIDATES)
        asked = [self.one_question(lang, article, candidates) for _ in range(ASKED)]
        group = Group(lang, candidates, tuple(asked))
        return self.with_stranger(group) if rng.random() < UNANSWERABLE else group

    def one_question(self, lang: str, article: Article, candidates: tuple[str, ...]) -> Asked:
        rng, grammar = self.rng, self.grammars[lang]
        known = self.by_article.get(article.slug, [])
        roll = rng.random()
        if roll < 0.5 and known:
            text, index = rng.choice(known)
            right = same_fact(candidates, article.sentences[index])
            return Asked(reword(grammar, rng, text), right)
        wishes = sorted(i for i in article.intents if i in self.banks[lang].wishes)
        if roll < 0.68 and wishes:  # any sentence of an article with this intent may answer
            intent = rng.choice(wishes)
            everything = self.banks[lang].with_intent(intent)
            own = frozenset(i for i, c in enumerate(candidates) if c in everything)
            text = rng.choice(self.banks[lang].wishes[intent])
            return Asked(reword(grammar, rng, text), own, everything)
        if roll < 0.76:  # so may they for titles and listed questions
            text = rng.choice((article.title, *article.questions))
            own = frozenset(i for i, c in enumerate(candidates) if c in article.sentences)
            return Asked(reword(grammar, rng, text), own, frozenset(article.sentences))
        sentence = rng.choice(candidates)
        return Asked(key_words(grammar, rng, sentence), same_fact(candidates, sentence))

    def with_stranger(self, group: Group) -> Group:
        """The group with one more question that none of its candidates answers."""
        rng, bank = self.rng, self.banks[group.lang]
        grammar = self.grammars[group.lang]
        roll = rng.random()
        unknown = [q for s in self.splits for q in bank.of(s, answerable=False)]
        if roll < 0.5 and unknown:
            text = rng.choice(unknown).text
        elif roll < 0.75:
            text = grammar.draw("off_topic", rng)
        else:
            text = self.question_elsewhere(group)
        return Group(
            group.lang,
            group.candidates,
            (*group.asked[: ASKED - 1], Asked(reword(grammar, rng, text), frozenset())),
        )

    def question_elsewhere(self, group: Group) -> str:
        bank, rng = self.banks[group.lang], self.rng
        shown = set(group.candidates)
        while True:
            article = rng.choice(bank.articles)
            known = self.by_article.get(article.slug)
            if known and not shown & set(article.sentences):
                return rng.choice(known)[0]
