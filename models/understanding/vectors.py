"""Texts as vectors without a downloaded model: latent semantic analysis, fitted on the box.

Character n-grams are hashed to 2^13 columns, weighted by inverse document frequency
and projected on the leading singular vectors of the knowledge itself; texts that share
neighbours, not only words, come close to one another.

Source: Deerwester et al. 1990, "Indexing by latent semantic analysis".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils.extmath import randomized_svd

_COLUMNS: Final = 2**13
_SEED: Final = 20260101

Matrix = NDArray[np.float32]


def _hasher() -> HashingVectorizer:
    return HashingVectorizer(
        analyzer="char_wb", ngram_range=(1, 3), n_features=_COLUMNS, alternate_sign=False, norm=None
    )


@dataclass(frozen=True)
class Vectoriser:
    """weights: (columns,) idf; projection: (columns, dimensions)."""

    weights: Matrix
    projection: Matrix

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """Unit rows, shape (len(texts), dimensions); a text without n-grams is a zero row."""
        counts = _hasher().transform(texts)
        dense = _damped(counts).multiply(self.weights).tocsr() @ self.projection
        lengths = np.linalg.norm(dense, axis=1, keepdims=True)
        result: Matrix = (dense / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        return result

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, weights=self.weights, projection=self.projection.astype(np.float16))
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Vectoriser":
        with np.load(path, allow_pickle=False) as held:
            return cls(held["weights"].astype(np.float32), held["projection"].astype(np.float32))


def _damped(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    damped = counts.astype(np.float32)
    damped.data = 1 + np.log(damped.data)
    return damped


def fit(texts: Sequence[str], *, dimensions: int) -> Vectoriser:
    """Fit on texts (at least one); missing dimensions of a tiny collection stay zero."""
    counts = _damped(_hasher().transform(texts))
    frequency = np.asarray((counts > 0).sum(axis=0)).ravel()
    weights = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)
    weighted = counts.multiply(weights).tocsr()
    rank = max(1, min(dimensions, min(weighted.shape) - 1))
    _, _, leading = randomized_svd(weighted, n_components=rank, random_state=_SEED)
    projection = np.zeros((_COLUMNS, dimensions), dtype=np.float32)
    projection[:, :rank] = leading.T
    return Vectoriser(weights, projection.astype(np.float16).astype(np.float32))
