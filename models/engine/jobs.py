"""Work for the scheduler, cut into steps. Pure: tokens in, logits in, tokens out.

A job says which tokens it wants evaluated next, takes the logits, and is done or not. It
never sees the model, so several jobs share each step, and each can be tested with numbers.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.engine.sampling import Logits, Sampler, Sampling, log_normaliser
from models.engine.steps import Room, Row
from models.engine.verbatim import Tokens, Track, Walk, Wave, plan_waves

# Lower goes first.
INTERACTIVE, BACKGROUND = 0, 5


class Job(ABC):
    """`sequences` and `cells`: the most it will ever hold. `evaluated`: tokens so far."""

    sequences: int = 1
    cells: int = 0
    evaluated: int = 0
    _ids: Tokens = ()

    def attach(self, ids: Tokens) -> None:
        """Receive the sequence ids it may use, as many as it asked for."""
        self._ids = ids

    def stale(self) -> list[tuple[int, int]]:
        """(sequence, first position) of cells to drop before the next rows."""
        return []

    @property
    @abstractmethod
    def is_light(self) -> bool:
        """Whether the next step needs few rows: light jobs go before those that read prompts."""

    @abstractmethod
    def rows(self, room: Room) -> list[Row]:
        """Next tokens, no more than there is room for."""

    @abstractmethod
    def take(self, logits: Logits) -> bool:
        """Take the logits of the rows that wanted them; True when done."""


class ScoreJob(Job):
    """Log-probability of each track, several prompts in turn.

    `groups`: tracks that share a prompt stand in one group. Result: `sums`, in their order,
    natural logarithms.
    """

    def __init__(self, groups: Sequence[Sequence[Track]], *, width: int) -> None:
        self.sums = [[0.0] * len(group) for group in groups]
        self._plan: list[tuple[int, Wave]] = [
            (number, wave)
            for number, group in enumerate(groups)
            if group
            for wave in plan_waves(group, width)
        ]
        self.sequences = min(width, max((len(group) for group in groups), default=1))
        self.cells = max((wave.keep + len(wave.nodes) for _, wave in self._plan), default=0)
        self._wave = 0
        self._next = 0
        self._sent: list[tuple[int, int]] = []

    @property
    def total(self) -> int:
        """Tokens to evaluate in all."""
        return sum(len(wave.nodes) for _, wave in self._plan)

    @property
    def is_light(self) -> bool:
        return False

    def stale(self) -> list[tuple[int, int]]:
        if self._next or self._wave >= len(self._plan):
            return []
        keep = self._plan[self._wave][1].keep
        return [(sequence, keep) for sequence in self._ids]

    def rows(self, room: Room) -> list[Row]:
        if self._wave >= len(self._plan):
            return []
        nodes = self._plan[self._wave][1].nodes
        rows: list[Row] = []
        outputs = 0
        self._sent = []
        while self._next < len(nodes) and len(rows) < room.rows:
            node = nodes[self._next]
            if node.wants:
                if outputs == room.outputs:
                    break
                outputs += 1
                self._sent.append((self._wave, self._next))
            ids = tuple(self._ids[slot] for slot in node.slots)
            rows.append(Row(node.token, node.position, ids, bool(node.wants)))
            self._next += 1
        if self._next == len(nodes):
            self._wave, self._next = self._wave + 1, 0
        self.evaluated += len(rows)
        return rows

    def take(self, logits: Logits) -> bool:
        if len(logits):
            normalisers = log_normaliser(logits)
            for row, normaliser, (wave, place) in zip(logits, normalisers, self._sent, strict=True):
                number, planned = self._plan[wave]
                for want in planned.nodes[place].wants:
                    chance = float(row[want.token]) - float(normaliser)
                    for index in want.tracks:
                        self.sums[number][index] += chance
        return self._wave >= len(self._plan)


class _Stream(Job):
    """A job on one sequence that reads a prompt and then goes on from token to token."""

    def __init__(self, prompt: Tokens, *, longest: int) -> None:
        self._pending = list(prompt)
        self._position = 0
        self.cells = longest

    @property
    def is_light(self) -> bool:
        return len(self._pending) <= 1

    def rows(self, room: Room) -> list[Row]:
        count = min(len(self._pending), room.rows)
        is_last = count == len(self._pending)
        if is_last and room.outputs == 0:
            count, is_last = count - 1, False
        rows = [
            Row(token, self._position + offset, self._ids, is_last and offset == count - 1)
            for offset, token in enumerate(self._pending[:count])
        ]
        del self._pending[:count]
        self._position += count
        self.evaluated += count
        return rows


@dataclass
class Generated:
    """What a GenerateJob made. `finish`: "stop" or "length"."""

    tokens: list[int] = field(default_factory=list)
    finish: str = "length"


class GenerateJob(_Stream):
    """Free wording, one sampled token a step.

    `emit` hears each token from the scheduler's thread and says whether to stop there.
    """

    def __init__(
        self,
        prompt: Tokens,
        *,
        sampling: Sampling,
        most: int,
        is_end: Callable[[int], bool],
        emit: Callable[[int], bool],
    ) -> None:
        super().__init__(prompt, longest=len(prompt) + most)
        self.made = Generated()
        self._sampler = Sampler(sampling)
        self._seen = list(prompt)
        self._most = most
        self._is_end = is_end
        self._emit = emit

    def take(self, logits: Logits) -> bool:
        if not len(logits):
            return False
        token = self._sampler.choose(logits[-1], self._seen)
        if self._is_end(token):
            self.made.finish = "stop"
            return True
        self.made.tokens.append(token)
        self._seen.append(token)
        if self._emit(token):
            self.made.finish = "stop"
            return True
        self._pending.append(token)
        return len(self.made.tokens) >= self._most


class WalkJob(_Stream):
    """Approved sentences only, chosen one after the other; see verbatim.Walk.

    `emit` hears the index of each sentence as soon as it is decided.
    """

    def __init__(self, prompt: Tokens, walk: Walk, *, emit: Callable[[int], None]) -> None:
        said = sorted((len(tokens) for tokens in walk.sentences), reverse=True)[: walk.most]
        super().__init__(prompt, longest=len(prompt) + sum(said))
        self.walk = walk
        self._emit = emit
        self._told = 0
        self._forward()
        if walk.is_over:
            self._pending.clear()

    @property
    def is_done(self) -> bool:
        """Over before any step: there was nothing to decide."""
        return self.walk.is_over

    def take(self, logits: Logits) -> bool:
        if not len(logits):
            return False
        # Choosing to end a sentence adds no token: the same logits decide what follows.
        while not self.walk.is_over and not self.walk.pending:
            options = np.array(self.walk.options())
            self.walk.take(int(options[logits[-1][options].argmax()]))
        self._forward()
        return self.walk.is_over

    def _forward(self) -> None:
        self._pending += self.walk.pending
        self.walk.pending = []
        for index in self.walk.chosen[self._told :]:
            self._emit(index)
        self._told = len(self.walk.chosen)
