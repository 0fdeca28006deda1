"""Customers, as many as wanted: each a browser of its own with an open event stream."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from uuid import uuid4

import httpx


@dataclass
class Sample:
    """One message. Times in milliseconds from the first byte sent; None where it never came."""

    slug: str | None
    ack_ms: float | None = None
    first_ms: float | None = None
    answer_ms: float | None = None
    outcome: str = ""
    articles: tuple[str, ...] = ()
    error: str = ""


@dataclass
class Load:
    """sessions: browsers at once; every_s: one message each so often; duration_s: how long."""

    address: str
    questions: dict[str, list[dict]]
    sessions: int = 50
    every_s: float = 10.0
    duration_s: float = 60.0
    samples: list[Sample] = field(default_factory=list)

    async def run(self) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(base_url=self.address, limits=limits, timeout=30) as client:
            await asyncio.gather(*(self._session(client, n) for n in range(self.sessions)))

    async def _session(self, client: httpx.AsyncClient, number: int) -> None:
        language = ("zh-hans", "en")[number % 2]
        cookie, listening = await self._begin(client, language)
        ends = time.monotonic() + self.duration_s
        await asyncio.sleep(self.every_s * number / self.sessions)
        mine = self.questions[language][number // 2 :: max(1, self.sessions // 2)]
        place = 0
        while time.monotonic() < ends:
            due = time.monotonic() + self.every_s
            sample = await self._ask(client, cookie, mine[place % len(mine)])
            self.samples.append(sample)
            place += 1
            if sample.outcome == "handover":
                # A person has it now; the customer's next question is a new conversation.
                listening.cancel()
                cookie, listening = await self._begin(client, language)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        listening.cancel()

    async def _begin(
        self, client: httpx.AsyncClient, language: str
    ) -> tuple[dict[str, str], asyncio.Task]:
        began = await client.post(
            "/api/v1/chat/conversations",
            json={"language": language},
            headers={"Idempotency-Key": str(uuid4())},
        )
        began.raise_for_status()
        # One jar a browser: the client's own would be shared by all.
        cookie = {"Cookie": began.headers["set-cookie"].split(";")[0]}
        client.cookies.clear()
        return cookie, asyncio.create_task(self._listen(client, cookie))

    async def _listen(self, client: httpx.AsyncClient, cookie: dict[str, str]) -> None:
        async with client.stream(
            "GET", "/api/v1/chat/events", headers=cookie, timeout=None
        ) as response:
            async for _ in response.aiter_bytes():
                pass

    async def _ask(self, client: httpx.AsyncClient, cookie: dict[str, str], asked: dict) -> Sample:
        sample = Sample(asked["slug"])
        headers = {
            **cookie,
            "Accept": "text/event-stream",
            "Idempotency-Key": str(uuid4()),
        }
        began = time.perf_counter()
        try:
            async with client.stream(
                "POST", "/api/v1/chat/messages", json={"text": asked["question"]}, headers=headers
            ) as response:
                if response.status_code != 200:
                    sample.error = str(response.status_code)
                    return sample
                await self._read(response, sample, began)
        except httpx.HTTPError as fault:
            sample.error = type(fault).__name__
        return sample

    async def _read(self, response: httpx.Response, sample: Sample, began: float) -> None:
        name = ""
        async for line in response.aiter_lines():
            spent = (time.perf_counter() - began) * 1000
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                if name == "accepted":
                    sample.ack_ms = spent
                elif name == "delta" and sample.first_ms is None:
                    sample.first_ms = spent
                elif name == "reply":
                    sample.answer_ms = spent
                    told = json.loads(line.removeprefix("data: "))
                    sample.outcome = told["outcome"]
                    sample.articles = tuple(source["article"] for source in told["sources"])
        if sample.answer_ms is None:
            sample.error = "no answer"
