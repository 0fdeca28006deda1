"""Packs groups into tensors: one row a question, all candidates behind it.

    row:    <q> question <a> | candidate 1 </s> | candidate 2 </s> | ...
    place:  0 .. p-1         | p ..             | p ..             | ...

Each candidate sees the question and itself, never another candidate: the
same thing as the engine's shared prefix, so training sees what serving does.
The first row of a group has the empty question.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from models.demo.corpus import Group
from models.demo.training.network import Layout
from models.demo.training.vocabulary import Vocabulary


@dataclass(frozen=True)
class Packed:
    """Tensors of one step; N tokens, M scored ones, R rows, K candidates at most."""

    tokens: Tensor  # (N,)
    layout: Layout
    source: Tensor  # (M,) flat index of the token that predicts ...
    target: Tensor  # (M,) ... this token
    cell: Tensor  # (M,) row * K + candidate
    lengths: Tensor  # (R, K) tokens of each candidate, 0 where there is none
    null_row: Tensor  # (R,) the row of the same group with the empty question
    right: Tensor  # (R, K) True where the candidate answers the row's question
    is_null: Tensor  # (R,)
    end: Tensor  # (R,) flat index of each row's <a>


@dataclass
class Flat:
    """Tokens laid end to end, with the spans of prefixes and candidates."""

    tokens: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    prefixes: list[tuple[int, int]] = field(default_factory=list)  # start, length
    branches: list[tuple[int, int]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)  # the prefix of each branch

    def add(self, tokens: Sequence[int], place: int) -> tuple[int, int]:
        span = (len(self.tokens), len(tokens))
        self.tokens += tokens
        self.places += range(place, place + len(tokens))
        return span

    def add_row(self, prefix: Sequence[int], sentences: Sequence[Sequence[int]]) -> None:
        row = len(self.prefixes)
        self.prefixes.append(self.add(prefix, 0))
        for sentence in sentences:
            self.branches.append(self.add(sentence, len(prefix)))
            self.rows.append(row)


def grid(spans: Sequence[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Spans -> (A, B) flat indexes (0 where padded) and (A,) lengths."""
    starts = np.array([start for start, _ in spans], dtype=np.int64)
    lengths = np.array([length for _, length in spans], dtype=np.int64)
    steps = np.arange(lengths.max() if len(spans) else 0)
    index = starts[:, None] + steps
    return np.where(steps < lengths[:, None], index, 0), lengths


def lay_out(flat: Flat) -> Layout:
    prefix, prefix_lengths = grid(flat.prefixes)
    branch, branch_lengths = grid(flat.branches)
    home = np.empty(len(flat.tokens), dtype=np.int64)
    offset = 0
    for index, lengths in ((prefix, prefix_lengths), (branch, branch_lengths)):
        real = np.arange(index.shape[1]) < lengths[:, None]
        home[index[real]] = offset + np.flatnonzero(real)
        offset += index.size
    rows = np.array(flat.rows, dtype=np.int64)
    p, s = prefix.shape[1], branch.shape[1]
    seen = torch.from_numpy(np.arange(p) < prefix_lengths[rows][:, None])
    mask = torch.cat(
        (
            seen[:, None, :].expand(-1, s, -1),
            torch.ones(s, s).tril().bool().expand(len(rows), s, s),
        ),
        dim=2,
    )
    return Layout(
        places=torch.tensor(flat.places),
        prefix=torch.from_numpy(prefix),
        branch=torch.from_numpy(branch),
        row=torch.from_numpy(rows),
        home=torch.from_numpy(home),
        prefix_mask=torch.ones(p, p).tril().bool(),
        branch_mask=mask[:, None],
    )


def pack(groups: Sequence[Group], vocabulary: Vocabulary, *, loosely: bool = False) -> Packed:
    flat = Flat()
    counts: list[int] = []
    null_row: list[int] = []
    right: list[frozenset[int]] = []
    for group in groups:
        sentences = [vocabulary.sentence(text) for text in group.candidates]
        first = len(counts)
        for text, answers in (("", frozenset[int]()), *((a.text, a.right) for a in group.asked)):
            flat.add_row(vocabulary.prefix(text, loosely=loosely), sentences)
            counts.append(len(sentences))
            null_row.append(first)
            right.append(answers)
    return to_tensors(flat, counts, null_row, right)


def to_tensors(
    flat: Flat, counts: list[int], null_row: list[int], right: list[frozenset[int]]
) -> Packed:
    most = max(counts)
    lengths, answers = np.zeros((len(counts), most), int), np.zeros((len(counts), most), bool)
    source: list[int] = []
    target: list[int] = []
    cell: list[int] = []
    number = 0
    for r, count in enumerate(counts):
        start, size = flat.prefixes[r]
        answers[r, list(right[r])] = True
        for k in range(count):
            begin, length = flat.branches[number]
            lengths[r, k] = length
            source += [start + size - 1, *range(begin, begin + length - 1)]
            target += flat.tokens[begin : begin + length]
            cell += [r * most + k] * length
            number += 1
    return Packed(
        tokens=torch.tensor(flat.tokens),
        layout=lay_out(flat),
        source=torch.tensor(source),
        target=torch.tensor(target),
        cell=torch.tensor(cell),
        lengths=torch.from_numpy(lengths),
        null_row=torch.tensor(null_row),
        right=torch.from_numpy(answers),
        is_null=torch.tensor(null_row) == torch.arange(len(counts)),
        end=torch.tensor([start + size - 1 for start, size in flat.prefixes]),
    )
