"""Server-sent events (WHATWG HTML, "Server-sent events"), and streams that hold no connection."""

import json
from collections.abc import Iterator

from django.db import connection
from django.http import StreamingHttpResponse


def event(name: str, data: object, *, id_: int | str | None = None) -> bytes:
    """One event; JSON on one line, so no line break of the content can end it."""
    head = f"id: {id_}\n" if id_ is not None else ""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"{head}event: {name}\ndata: {body}\n\n".encode()


COMMENT = b": still here\n\n"


def stream(pieces: Iterator[bytes]) -> StreamingHttpResponse:
    """A response that gives its database connection back before its first byte."""
    connection.close()
    response = StreamingHttpResponse(pieces, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
