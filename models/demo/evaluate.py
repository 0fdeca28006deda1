"""Measures the exported demo model against BM25, on wordings it was not trained on.

    python -m models.demo.evaluate [--split dev|bench] [--record YYYY-MM-DD]

Two settings. "random": the right article among four random others. "found":
the five articles that BM25 ranks first, whether or not the right one is
among them. A choice is right when the sentence is the annotated one (or
repeats it almost word for word); its article, when it stands in the right one.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from models.demo.bm25 import Index
from models.demo.corpus import LANGUAGES, Bank, Question, read_bank, read_questions, same_fact
from models.demo.scoring import Scorer
from models.registry.manifest import NAME, Evaluation, read

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "models/demo"
METHODS = ("bm25", "model", "sum")
SHOWN = 5  # articles whose sentences are candidates
WORDS_WEIGHT = 0.1  # nats for one point of BM25 in the sum; chosen on the dev split


@dataclass
class Tally:
    """Counts of right choices of one method."""

    asked: int = 0
    sentence: int = 0
    article: int = 0

    def add(self, *, sentence: bool, article: bool) -> None:
        self.asked += 1
        self.sentence += sentence
        self.article += article

    def shares(self) -> dict[str, float]:
        most = max(1, self.asked)
        return {
            "sentence": round(self.sentence / most, 4),
            "article": round(self.article / most, 4),
        }


@dataclass
class Judge:
    """One language's bank with its BM25 index, and the model."""

    bank: Bank
    scorer: Scorer

    def __post_init__(self) -> None:
        self.sentences = list(dict.fromkeys(s for a in self.bank.articles for s in a.sentences))
        self.number = {s: i for i, s in enumerate(self.sentences)}
        self.by_sentence = Index(self.sentences)
        self.by_article = Index(
            [" ".join((a.title, *a.sentences, *a.questions)) for a in self.bank.articles]
        )

    def shown(self, question: Question, rng: random.Random | None) -> list[str]:
        """Candidates: with a generator the right article and random ones, else BM25's."""
        articles = self.bank.articles
        if rng is None:
            ranks = self.by_article.score(question.text)
            best = sorted(range(len(articles)), key=lambda i: -ranks[i])[:SHOWN]
            chosen = [articles[i] for i in best]
        else:
            right = self.bank.by_slug[str(question.slug)]
            chosen = [right, *rng.sample([a for a in articles if a is not right], SHOWN - 1)]
        return list(dict.fromkeys(s for a in chosen for s in a.sentences))

    def scores(self, question: str, candidates: Sequence[str]) -> dict[str, list[float]]:
        """Scores of the candidates by each method."""
        all_words = self.by_sentence.score(question)
        words = [all_words[self.number[c]] for c in candidates]
        model = self.scorer.score(question, candidates)
        both = [m + WORDS_WEIGHT * w for m, w in zip(model, words, strict=True)]
        return {"bm25": words, "model": model, "sum": both}


@dataclass
class Outcome:
    """What each method chose, and how sure it was."""

    shares: dict[str, dict[str, float]]
    best: dict[str, list[float]]  # the highest score of each question


def choices(judge: Judge, questions: Sequence[Question], rng: random.Random | None) -> Outcome:
    """Accuracy and highest scores of each method; unanswerable questions count in neither."""
    tallies = {method: Tally() for method in METHODS}
    best: dict[str, list[float]] = {method: [] for method in METHODS}
    for question in questions:
        candidates = judge.shown(question, rng)
        for method, scores in judge.scores(question.text, candidates).items():
            top = max(range(len(candidates)), key=scores.__getitem__)
            best[method].append(scores[top])
            if question.slug is not None:
                article = judge.bank.by_slug[question.slug]
                right = same_fact(candidates, article.sentences[question.sentence])
                tallies[method].add(
                    sentence=top in right, article=candidates[top] in article.sentences
                )
    return Outcome({method: tally.shares() for method, tally in tallies.items()}, best)


def area(high: Sequence[float], low: Sequence[float]) -> float:
    """Share of pairs in which the answerable question scores above the other one."""
    wins = sum((h > w) + 0.5 * (h == w) for h in high for w in low)
    return round(wins / max(1, len(high) * len(low)), 4)


def measure(bank: Bank, split: str, scorer: Scorer) -> dict[str, Any]:
    judge = Judge(bank, scorer)
    known, unknown = bank.of(split), bank.of(split, answerable=False)
    found = choices(judge, known, None)
    strange = choices(judge, unknown, None)
    return {
        "answerable": len(known),
        "unanswerable": len(unknown),
        "random": choices(judge, known, random.Random(7)).shares,  # noqa: S311  # no secret
        "found": found.shares,
        "auc": {method: area(found.best[method], strange.best[method]) for method in METHODS},
    }


def read_split(lang: str, split: str) -> Bank:
    """The bank with the questions of one split; "bench" is tests/bench, never trained on."""
    bank = read_bank(ROOT, lang)
    if split != "bench":
        return bank
    held = read_questions(ROOT / f"tests/bench/questions-{lang}.jsonl", lang)
    questions = [Question(q.text, lang, q.slug, q.sentence, "bench") for q in held]
    return Bank(lang, bank.articles, questions)


def record(figures: dict[str, dict[str, Any]], split: str, day: date) -> None:
    """Writes the figures of one split into the manifest, in place of older ones."""
    manifest = read(DEMO)
    rows = [row for row in manifest.evaluations if not row.set.startswith(split)]
    for lang, found in figures.items():
        for setting in ("random", "found"):
            for method, shares in found[setting].items():
                for what, value in shares.items():
                    name = f"{what} accuracy, {setting} articles, {method}"
                    rows.append(Evaluation(f"{split}-{lang}", name, f"{value:.3f}", day))
        for method, value in found["auc"].items():
            rows.append(Evaluation(f"{split}-{lang}", f"auc, {method}", f"{value:.3f}", day))
    text = replace(manifest, evaluations=tuple(rows)).to_toml()
    (DEMO / NAME).write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Evaluate the demo model.")
    parser.add_argument("--split", choices=("dev", "bench"), default="dev")
    parser.add_argument("--record", type=date.fromisoformat, metavar="DATE")
    options = parser.parse_args()
    scorer = Scorer(DEMO / read(DEMO).file)
    figures = {
        lang: measure(read_split(lang, options.split), options.split, scorer) for lang in LANGUAGES
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    if options.record:
        record(figures, options.split, options.record)


if __name__ == "__main__":
    main()
