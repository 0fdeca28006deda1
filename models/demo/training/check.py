"""Accuracy on the dev split during training, by torch."""

import random
import sys

import torch

from models.demo.corpus import Asked, Bank, Group
from models.demo.training.bag import Words, bag_scores
from models.demo.training.batches import pack
from models.demo.training.network import Network
from models.demo.training.objective import score
from models.demo.training.vocabulary import Vocabulary


def dev_groups(bank: Bank, rng: random.Random) -> list[Group]:
    """Each dev question with its article and the four nearest others."""
    groups = []
    for question in bank.of("dev"):
        article = bank.by_slug[str(question.slug)]
        near = bank.near[article.slug][:2] + rng.sample(bank.articles, 2)
        others = [s for a in near if a is not article for s in a.sentences]
        candidates = tuple(dict.fromkeys((*article.sentences, *others)))
        asked = (Asked(question.text, frozenset({question.sentence})),)
        groups.append(Group(bank.lang, candidates, asked))
    return groups


@torch.no_grad()
def bag_accuracy(network: Network, words: Words) -> None:
    """Prints the same for the first stage, among all sentences of the bank."""
    network.eval()
    for lang, bank in words.banks.items():
        asked, pool = bank.of("dev"), words.pools[lang]
        prefixes = [words.vocabulary.prefix(text) for text in ("", *(q.text for q in asked))]
        means, null = bag_scores(network, prefixes, words.tables[lang])
        best = [pool[i] for i in (means - null).argmax(1).tolist()]
        of = [bank.by_slug[str(q.slug)].sentences for q in asked]
        hits = sum(b == s[q.sentence] for b, q, s in zip(best, asked, of, strict=True))
        articles = sum(b in s for b, s in zip(best, of, strict=True))
        sys.stdout.write(
            f"  words {lang}: sentence {hits / len(asked):.3f} "
            f"article {articles / len(asked):.3f} of {len(asked)}\n"
        )
    sys.stdout.flush()
    network.train()


@torch.no_grad()
def accuracy(network: Network, vocabulary: Vocabulary, banks: dict[str, Bank]) -> None:
    """Prints the share of dev questions whose sentence, and article, comes first."""
    network.eval()
    for lang, bank in banks.items():
        hits = articles = 0
        groups = dev_groups(bank, random.Random(5))  # noqa: S311  # no secret
        for start in range(0, len(groups), 4):
            chunk = groups[start : start + 4]
            with torch.autocast("cpu", torch.bfloat16):
                batch = pack(chunk, vocabulary)
                scores = score(network, batch).score.masked_fill(batch.lengths == 0, -99.0)
            for row, group in enumerate(chunk):
                best = int(scores[2 * row + 1].argmax())
                hits += best in group.asked[0].right
                question = bank.of("dev")[start + row]
                articles += group.candidates[best] in bank.by_slug[str(question.slug)].sentences
        sys.stdout.write(
            f"  dev {lang}: sentence {hits / len(groups):.3f} "
            f"article {articles / len(groups):.3f} of {len(groups)}\n"
        )
    sys.stdout.flush()
    network.train()
