"""The HTTP face of the engine: OpenAI's routes, and /v1/choose. Parses, calls, responds."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from hmac import compare_digest
from time import monotonic
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from models.engine import answers, dressing, requests
from models.engine.errors import (
    BadRequestError,
    CancelledError,
    EngineBusyError,
    EngineError,
    EngineTimeoutError,
    EngineUnavailableError,
    TooLongError,
)
from models.engine.loading import Outcome
from models.engine.metrics import Figures
from models.engine.scheduler import Scheduler

Handler = Callable[[Request], Awaitable[Response]]
_STATUS = (
    (TooLongError, 413),
    (BadRequestError, 400),
    (EngineBusyError, 429),
    (EngineUnavailableError, 503),
    (EngineTimeoutError, 504),
    (CancelledError, 499),
)


@dataclass(frozen=True)
class Site:
    """What the routes need. `token`: whoever holds it may ask; `scheduler` absent: no model."""

    token: str
    outcome: Outcome
    scheduler: Scheduler | None
    figures: Figures
    isolation: str
    is_isolated: bool


def build(site: Site) -> Starlette:
    routes = (
        ("/health", "GET", _health, False),
        ("/metrics", "GET", _metrics, True),
        ("/v1/models", "GET", _models, True),
        ("/v1/choose", "POST", _choose, True),
        ("/v1/chat/completions", "POST", _chat, True),
        ("/v1/completions", "POST", _completion, True),
    )
    app = Starlette(
        routes=[
            Route(path, _guarded(path, handler, needs_token=needs_token), methods=[method])
            for path, method, handler, needs_token in routes
        ]
    )
    app.state.site = site
    return app


def _guarded(path: str, handler: Handler, *, needs_token: bool) -> Handler:
    """Check the token, turn faults into answers, count."""

    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site
        begun = monotonic()
        try:
            if needs_token and not _is_known(request, site.token):
                response: Response = _problem(401, "unauthorised", "want a known token")
            else:
                response = await handler(request)
        except EngineError as fault:
            response = _fault(fault)
        except ClientDisconnect:
            response = _problem(499, "cancelled", "the caller went away")
        site.figures.request(path, response.status_code, monotonic() - begun)
        return response

    return endpoint


def _is_known(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return compare_digest(given.encode(), f"Bearer {token}".encode())


def _fault(fault: EngineError) -> Response:
    status = next((status for kind, status in _STATUS if isinstance(fault, kind)), 500)
    response = _problem(status, fault.code, str(fault))
    if isinstance(fault, EngineBusyError):
        response.headers["Retry-After"] = str(fault.retry_after_s)
    return response


def _problem(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "type": code, "message": message}}, status)


async def _health(request: Request) -> Response:
    site: Site = request.app.state.site
    outcome = site.outcome
    waiting, active = site.scheduler.load() if site.scheduler else (0, 0)
    return JSONResponse(
        {
            "status": outcome.state,
            "reason": outcome.reason,
            "probe": outcome.probe,
            "isolated": site.is_isolated,
            "isolation": site.isolation,
            "waiting": waiting,
            "active": active,
            "model": dressing.model_card(outcome),
        }
    )


async def _metrics(request: Request) -> Response:
    site: Site = request.app.state.site
    load = site.scheduler.load() if site.scheduler else (0, 0)
    return Response(site.figures.text(*load), media_type="text/plain; version=0.0.4")


async def _models(request: Request) -> Response:
    card = dressing.model_card(request.app.state.site.outcome)
    data = [{"id": card["name"], "object": "model", "owned_by": "local", **card}] if card else []
    return JSONResponse({"object": "list", "data": data})


async def _choose(request: Request) -> Response:
    desk = _desk(request)
    asked = requests.read(requests.ChooseIn, await _body(request))
    return JSONResponse(await _while_connected(request, desk.choose(asked)))


async def _chat(request: Request) -> Response:
    desk = _desk(request)
    asked = requests.read(requests.ChatIn, await _body(request))
    if asked.strongroom is not None:
        chunks = desk.verbatim(asked, asked.strongroom)
        made = dressing.gather_verbatim
    else:
        chunks = desk.chat(asked)
        made = dressing.gather_chat
    if asked.stream:
        return await _stream(chunks)
    return JSONResponse(await _while_connected(request, made(chunks)))


async def _completion(request: Request) -> Response:
    desk = _desk(request)
    asked = requests.read(requests.CompletionIn, await _body(request))
    chunks = desk.complete(asked)
    if asked.stream:
        return await _stream(chunks)
    return JSONResponse(await _while_connected(request, dressing.gather_completion(chunks)))


def _desk(request: Request) -> answers.Desk:
    site: Site = request.app.state.site
    if site.outcome.loaded is None or site.scheduler is None:
        raise EngineUnavailableError(f"no model: {site.outcome.state}")
    return answers.Desk(site.outcome.loaded, site.scheduler)


async def _body(request: Request) -> bytes:
    """Read a body of bounded size; a longer one is refused before it is held."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > requests.MOST_BYTES:
            raise BadRequestError(f"got more than {requests.MOST_BYTES} bytes, want fewer")
    return bytes(data)


async def _while_connected(
    request: Request, work: Coroutine[Any, Any, dict[str, Any]]
) -> dict[str, Any]:
    """Await the answer; cancel the job if the caller hangs up first."""
    doing = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({doing, watching}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        raise CancelledError("the caller went away")
    finally:
        for task in (doing, watching):
            task.cancel()
        await asyncio.gather(doing, watching, return_exceptions=True)


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _stream(chunks: AsyncGenerator[dict[str, Any]]) -> Response:
    """Answer with server-sent events. What fails before the first one gets its own status."""
    first = await anext(chunks)

    async def events() -> AsyncIterator[bytes]:
        # Closing the chunks cancels the job when the caller hangs up.
        async with aclosing(chunks):
            yield _event(first)
            try:
                async for chunk in chunks:
                    yield _event(chunk)
            except EngineError as fault:
                yield _event({"error": {"code": fault.code, "message": str(fault)}})
            yield b"data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"
