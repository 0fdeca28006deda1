"""Answers that can only be approved sentences: what to evaluate, and how to choose. Pure.

Two ways to the same end, both of which leave the model no word of its own:

Scoring. Every candidate's tokens are evaluated after the prompt, tokens that candidates
share only once. A sentence's score is

    (log P(sentence | question) - log P(sentence | no question)) / its number of tokens

The second term takes away what makes a sentence likely anyway (short, frequent words); the
division keeps long sentences comparable (pointwise mutual information, Holtzman et al.,
"Surface Form Competition", EMNLP 2021).

Walking. The model is led down a tree of the allowed sentences. Where they part, the logits
of all other tokens are masked; where they agree, the tokens are forced, and evaluated in one
step together with the next parting.

Tokens are not text: byte fallback splits a character, a leading space may appear, a merge may
swallow the prompt's last character. So a sentence starts where its tokens first differ from
the prompt's, and what is shown is the approved text itself, never the tokens' spelling.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

Tokens = tuple[int, ...]


@dataclass(frozen=True)
class Track:
    """A candidate behind its prompt: the tokens at `start` and after are scored."""

    tokens: Tokens
    start: int

    @property
    def length(self) -> int:
        """How many tokens are scored."""
        return len(self.tokens) - self.start


@dataclass(frozen=True)
class Want:
    """After a node, how likely is `token`; the answer counts for these tracks."""

    token: int
    tracks: Tokens


@dataclass(frozen=True)
class Node:
    """One token to evaluate. `slots` are the sequences, counted from 0, that it belongs to."""

    token: int
    position: int
    slots: Tokens
    wants: tuple[Want, ...]


@dataclass(frozen=True)
class Wave:
    """Nodes in an order where each follows its parent. Cells from `keep` on are stale before."""

    keep: int
    nodes: tuple[Node, ...]


def track_after(prompt: Tokens, whole: Tokens) -> Track:
    """Find where a sentence starts in the tokens of prompt and sentence together."""
    return Track(whole, max(1, common_prefix([prompt, whole])))


def common_prefix(many: Sequence[Tokens]) -> int:
    """Length of the longest prefix that all share. Two of them decide: the extremes."""
    first, last = min(many), max(many)
    shared = 0
    for left, right in zip(first, last, strict=False):
        if left != right:
            break
        shared += 1
    return shared


def score(conditional: float, null: float, length: int) -> float:
    """Return log-probabilities' difference per token, in nats."""
    return (conditional - null) / max(1, length)


def plan_waves(tracks: Sequence[Track], width: int) -> list[Wave]:
    """Lay out the evaluation of tracks that share a prompt, `width` sequences at a time.

    The shared beginning is evaluated once, in the first wave, and kept. Paths are taken in
    the order of their tokens, so that those that agree for long fall into one wave.
    Requires: tracks not empty, no empty track.
    """
    order = sorted(range(len(tracks)), key=lambda index: tracks[index].tokens)
    # A track's last token needs no evaluation, so the shared part ends before it.
    stem = min(
        common_prefix([track.tokens for track in tracks]),
        min(len(track.tokens) for track in tracks) - 1,
    )
    slots = tuple(range(min(width, len(tracks))))
    waves = []
    for begin in range(0, len(order), width):
        members = order[begin : begin + width]
        nodes = [] if begin else _stem(tracks, stem, slots)
        nodes += _branches(tracks, members, stem)
        # Tracks that end within the stem leave a wave nothing to do.
        if nodes:
            waves.append(Wave(keep=stem if begin else 0, nodes=tuple(nodes)))
    return waves


def _stem(tracks: Sequence[Track], stem: int, slots: Tokens) -> list[Node]:
    everyone = tuple(range(len(tracks)))
    tokens = tracks[0].tokens
    return [
        Node(tokens[position], position, slots, _wants(tracks, everyone, position))
        for position in range(stem)
    ]


def _branches(tracks: Sequence[Track], members: Sequence[int], stem: int) -> list[Node]:
    """Nodes below the stem, parents first: by position, then by token prefix."""
    nodes = []
    longest = max(len(tracks[index].tokens) for index in members)
    groups = [tuple(members)]
    slot_of = {index: slot for slot, index in enumerate(members)}
    for position in range(stem, longest - 1):
        groups = [part for group in groups for part in _split(tracks, group, position)]
        for group in groups:
            token = tracks[group[0]].tokens[position]
            slots = tuple(slot_of[index] for index in group)
            nodes.append(Node(token, position, slots, _wants(tracks, group, position)))
    return nodes


def _split(tracks: Sequence[Track], group: Tokens, position: int) -> list[Tokens]:
    """Part a group by the token at `position`; a track that has no token after it drops out."""
    parts: dict[int, list[int]] = {}
    for index in group:
        tokens = tracks[index].tokens
        if position < len(tokens) - 1:
            parts.setdefault(tokens[position], []).append(index)
    return [tuple(part) for part in parts.values()]


def _wants(tracks: Sequence[Track], members: Tokens, position: int) -> tuple[Want, ...]:
    wants: dict[int, list[int]] = {}
    for index in members:
        track = tracks[index]
        following = position + 1
        if track.start <= following < len(track.tokens):
            wants.setdefault(track.tokens[following], []).append(index)
    return tuple(Want(token, tuple(indexes)) for token, indexes in wants.items())


@dataclass
class Walk:
    """A walk down the tree of allowed sentences, one decision after the other.

    `sentences` are token tuples, not empty; `end` is the token that closes the answer.
    `pending` are tokens to evaluate before the next decision; `chosen` are indexes of the
    sentences said so far. A sentence is said at most once, and the walk may stop only
    between two sentences.
    """

    sentences: Sequence[Tokens]
    end: int
    most: int
    chosen: list[int] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    _alive: list[int] = field(default_factory=list)
    _depth: int = 0
    is_over: bool = False

    def __post_init__(self) -> None:
        """Begin at the root; a single sentence needs no decision."""
        self._restart()
        self._force()

    def options(self) -> list[int]:
        """Tokens that may come next, without repetition. Empty when the walk is over."""
        if self.is_over:
            return []
        following = [self._next_token(index) for index in self._alive]
        # Stopping is possible between two sentences only: never first, never inside.
        may_stop = [self.end] if self._is_between else []
        return list(dict.fromkeys(following + may_stop))

    def take(self, token: int) -> None:
        """Decide for one of the options. Raises: ValueError for any other token."""
        if token not in self.options():
            raise ValueError("got a token that is no option here, want one of the options")
        if self._is_between and token == self.end:
            self.is_over = True
            return
        self._alive = [index for index in self._alive if self._next_token(index) == token]
        self._advance(token)
        self._force()

    @property
    def _is_between(self) -> bool:
        return self._depth == 0 and bool(self.chosen)

    def _force(self) -> None:
        """Follow the tree down while there is nothing to decide."""
        while not self.is_over and not self._is_between:
            options = self.options()
            if len(options) != 1:
                return
            self._advance(options[0])

    def _advance(self, token: int) -> None:
        first = self._alive[0]
        if len(self.sentences[first]) == self._depth:
            self.chosen.append(first)
            self._restart()
            return
        self.pending.append(token)
        self._depth += 1

    def _restart(self) -> None:
        said = {self.sentences[index] for index in self.chosen}
        self._alive = [i for i, tokens in enumerate(self.sentences) if tokens not in said]
        self._depth = 0
        self.is_over = len(self.chosen) >= self.most or not self._alive

    def _next_token(self, index: int) -> int:
        tokens = self.sentences[index]
        return tokens[self._depth] if self._depth < len(tokens) else self.end
