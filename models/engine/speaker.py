"""What can be asked of a loaded model, turned into jobs and back into answers.

Knows tokens, templates and scores; knows neither HTTP nor threads.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import pack
from threading import Lock

from models.engine.backend import Backend
from models.engine.errors import BadRequestError, TooLongError
from models.engine.jobs import GenerateJob, ScoreJob, WalkJob
from models.engine.sampling import Sampling
from models.engine.template import Message
from models.engine.text import TextOut
from models.engine.verbatim import Tokens, Track, Walk, score, track_after

_REMEMBERED_NULLS = 50_000
# Sequences of one scoring job; the rest stay free for others.
_WIDTH = 32


@dataclass(frozen=True)
class Sentence:
    """An approved sentence. `id` is the caller's; the engine only hands it back."""

    id: str
    text: str


@dataclass(frozen=True)
class Scored:
    """Natural logarithms; `tokens` is what the score was divided by."""

    id: str
    score: float
    conditional: float
    null: float
    tokens: int


class NullScores:
    """log P(sentence | no question), least recently used dropped first. Thread-safe.

    Keyed by model and tokens: no text is kept.
    """

    def __init__(self, model_sha256: str, most: int = _REMEMBERED_NULLS) -> None:
        self._salt = model_sha256.encode()
        self._most = most
        self._scores: OrderedDict[bytes, float] = OrderedDict()
        self._lock = Lock()
        self.hits = 0

    def key(self, track: Track) -> bytes:
        tokens = pack(f"<i{len(track.tokens)}i", track.start, *track.tokens)
        return sha256(self._salt + tokens).digest()

    def get(self, key: bytes) -> float | None:
        with self._lock:
            found = self._scores.get(key)
            if found is not None:
                self._scores.move_to_end(key)
                self.hits += 1
            return found

    def put(self, key: bytes, value: float) -> None:
        with self._lock:
            self._scores[key] = value
            self._scores.move_to_end(key)
            while len(self._scores) > self._most:
                self._scores.popitem(last=False)


@dataclass(frozen=True)
class Choosing:
    """A choice under way: run `job`, then ask for `ranked()`."""

    sentences: Sequence[Sentence]
    tracks: Sequence[Track]
    keys: Sequence[bytes]
    known: dict[bytes, float]
    missing: Sequence[bytes]
    job: ScoreJob
    nulls: NullScores
    prompt: Tokens

    def ranked(self) -> list[Scored]:
        """Best first; equal scores in the order of the request."""
        conditional, fresh = self.job.sums
        known = dict(self.known)
        for key, value in zip(self.missing, fresh, strict=True):
            self.nulls.put(key, value)
            known[key] = value
        rows = [
            Scored(
                sentence.id, score(total, known[key], track.length), total, known[key], track.length
            )
            for sentence, track, key, total in zip(
                self.sentences, self.tracks, self.keys, conditional, strict=True
            )
        ]
        return sorted(rows, key=lambda row: -row.score)


class Speaker:
    """A model with its vocabulary and template."""

    def __init__(self, backend: Backend, model_sha256: str) -> None:
        """Raise TemplateError if the model's template does not parse."""
        self._words = backend.vocabulary
        self._template = backend.template()
        self._longest = backend.longest
        self.nulls = NullScores(model_sha256)

    def prompt(self, messages: Sequence[Message]) -> str:
        """Render messages with what people typed made harmless. Raises: TemplateError."""
        neutral = self._words.neutral
        safe: list[Message] = [
            {"role": message["role"], "content": neutral(message["content"])}
            for message in messages
        ]
        return self._template.render(safe)

    def tokens(self, text: str) -> Tokens:
        """Tokens of a rendered prompt. Raises: TooLongError, BadRequestError."""
        found = self._words.tokenise(text)
        if not found:
            raise BadRequestError("got an empty prompt, want text")
        if len(found) >= self._longest:
            raise TooLongError(len(found), self._longest - 1)
        return found

    def plain(self, text: str) -> str:
        """Text of a raw completion, made harmless."""
        return self._words.neutral(text)

    def text_out(self, stops: Sequence[str] = ()) -> TextOut:
        return TextOut(self._words.piece, stops)

    def choosing(
        self, question: str, sentences: Sequence[Sentence], *, shows_passages: bool = False
    ) -> Choosing:
        """Plan to score sentences as answers.

        shows_passages: give the model all sentences in a system message first, for models
        that were trained to read; the null scores then depend on them and are not shared.
        Raises: TooLongError, BadRequestError, TemplateError.
        """
        lead = _passages(sentences) if shows_passages else ""
        asked = self._asked(question, lead)
        unasked = self._asked("", lead)
        prompt = self.tokens(asked)
        tracks = self._paths(asked, sentences, prompt)
        null_tracks = self._paths(unasked, sentences, self.tokens(unasked))
        keys = [self.nulls.key(track) for track in null_tracks]
        known = {key: value for key in keys if (value := self.nulls.get(key)) is not None}
        missing = {
            key: track for key, track in zip(keys, null_tracks, strict=True) if key not in known
        }
        job = ScoreJob([tracks, list(missing.values())], width=_WIDTH)
        return Choosing(sentences, tracks, keys, known, list(missing), job, self.nulls, prompt)

    def walking(
        self,
        question: str,
        sentences: Sequence[Sentence],
        *,
        most: int,
        emit: Callable[[int], None],
    ) -> WalkJob:
        """Plan to lead the model through the sentences. Raises: as choosing."""
        asked = self._asked(question, "")
        prompt = self.tokens(asked)
        tracks = self._paths(asked, sentences, prompt)
        # Where a merge swallows the prompt's end, all sentences begin at the earliest cut.
        start = min(track.start for track in tracks)
        tails = [track.tokens[start:] for track in tracks]
        walk = Walk(tails, end=self._words.end, most=most)
        job = WalkJob(prompt[:start], walk, emit=emit)
        if job.cells > self._longest:
            raise TooLongError(job.cells, self._longest)
        return job

    def generating(
        self,
        prompt: Tokens,
        *,
        sampling: Sampling,
        most: int,
        emit: Callable[[int], bool],
    ) -> GenerateJob:
        """Plan free wording of at most `most` tokens, fewer if the context ends before."""
        most = max(1, min(most, self._longest - len(prompt)))
        is_end = self._words.is_end
        return GenerateJob(prompt, sampling=sampling, most=most, is_end=is_end, emit=emit)

    def _asked(self, question: str, lead: str) -> str:
        messages: list[Message] = [{"role": "user", "content": question.strip()}]
        if lead:
            messages.insert(0, {"role": "system", "content": lead})
        return self.prompt(messages)

    def _paths(self, asked: str, sentences: Sequence[Sentence], prompt: Tokens) -> list[Track]:
        return [track_after(prompt, self._whole(asked, sentence, prompt)) for sentence in sentences]

    def _whole(self, asked: str, sentence: Sentence, prompt: Tokens) -> Tokens:
        whole = self.tokens(asked + self._words.neutral(sentence.text.strip()))
        if whole == prompt[: len(whole)]:
            raise BadRequestError("got an empty sentence, want text")
        return whole


def prompt_digest(tokens: Tokens) -> str:
    """SHA-256 of a prompt's tokens as little-endian int32, for the evidence record."""
    return sha256(pack(f"<{len(tokens)}i", *tokens)).hexdigest()


def _passages(sentences: Sequence[Sentence]) -> str:
    lines = "\n".join(f"- {sentence.text.strip()}" for sentence in sentences)
    return f"Answer with one of these approved sentences, word for word.\n{lines}"
