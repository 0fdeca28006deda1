"""Domain errors as problem details (RFC 9457): the one place that knows status codes."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback


class ProblemError(Exception):
    """A fault that a caller can act on. status: HTTP; title and detail: shown as they are."""

    def __init__(self, status: int, title: str, detail: str = "", **extra: object) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.extra = status, title, detail, extra


def body(status: int, title: str, detail: str = "", **extra: object) -> dict[str, object]:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}


def handler(fault: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(fault, ProblemError):
        set_rollback()
        content = body(fault.status, fault.title, fault.detail, **fault.extra)
        return Response(content, fault.status, content_type="application/problem+json")
    if isinstance(fault, (Http404, PermissionDenied, exceptions.APIException)):
        response = exception_handler(fault, context)
        if response is not None:
            detail = response.data
            title = response.status_text
            response.data = body(response.status_code, title, _text(detail))
            response.content_type = "application/problem+json"
        return response
    return None


def _text(detail: object) -> str:
    if isinstance(detail, dict) and "detail" in detail:
        return str(detail["detail"])
    return str(detail)
