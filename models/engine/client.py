"""Asking the engine, from any thread of any other process of the box.

Takes `MaskedText` only: mypy refuses a prompt that was not masked. A request is sent again
only when no connection could be made, so that nothing is ever done twice.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Literal, Self, TypeVar

import httpx

from compliance.pii.types import MaskedText
from models.engine.errors import (
    EngineBusy,
    EngineError,
    EngineTimeout,
    EngineUnavailable,
)
from models.engine.transport import (
    NotConnectedError,
    SocketTransport,
    checked,
    raise_for,
    read_answer,
    translated,
)

__all__ = [
    "Candidate",
    "Choice",
    "Completion",
    "EngineBusy",
    "EngineClient",
    "EngineError",
    "EngineTimeout",
    "EngineUnavailable",
    "Health",
    "Ranked",
    "Said",
    "Turn",
]

# The engine ends a job at its deadline; its answer needs a moment more to arrive.
_GRACE_S = 1.0
_PAUSES_S = (0.02, 0.1, 0.3)
_CONNECT_S = 1.0
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Candidate:
    """An approved sentence. `id` comes back with the answer, at most 200 characters."""

    id: str
    text: str


@dataclass(frozen=True)
class Turn:
    role: Literal["system", "user", "assistant"]
    content: MaskedText = field(repr=False)


@dataclass(frozen=True)
class Health:
    """`status`: "ok", "no model" or "refused" (then `reason` says why).

    `isolation`: "namespace", "already", or "forbidden: <errno>".
    """

    status: str
    reason: str
    probe: str
    is_isolated: bool
    isolation: str
    waiting: int
    active: int
    model: Mapping[str, Any]

    @property
    def has_model(self) -> bool:
        return self.status == "ok"


@dataclass(frozen=True)
class Ranked:
    """`score` in nats per token: above 0, the question makes the sentence likelier."""

    id: str
    score: float
    conditional: float
    null: float
    tokens: int


@dataclass(frozen=True)
class Choice:
    """`ranked` best first. `evaluated_tokens` is the work done, `known_nulls` the work saved."""

    ranked: tuple[Ranked, ...]
    prompt_sha256: str
    prompt_tokens: int
    evaluated_tokens: int
    known_nulls: int
    engine_s: float
    model_sha256: str


@dataclass(frozen=True)
class Said:
    """One approved sentence, as it was decided. `score` only where it was scored."""

    id: str
    text: str
    score: float | None


@dataclass(frozen=True)
class Completion:
    """`finish`: "stop" or "length". `tokens` are the ids that `replay` scores again."""

    text: str = field(repr=False)
    finish: str
    tokens: tuple[int, ...] = field(repr=False)
    prompt_sha256: str
    prompt_tokens: int
    sampling: Mapping[str, float]
    engine_s: float
    model_sha256: str


class EngineClient:
    """Connections are kept alive and shared; safe from several threads.

    Every method raises EngineUnavailable (no engine, or it has no model), EngineBusy (with
    `retry_after_s`), EngineTimeout, BadRequestError, or EngineError for a fault inside.
    """

    def __init__(self, socket: Path, token: str, timeout_s: float = 10.0) -> None:
        self._timeout_s = timeout_s
        self._http = httpx.Client(
            # The host is a name for the header only: the socket is the address.
            base_url="http://engine",
            transport=SocketTransport(str(socket)),
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def health(self) -> Health:
        data = self._get("/health")
        return Health(
            status=data["status"],
            reason=data["reason"],
            probe=data["probe"],
            is_isolated=data["isolated"],
            isolation=data["isolation"],
            waiting=data["waiting"],
            active=data["active"],
            model=data["model"],
        )

    def choose(
        self,
        question: MaskedText,
        candidates: Sequence[Candidate],
        *,
        lang: str = "",
        deadline_s: float | None = None,
        shows_passages: bool = False,
    ) -> Choice:
        """Rank approved sentences as answers to a question, up to 128 of them.

        shows_passages: for models trained to read: they see the sentences before they score.
        """
        deadline_s = deadline_s or self._timeout_s
        body = {
            "question": question,
            "candidates": [{"id": each.id, "text": each.text} for each in candidates],
            "lang": lang,
            "passages": shows_passages,
            "deadline_s": deadline_s,
        }
        data = self._post("/v1/choose", body, deadline_s)
        usage = data["usage"]
        return Choice(
            ranked=tuple(Ranked(**row) for row in data["ranked"]),
            prompt_sha256=data["prompt_sha256"],
            prompt_tokens=usage["prompt_tokens"],
            evaluated_tokens=usage["evaluated_tokens"],
            known_nulls=usage["known_nulls"],
            engine_s=data["strongroom"]["total_s"],
            model_sha256=data["strongroom"]["model_sha256"],
        )

    def recite(
        self,
        question: MaskedText,
        candidates: Sequence[Candidate],
        *,
        most: int = 3,
        select: Literal["walk", "score"] = "walk",
        deadline_s: float | None = None,
    ) -> Iterator[Said]:
        """Yield approved sentences as the model decides for them, at most `most` (1 to 16)."""
        deadline_s = deadline_s or self._timeout_s
        texts = {each.id: each.text for each in candidates}
        body = {
            "messages": [{"role": "user", "content": question}],
            "strongroom": {
                "mode": "verbatim",
                "sentences": [{"id": each.id, "text": each.text} for each in candidates],
                "max_sentences": most,
                "select": select,
            },
        }
        for chunk in self._chunks(body, deadline_s):
            sentence = chunk.get("strongroom", {}).get("sentence")
            if sentence is not None:
                # The caller's own text is shown, not what came over the wire.
                yield Said(sentence["id"], texts[sentence["id"]], sentence.get("score"))

    def complete(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        deadline_s: float | None = None,
    ) -> Completion:
        """Write freely, for a draft that a person edits or a check that follows."""
        deadline_s = deadline_s or self._timeout_s
        body = _free(turns, max_tokens, temperature, seed)
        data = self._post("/v1/chat/completions", {**body, "deadline_s": deadline_s}, deadline_s)
        choice, evidence = data["choices"][0], data["strongroom"]
        return Completion(
            text=choice["message"]["content"],
            finish=choice["finish_reason"],
            tokens=tuple(evidence["tokens"]),
            prompt_sha256=evidence["prompt_sha256"],
            prompt_tokens=data["usage"]["prompt_tokens"],
            sampling=evidence["sampling"],
            engine_s=evidence["total_s"],
            model_sha256=evidence["model_sha256"],
        )

    def stream(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        deadline_s: float | None = None,
    ) -> Iterator[str]:
        """As `complete`, yielding text as it comes."""
        body = _free(turns, max_tokens, temperature, seed)
        for chunk in self._chunks(body, deadline_s or self._timeout_s):
            text = chunk["choices"][0]["delta"].get("content")
            if text:
                yield text

    def _get(self, path: str) -> dict[str, Any]:
        return self._patiently(
            lambda: read_answer(self._http.get(path, timeout=_timeout(self._timeout_s))),
            self._timeout_s,
        )

    def _post(self, path: str, body: Mapping[str, Any], deadline_s: float) -> dict[str, Any]:
        timeout = _timeout(deadline_s)
        return self._patiently(
            lambda: read_answer(self._http.post(path, json=body, timeout=timeout)), deadline_s
        )

    def _chunks(self, body: Mapping[str, Any], deadline_s: float) -> Iterator[dict[str, Any]]:
        asked = {**body, "stream": True, "deadline_s": deadline_s}
        request = self._http.build_request(
            "POST", "/v1/chat/completions", json=asked, timeout=_timeout(deadline_s)
        )
        response = self._patiently(lambda: self._http.send(request, stream=True), deadline_s)
        try:
            with translated():
                if response.status_code != httpx.codes.OK:
                    response.read()
                    raise_for(response)
                for line in response.iter_lines():
                    if line.startswith("data: {"):
                        yield checked(json.loads(line.removeprefix("data: ")))
        finally:
            response.close()

    def _patiently(self, ask: Callable[[], _Answer], deadline_s: float) -> _Answer:
        """Ask; while nobody listens (the engine restarts), ask again a few times."""
        until = monotonic() + deadline_s
        for pause_s in _PAUSES_S:
            try:
                with translated():
                    return ask()
            except NotConnectedError:
                if monotonic() + pause_s >= until:
                    raise
                sleep(pause_s)
        with translated():
            return ask()


def _timeout(deadline_s: float) -> httpx.Timeout:
    return httpx.Timeout(deadline_s + _GRACE_S, connect=_CONNECT_S)


def _free(turns: Sequence[Turn], max_tokens: int, temperature: float, seed: int) -> dict[str, Any]:
    return {
        "messages": [{"role": turn.role, "content": turn.content} for turn in turns],
        "max_tokens": max_tokens,
        "temperature": temperature,
        "seed": seed,
    }
