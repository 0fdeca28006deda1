"""OpenAI's shapes for what the engine says, and putting streams together again."""

from collections.abc import AsyncIterator, Callable
from time import time
from typing import Any
from uuid import uuid4

from models.engine.loading import Outcome
from models.engine.speaker import Sentence

Chunk = dict[str, Any]


def model_card(outcome: Outcome) -> dict[str, Any]:
    """What /health and /v1/models say of the model; empty without one."""
    if outcome.loaded is None:
        return {}
    manifest = outcome.loaded.verified.manifest
    return {
        "name": manifest.name,
        "version": manifest.version,
        "sha256": manifest.sha256,
        "quantisation": manifest.quantisation,
        "licence": manifest.licence,
        "parameters": outcome.loaded.backend.parameters,
        "context_length": outcome.loaded.backend.longest,
        "is_signed": outcome.loaded.verified.is_signed,
    }


async def gather_chat(chunks: AsyncIterator[Chunk]) -> Chunk:
    """Put a stream of chat chunks together into one chat.completion."""
    text, last = await _gather(chunks, lambda choice: choice["delta"].get("content", ""))
    message = {"role": "assistant", "content": text}
    return _whole(last, "chat.completion", {"message": message})


async def gather_completion(chunks: AsyncIterator[Chunk]) -> Chunk:
    """Put a stream of text chunks together into one text_completion."""
    text, last = await _gather(chunks, lambda choice: choice["text"])
    return _whole(last, "text_completion", {"text": text})


async def gather_verbatim(chunks: AsyncIterator[Chunk]) -> Chunk:
    """As gather_chat, with the sentences and their ids."""
    sentences = []

    async def listed() -> AsyncIterator[Chunk]:
        async for chunk in chunks:
            sentence = chunk.get("strongroom", {}).get("sentence")
            if sentence is not None:
                sentences.append(sentence)
            yield chunk

    whole = await gather_chat(listed())
    whole["strongroom"]["sentences"] = sentences
    return whole


async def _gather(
    chunks: AsyncIterator[Chunk], text_of: Callable[[Chunk], str]
) -> tuple[str, Chunk]:
    texts, last = [], {}
    async for chunk in chunks:
        texts.append(text_of(chunk["choices"][0]))
        last = chunk
    return "".join(texts), last


def _whole(last: Chunk, kind: str, choice: Chunk) -> Chunk:
    finish = last["choices"][0]["finish_reason"]
    choices = [{"index": 0, "finish_reason": finish, **choice}]
    return {**last, "object": kind, "choices": choices}


def said(sentence: Sentence, place: int, score: float | None = None) -> Chunk:
    """One approved sentence; `place` counts from 0."""
    about: Chunk = {"id": sentence.id, "index": place}
    if score is not None:
        about["score"] = score
    return {"text": sentence.text, "strongroom": {"sentence": about}}


def chat_chunk(name: str, part: Chunk) -> Chunk:
    delta = {"content": part["text"]} if part.get("text") else {}
    choice = {"index": 0, "delta": delta, "finish_reason": part.get("finish")}
    return _chunk(name, "chat.completion.chunk", choice, part)


def text_chunk(name: str, part: Chunk) -> Chunk:
    choice = {"index": 0, "text": part.get("text", ""), "finish_reason": part.get("finish")}
    return _chunk(name, "text_completion", choice, part)


def _chunk(name: str, kind: str, choice: Chunk, part: Chunk) -> Chunk:
    extra = {key: part[key] for key in part if key in {"usage", "strongroom"}}
    head: Chunk = {
        "id": f"chunk-{uuid4().hex}",
        "object": kind,
        "created": int(time()),
        "model": name,
    }
    return {**head, "choices": [choice], **extra}
