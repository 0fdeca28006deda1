"""What training minimises: the very score that the engine ranks by.

score(s | q) = mean log P(s | q) - mean log P(s | empty question), in nats a
token. Three parts: the right candidate above the others (both across the
candidates of a question and across the questions of a candidate), right
scores above one threshold and wrong ones below, and plain language modelling.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.demo.training.batches import Packed
from models.demo.training.network import Network

LANGUAGE_SHARE = 0.25
BORDER_SHARE = 0.4
ACROSS_SHARE = 0.3
WORDS_SHARE = 0.3
FAR = -1e4


class Border(nn.Module):
    """The steepness and the threshold that turn a score into a probability."""

    def __init__(self) -> None:
        super().__init__()
        self.log_steepness = nn.Parameter(torch.tensor(1.8))
        self.threshold = nn.Parameter(torch.tensor(0.3))


@dataclass(frozen=True)
class Scored:
    mean_log_p: Tensor  # (R, K) nats a token, 0 where there is no candidate
    score: Tensor  # (R, K) against the empty question
    words: Tensor  # (R, K) the same score from the distribution behind <a> alone


def score(network: Network, batch: Packed) -> Scored:
    middle, last = network.states(batch.tokens, batch.layout)
    log_p = -functional.cross_entropy(
        network.logits(last[batch.source]).float(), batch.target, reduction="none"
    )
    due = network.logits(middle[batch.end]).float().log_softmax(-1)
    bags = due[batch.cell // batch.lengths.shape[1], batch.target]
    means, words = (mean_by_cell(values, batch) for values in (log_p, bags))
    return Scored(means, means - means[batch.null_row], words - words[batch.null_row])


def mean_by_cell(values: Tensor, batch: Packed) -> Tensor:
    """(M,) -> (R, K)"""
    sums = torch.zeros(batch.lengths.numel()).index_add(0, batch.cell, values)
    return sums.view_as(batch.lengths) / batch.lengths.clamp(min=1)


def ranking(scaled: Tensor, right: Tensor, real: Tensor, dim: int) -> Tensor:
    """Negative log share of the right cells along one dimension, where there are any."""
    everything = scaled.masked_fill(~real, FAR).logsumexp(dim)
    good = scaled.masked_fill(~(right & real), FAR).logsumexp(dim)
    has = (right & real).any(dim)
    return (everything - good)[has].mean() if has.any() else scaled.sum() * 0


def loss(scored: Scored, batch: Packed, border: Border) -> dict[str, Tensor]:
    """Parts of the loss by name; their sum is what is minimised."""
    asked = ~batch.is_null
    real = (batch.lengths > 0) & asked[:, None]
    steep = border.log_steepness.exp()
    scaled = scored.score * steep
    across = []
    for group in batch.null_row.unique():
        rows = (batch.null_row == group) & asked
        across.append(ranking(scaled[rows], batch.right[rows], real[rows], 0))
    margin = (scored.score - border.threshold) * steep
    wanted = batch.right.float()
    weight = torch.where(batch.right, 4.0, 1.0)
    borders = functional.binary_cross_entropy_with_logits(
        margin[real], wanted[real], weight=weight[real]
    )
    told = batch.right & asked[:, None]
    null = (batch.lengths > 0) & ~asked[:, None]
    language = -(scored.mean_log_p[told].mean() + scored.mean_log_p[null].mean()) / 2
    return {
        "rank": ranking(scaled, batch.right, real, 1),
        "words": WORDS_SHARE * ranking(scored.words * steep, batch.right, real, 1),
        "across": ACROSS_SHARE * torch.stack(across).mean(),
        "border": BORDER_SHARE * borders,
        "language": LANGUAGE_SHARE * language,
    }
