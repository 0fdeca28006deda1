"""BM25 over Chinese character pairs and English words: the yardstick of the evaluation.

Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009;
k1 = 1.2, b = 0.75.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

K1, B = 1.2, 0.75
RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")


def terms(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters; whole words of anything else."""
    found: list[str] = []
    for run in RUN.findall(text.lower()):
        if run[0] >= "\u4e00" and len(run) > 1:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            found.append(run)
    return found


class Index:
    """Texts to be scored against a question."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.counts = [Counter(terms(text)) for text in texts]
        self.lengths = [sum(count.values()) for count in self.counts]
        self.mean = sum(self.lengths) / max(1, len(texts))
        self.holding = Counter(term for count in self.counts for term in count)

    def score(self, question: str) -> list[float]:
        """One score a text, in the order given."""
        wanted = [(term, self.rarity(term)) for term in set(terms(question))]
        return [
            sum(
                weight * self.share(count[term], length) for term, weight in wanted if term in count
            )
            for count, length in zip(self.counts, self.lengths, strict=True)
        ]

    def rarity(self, term: str) -> float:
        n = self.holding[term]
        return math.log(1 + (len(self.counts) - n + 0.5) / (n + 0.5))

    def share(self, count: int, length: int) -> float:
        return count * (K1 + 1) / (count + K1 * (1 - B + B * length / self.mean))
