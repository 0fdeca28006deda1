"""The demo bank's articles and questions, and the groups that training sees."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.demo.errors import BadCorpusError

LANGUAGES = ("zh", "en")
SAME_FACT = 0.5  # share of common character pairs above which two sentences say the same


@dataclass(frozen=True)
class Article:
    slug: str
    lang: str
    topic: str
    title: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]
    intents: frozenset[str]


@dataclass(frozen=True)
class Question:
    """`slug` is None where the bank has no answer; `sentence` counts from 0."""

    text: str
    lang: str
    slug: str | None
    sentence: int
    split: str


@dataclass(frozen=True)
class Asked:
    """A question and the indexes of the candidates that answer it (maybe none)."""

    text: str
    right: frozenset[int]
    elsewhere: frozenset[str] = frozenset()  # right sentences that are no candidates


@dataclass(frozen=True)
class Group:
    """Questions that share one list of candidate sentences."""

    lang: str
    candidates: tuple[str, ...]
    asked: tuple[Asked, ...]


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def read_articles(path: Path) -> list[Article]:
    """Source: appliance/knowledge/demo/articles-*.jsonl."""
    return [
        Article(
            slug=str(row["slug"]),
            lang=str(row["lang"]),
            topic=str(row["topic"]),
            title=str(row["title"]),
            sentences=tuple(row["sentences"]),
            questions=tuple(row.get("questions", ())),
            intents=frozenset(row.get("intents", ())),
        )
        for row in read_jsonl(path)
    ]


def read_questions(path: Path, lang: str) -> list[Question]:
    """Questions with their split; a line without one belongs to "train"."""
    found = []
    for row in read_jsonl(path):
        slug, sentence = row.get("slug"), row.get("sentence")
        found.append(
            Question(
                text=str(row["question"]),
                lang=lang,
                slug=None if slug is None else str(slug),
                sentence=sentence if isinstance(sentence, int) else -1,
                split=str(row.get("split", "train")),
            )
        )
    return found


def pairs_of(text: str) -> frozenset[str]:
    """Character bigrams of a text without its spaces, in lower case."""
    plain = "".join(text.lower().split())
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard index of two bigram sets, 0 to 1."""
    return len(one & other) / max(1, len(one | other))


@dataclass
class Bank:
    """One language's articles, with their neighbours by wording."""

    lang: str
    articles: list[Article]
    questions: list[Question]
    wishes: dict[str, list[str]] = field(default_factory=dict)  # intent -> ways to put it
    near: dict[str, list[Article]] = field(default_factory=dict)
    by_slug: dict[str, Article] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()
    alike: dict[str, frozenset[str]] = field(default_factory=dict)  # sentences that repeat one

    def __post_init__(self) -> None:
        self.by_slug = {article.slug: article for article in self.articles}
        for question in self.questions:
            if question.slug is not None:
                check(question, self.by_slug)
        sets = {a.slug: pairs_of(a.title + "".join(a.sentences)) for a in self.articles}
        for article in self.articles:
            others = [a for a in self.articles if a.slug != article.slug]
            others.sort(key=lambda a: -likeness(sets[a.slug], sets[article.slug]))
            self.near[article.slug] = others[:8]
        self.sentences = tuple(dict.fromkeys(s for a in self.articles for s in a.sentences))
        pairs = [pairs_of(s) for s in self.sentences]
        for text, mine in zip(self.sentences, pairs, strict=True):
            self.alike[text] = frozenset(
                s
                for s, p in zip(self.sentences, pairs, strict=True)
                if likeness(p, mine) > SAME_FACT
            )

    def with_intent(self, intent: str) -> frozenset[str]:
        """All sentences of the articles that serve an intent."""
        return frozenset(s for a in self.articles if intent in a.intents for s in a.sentences)

    def of(self, split: str, *, answerable: bool = True) -> list[Question]:
        return [
            q for q in self.questions if q.split == split and (q.slug is not None) == answerable
        ]


def check(question: Question, by_slug: dict[str, Article]) -> None:
    """Raises: BadCorpusError for an unknown article or sentence."""
    article = by_slug.get(question.slug or "")
    if article is None or not 0 <= question.sentence < len(article.sentences):
        message = f"got {question.slug}[{question.sentence}], want an article's sentence"
        raise BadCorpusError(message)


def read_bank(root: Path, lang: str) -> Bank:
    """One language of the demo bank below the repository's root."""
    wishes: dict[str, list[str]] = {}
    for row in read_jsonl(root / "models/understanding/data/intents.jsonl"):
        if row["lang"] == lang:
            wishes.setdefault(str(row["intent"]), []).append(str(row["text"]))
    return Bank(
        lang=lang,
        wishes=wishes,
        articles=read_articles(root / "appliance/knowledge/demo" / f"articles-{lang}.jsonl"),
        questions=read_questions(root / "models/demo/data" / f"questions-{lang}.jsonl", lang),
    )


def same_fact(candidates: Sequence[str], answer: str) -> frozenset[int]:
    """Indexes of the candidates that are the answer or nearly repeat it."""
    wanted = pairs_of(answer)
    return frozenset(
        i
        for i, text in enumerate(candidates)
        if text == answer or likeness(pairs_of(text), wanted) > SAME_FACT
    )


def candidates_for(
    bank: Bank, article: Article, rng: random.Random, *, size: int
) -> tuple[str, ...]:
    """All of the article's sentences and some of its neighbours', shuffled."""
    near = rng.sample(bank.near[article.slug], 3) + rng.sample(bank.articles, 1)
    others = [s for a in near if a.slug != article.slug for s in a.sentences]
    rng.shuffle(others)
    own = list(article.sentences)
    chosen = own + others[: max(2, size - len(own))]
    rng.shuffle(chosen)
    return tuple(dict.fromkeys(chosen))
