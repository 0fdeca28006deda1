"""The unit that jobs, scheduler and backend pass to each other."""

from typing import NamedTuple


class Row(NamedTuple):
    """One token of a step. Its logits are read if `wants`."""

    token: int
    position: int
    sequences: tuple[int, ...]
    wants: bool


class Room(NamedTuple):
    """What is left of a step: tokens, and rows of logits."""

    rows: int
    outputs: int
