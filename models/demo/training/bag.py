"""The first stage: which words will the answer hold, whatever their order?

The network reads only "<q>question<a>"; its one distribution behind <a> must
favour the words of the right sentence. A question costs its own few tokens
instead of those of all candidates, so that each can be told from every
sentence of the batch. The second stage then learns order and detail.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from models.demo.corpus import Bank, Group
from models.demo.training.batches import Flat, lay_out
from models.demo.training.network import Network
from models.demo.training.objective import Border, ranking
from models.demo.training.vocabulary import Vocabulary

LANGUAGE_SHARE = 0.1


def shares(sentences: Sequence[list[int]], size: int) -> Tensor:
    """(K, V): how much of each sentence each piece makes up; rows sum to 1."""
    table = torch.zeros(len(sentences), size)
    for row, sentence in enumerate(sentences):
        weights = torch.full((len(sentence),), 1 / len(sentence))
        table[row].index_add_(0, torch.tensor(sentence), weights)
    return table


def bag_scores(
    network: Network, prefixes: Sequence[list[int]], table: Tensor
) -> tuple[Tensor, Tensor]:
    """Q prefixes, the empty one first, and shares (K, V) of the sentences.

    Returns: mean log P (Q - 1, K), and the same without a question (K,).
    """
    flat = Flat()
    for prefix in prefixes:
        flat.add_row(prefix, [])
    ends = torch.tensor([start + size - 1 for start, size in flat.prefixes])
    with torch.autocast("cpu", torch.bfloat16):
        middle, _ = network.states(torch.tensor(flat.tokens), lay_out(flat), words_only=True)
        logits = network.logits(middle[ends])
    means = logits.float().log_softmax(-1) @ table.T
    return means[1:], means[0]


class Words:
    """Losses of the first stage: each question against its whole bank."""

    def __init__(self, vocabulary: Vocabulary, banks: dict[str, Bank]) -> None:
        self.vocabulary, self.banks = vocabulary, banks
        self.pools = {lang: bank.sentences for lang, bank in banks.items()}
        self.tables = {lang: self.table(pool) for lang, pool in self.pools.items()}

    def table(self, sentences: Sequence[str]) -> Tensor:
        return shares([self.vocabulary.sentence(t) for t in sentences], len(self.vocabulary))

    def loss(self, network: Network, groups: Sequence[Group], border: Border) -> dict[str, Tensor]:
        """Parts of the loss for groups of one language."""
        bank, pool = self.banks[groups[0].lang], list(self.pools[groups[0].lang])
        known = set(pool)
        new = [t for t in dict.fromkeys(t for g in groups for t in g.candidates) if t not in known]
        number = {text: i for i, text in enumerate([*pool, *new])}
        table = (
            torch.cat((self.tables[bank.lang], self.table(new))) if new else self.tables[bank.lang]
        )
        asked = [(group, one) for group in groups for one in group.asked]
        right = torch.zeros(len(asked), len(number), dtype=torch.bool)
        for row, (group, one) in enumerate(asked):
            texts = {group.candidates[i] for i in one.right}
            alike = {other for text in texts for other in bank.alike.get(text, ())}
            right[row, [number[text] for text in texts | alike | one.elsewhere]] = True
        prefixes = [self.vocabulary.prefix(one.text, loosely=True) for _, one in asked]
        means, null = bag_scores(network, [self.vocabulary.prefix(""), *prefixes], table)
        scaled = (means - null) * border.log_steepness.exp()
        return {
            "rank": ranking(scaled, right, torch.ones_like(right), 1),
            "language": -LANGUAGE_SHARE * (means[right].mean() + null.mean()) / 2,
        }
