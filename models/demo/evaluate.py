"""Measures the exported demo model against BM25, on wordings it was not trained on.

    python -m models.demo.evaluate [--split dev|bench] [--json FILE]

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
from dataclasses import dataclass
from pathlib import Path

from models.demo.bm25 import Index
from models.demo.corpus import LANGUAGES, Bank, Question, read_bank, read_questions, same_fact
from models.demo.scoring import Scorer

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "models/demo/harbour-demo.gguf"
SHOWN = 5  # articles whose sentences are candidates
WORDS_WEIGHT = 0.05  # nats for one point of BM25 in the sum; chosen on the dev split


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


def choices(judge: Judge, questions: Sequence[Question], setting: str) -> dict[str, object]:
    """Accuracy of each method in one setting."""
    rng = random.Random(7) if setting == "random" else None
    tallies = {"bm25": Tally(), "model": Tally(), "sum": Tally()}
    for question in questions:
        candidates = judge.shown(question, rng)
        article = judge.bank.by_slug[str(question.slug)]
        right = same_fact(candidates, article.sentences[question.sentence])
        for method, scores in judge.scores(question.text, candidates).items():
            best = max(range(len(candidates)), key=scores.__getitem__)
            tallies[method].add(
                sentence=best in right, article=candidates[best] in article.sentences
            )
    return {method: tally.shares() for method, tally in tallies.items()}


def best_scores(judge: Judge, questions: Sequence[Question]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"bm25": [], "model": [], "sum": []}
    for question in questions:
        candidates = judge.shown(question, None)
        for method, scores in judge.scores(question.text, candidates).items():
            found[method].append(max(scores))
    return found


def area(high: Sequence[float], low: Sequence[float]) -> float:
    """Share of pairs in which the answerable question scores above the other one."""
    wins = sum((h > w) + 0.5 * (h == w) for h in high for w in low)
    return round(wins / max(1, len(high) * len(low)), 4)


def measure(bank: Bank, split: str, scorer: Scorer) -> dict[str, object]:
    judge = Judge(bank, scorer)
    known, unknown = bank.of(split), bank.of(split, answerable=False)
    high, low = best_scores(judge, known), best_scores(judge, unknown)
    return {
        "answerable": len(known),
        "unanswerable": len(unknown),
        "random": choices(judge, known, "random"),
        "found": choices(judge, known, "found"),
        "auc": {method: area(high[method], low[method]) for method in high},
    }


def read_split(lang: str, split: str) -> Bank:
    """The bank with the questions of one split; "bench" is tests/bench, never trained on."""
    bank = read_bank(ROOT, lang)
    if split != "bench":
        return bank
    held = read_questions(ROOT / f"tests/bench/questions-{lang}.jsonl", lang)
    questions = [Question(q.text, lang, q.slug, q.sentence, "bench") for q in held]
    return Bank(lang, bank.articles, questions)


def main() -> None:
    parser = argparse.ArgumentParser(description="Evaluate the demo model.")
    parser.add_argument("--split", choices=("dev", "bench"), default="dev")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    scorer = Scorer(options.weights)
    figures = {
        lang: measure(read_split(lang, options.split), options.split, scorer) for lang in LANGUAGES
    }
    text = json.dumps(figures, indent=1)
    sys.stdout.write(text + "\n")
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
