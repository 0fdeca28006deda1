"""The vector space of this box's knowledge: fitted once, kept in a file, the same everywhere.

The space is fitted when knowledge is first loaded and stays until it is fitted anew on
purpose (every stored vector changes with it).
"""

from collections.abc import Sequence
from functools import cache

from appliance.config import config
from appliance.knowledge.models import DIMENSIONS
from models.understanding.vectors import Matrix, Vectoriser, fit

_FILE = "knowledge-space.npz"


def fit_space(texts: Sequence[str]) -> Vectoriser:
    made = fit(texts, dimensions=DIMENSIONS)
    made.save(config().trained / _FILE)
    space.cache_clear()
    return space()


def has_space() -> bool:
    return (config().trained / _FILE).exists()


@cache
def space() -> Vectoriser:
    return Vectoriser.load(config().trained / _FILE)


def vectors(texts: Sequence[str]) -> Matrix:
    if not has_space():
        fit_space(texts)
    return space().vectors(texts)
