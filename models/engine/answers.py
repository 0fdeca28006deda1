"""Running jobs for the routes: from a parsed request to chunks of its answer."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from time import monotonic
from typing import Any, Generic, TypeVar

from models.engine.dressing import Chunk, chat_chunk, said, text_chunk
from models.engine.jobs import Job
from models.engine.loading import Loaded
from models.engine.requests import ChatIn, ChooseIn, CompletionIn, Verbatim
from models.engine.scheduler import Scheduler
from models.engine.speaker import Sentence, prompt_digest
from models.engine.verbatim import Tokens

_Asked = ChatIn | CompletionIn
_Item = TypeVar("_Item")


class Desk:
    """One request's way through a loaded model."""

    def __init__(self, loaded: Loaded, scheduler: Scheduler) -> None:
        self._loaded = loaded
        self._scheduler = scheduler
        self._begun = monotonic()

    async def choose(self, asked: ChooseIn) -> dict[str, Any]:
        """Score the candidates. Raises: EngineError and its subclasses."""
        speaker = self._loaded.speaker
        sentences = [each.sentence() for each in asked.candidates]
        choosing = speaker.choosing(asked.question, sentences, shows_passages=asked.passages)
        if choosing.job.total:
            await self._run(choosing.job, asked.deadline_s, asked.priority)
        return {
            "ranked": [asdict(row) for row in choosing.ranked()],
            "prompt_sha256": prompt_digest(choosing.prompt),
            "usage": {
                "prompt_tokens": len(choosing.prompt),
                "evaluated_tokens": choosing.job.evaluated,
                "known_nulls": len(sentences) - len(choosing.missing),
            },
            **self._closing(),
        }

    async def chat(self, asked: ChatIn) -> AsyncGenerator[Chunk]:
        """Free wording after the model's chat template, as chat.completion.chunk objects."""
        messages = [each.message() for each in asked.messages]
        prompt = self._loaded.speaker.prompt(messages)
        async with aclosing(self._generate(asked, prompt)) as parts:
            async for part in parts:
                yield chat_chunk(self._name, part)

    async def complete(self, asked: CompletionIn) -> AsyncGenerator[Chunk]:
        """Free wording after a raw prompt, as text_completion objects."""
        prompt = self._loaded.speaker.plain(asked.prompt)
        async with aclosing(self._generate(asked, prompt)) as parts:
            async for part in parts:
                yield text_chunk(self._name, part)

    async def verbatim(self, asked: ChatIn, how: Verbatim) -> AsyncGenerator[Chunk]:
        """Approved sentences, each in one chunk with its id, as soon as it is decided."""
        question = next((m.content for m in reversed(asked.messages) if m.role == "user"), "")
        sentences = [each.sentence() for each in how.sentences]
        speak = self._ranked if how.select == "score" else self._walked
        async with aclosing(speak(asked, how, question, sentences)) as parts:
            async for part in parts:
                yield chat_chunk(self._name, part)

    async def _walked(
        self, asked: ChatIn, how: Verbatim, question: str, sentences: Sequence[Sentence]
    ) -> AsyncGenerator[Chunk]:
        heard: _Heard[int] = _Heard()
        job = self._loaded.speaker.walking(
            question, sentences, most=how.max_sentences, emit=heard.put
        )
        count = 0
        if job.is_done:
            heard.close()
        async with aclosing(self._listen(job, heard, asked)) as indexes:
            async for index in indexes:
                yield said(sentences[index], count)
                count += 1
        usage = {"evaluated_tokens": job.evaluated, "completion_sentences": count}
        yield {"finish": "stop", "usage": usage, **self._closing()}

    async def _ranked(
        self, asked: ChatIn, how: Verbatim, question: str, sentences: Sequence[Sentence]
    ) -> AsyncGenerator[Chunk]:
        choosing = self._loaded.speaker.choosing(question, sentences)
        if choosing.job.total:
            await self._run(choosing.job, asked.deadline_s, asked.priority)
        by_id = {sentence.id: sentence for sentence in sentences}
        rows = choosing.ranked()[: how.max_sentences]
        for place, row in enumerate(rows):
            yield said(by_id[row.id], place, score=row.score)
        usage = {"evaluated_tokens": choosing.job.evaluated, "completion_sentences": len(rows)}
        yield {"finish": "stop", "usage": usage, **self._closing()}

    async def _generate(self, asked: _Asked, text: str) -> AsyncGenerator[Chunk]:
        speaker = self._loaded.speaker
        prompt = speaker.tokens(text)
        out = speaker.text_out(asked.stops())
        heard: _Heard[str] = _Heard()

        def emit(token: int) -> bool:
            ready = out.feed(token)
            if ready:
                heard.put(ready)
            return out.is_stopped

        job = speaker.generating(
            prompt, sampling=asked.sampling(), most=asked.max_tokens, emit=emit
        )
        async with aclosing(self._listen(job, heard, asked)) as texts:
            async for ready in texts:
                yield {"text": ready}
        yield {"text": out.finish()}
        made = job.made
        yield {"finish": made.finish, **self._evidence(prompt, made.tokens, asked, job)}

    def _evidence(
        self, prompt: Tokens, tokens: Sequence[int], asked: _Asked, job: Job
    ) -> dict[str, Any]:
        """What `replay` needs to score the same tokens again."""
        closing = self._closing()
        closing["strongroom"] |= {
            "prompt_sha256": prompt_digest(prompt),
            "tokens": list(tokens),
            "sampling": asdict(asked.sampling()),
        }
        usage = {
            "prompt_tokens": len(prompt),
            "completion_tokens": len(tokens),
            "total_tokens": len(prompt) + len(tokens),
            "evaluated_tokens": job.evaluated,
        }
        return {"usage": usage, **closing}

    @property
    def _name(self) -> str:
        return self._loaded.verified.manifest.name

    def _closing(self) -> dict[str, Any]:
        manifest = self._loaded.verified.manifest
        return {
            "strongroom": {
                "model_sha256": manifest.sha256,
                "model_version": manifest.version,
                "total_s": round(monotonic() - self._begun, 6),
            }
        }

    async def _run(self, job: Job, deadline_s: float, priority: int) -> None:
        future, cancel = self._scheduler.submit(job, deadline_s=deadline_s, priority=priority)
        try:
            await asyncio.wrap_future(future)
        finally:
            cancel()

    async def _listen(
        self, job: Job, heard: "_Heard[_Item]", asked: _Asked
    ) -> AsyncGenerator[_Item]:
        """What a job says while it runs; raises what it ends with."""
        running = None
        if not heard.is_closed:
            running = asyncio.ensure_future(self._run(job, asked.deadline_s, asked.priority))
            running.add_done_callback(lambda _done: heard.close())
        try:
            async for item in heard:
                yield item
            if running is not None:
                await running
        finally:
            if running is not None:
                running.cancel()


class _Heard(Generic[_Item]):
    """A way from the scheduler's thread into this event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[_Item | None] = asyncio.Queue()
        self.is_closed = False

    def put(self, item: _Item) -> None:
        """Call from any thread."""
        self._loop.call_soon_threadsafe(self._queue.put_nowait, item)

    def close(self) -> None:
        """Call from the loop; items put before it are still delivered."""
        self.is_closed = True
        self._loop.call_soon(self._queue.put_nowait, None)

    async def __aiter__(self) -> AsyncGenerator[_Item]:
        """Yield items until closed."""
        while (item := await self._queue.get()) is not None:
            yield item
