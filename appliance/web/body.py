"""What a request may bring: JSON (RFC 8259) in UTF-8, of a bounded size."""

import json
from collections.abc import Mapping
from typing import IO, Any, Final, NoReturn

from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from appliance.web.negotiation import AnyAccept
from appliance.web.problems import ProblemError

# Far more than the longest message needs in its widest spelling (4000 characters of "\\uXXXX").
_MOST_BYTES: Final = 1024 * 1024
_MOST_DROPPED: Final = 16 * 1024 * 1024
_PIECE: Final = 64 * 1024


class JsonOnly(AnyAccept):
    """Answers in any form; takes nothing but JSON, which no foreign page's form can send."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return DefaultContentNegotiation().select_parser(request, parsers)


class BoundedJson(BaseParser):
    """The framework's parser reads without end, in any charset named, and as deep as it goes."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002 - the framework's signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """The value that the body spells. Raises ProblemError."""
        body = stream.read(_MOST_BYTES + 1)
        if len(body) > _MOST_BYTES:
            _drop(stream)
            raise ProblemError(
                413,
                _("The request is too large"),
                _("Send less at a time: at most %(limit)s bytes.") % {"limit": _MOST_BYTES},
            )
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse)
        # A fault's own words may quote the body, so they are not passed on.
        except (ValueError, RecursionError) as fault:
            raise ProblemError(
                400,
                _("This request was not understood"),
                _("Send one JSON object, whole and in UTF-8."),
            ) from fault


def _drop(stream: IO[bytes]) -> None:
    """Let the sender finish: a connection closed in the middle would lose them our answer."""
    left = _MOST_DROPPED
    while left > 0 and (piece := stream.read(_PIECE)):
        left -= len(piece)


def _refuse(_name: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError
