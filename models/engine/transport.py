"""The client's wire: a path socket, and what its faults and answers mean."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import httpcore
import httpx

from models.engine.errors import (
    BadRequestError,
    EngineBusy,
    EngineError,
    EngineTimeout,
    EngineUnavailable,
)

_CONNECTIONS = 256


class SocketTransport(httpx.HTTPTransport):
    """As httpx's own over a path socket, but a failed connection leaves no open socket."""

    def __init__(self, path: str) -> None:
        super().__init__(uds=path)
        self._pool.close()
        # httpx has no parameter for the network back end; httpcore, whose pool it holds, has.
        self._pool = httpcore.ConnectionPool(
            uds=path, max_connections=_CONNECTIONS, network_backend=_Knocking()
        )


class _Knocking(httpcore.SyncBackend):
    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.NetworkStream:
        """Try with a socket of ours first: httpcore forgets to close one that is refused."""
        with socket.socket(socket.AF_UNIX) as trial:
            trial.settimeout(timeout)
            try:
                trial.connect(path)
            except OSError as fault:
                raise httpcore.ConnectError(type(fault).__name__) from fault
        return super().connect_unix_socket(path, timeout, socket_options)


class NotConnectedError(EngineUnavailable):
    """No connection, so nothing was asked."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn httpx's faults into ours."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as fault:
        raise NotConnectedError("no engine answers at the socket") from fault
    except httpx.PoolTimeout as fault:
        raise EngineBusy(1) from fault
    except httpx.TimeoutException as fault:
        raise EngineTimeout("the engine did not answer in time") from fault
    except httpx.TransportError as fault:
        raise EngineUnavailable(f"the connection broke: {type(fault).__name__}") from fault


def read_answer(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON of a good answer, raise what a bad one says."""
    if response.status_code != httpx.codes.OK:
        raise_for(response)
    data: dict[str, Any] = response.json()
    return data


def raise_for(response: httpx.Response) -> NoReturn:
    """Turn a status into the error class that callers know."""
    try:
        message = str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        message = f"got status {response.status_code}, want 200"
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        after = response.headers.get("Retry-After", "1")
        raise EngineBusy(int(after) if after.isdecimal() else 1)
    if status == httpx.codes.SERVICE_UNAVAILABLE:
        raise EngineUnavailable(message)
    if status == httpx.codes.GATEWAY_TIMEOUT:
        raise EngineTimeout(message)
    if status in {httpx.codes.BAD_REQUEST, httpx.codes.REQUEST_ENTITY_TOO_LARGE}:
        raise BadRequestError(message)
    raise EngineError(message)


def checked(chunk: dict[str, Any]) -> dict[str, Any]:
    """Raise what went wrong after the stream had begun."""
    fault = chunk.get("error")
    if fault is None:
        return chunk
    kinds = {"timeout": EngineTimeout, "unavailable": EngineUnavailable}
    raise kinds.get(fault["code"], EngineError)(fault["message"])
