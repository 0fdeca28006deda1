"""Domain errors as problem details: the one place that knows status codes."""

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from appliance.web.problems import ProblemError, body

_PROBLEM: Final = "application/problem+json"


def handler(fault: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(fault, ProblemError):
        set_rollback()
        content = body(fault.status, fault.title, fault.detail, **fault.extra)
        return Response(content, fault.status, content_type=_PROBLEM)
    if isinstance(fault, OperationalError):
        # The pool is exhausted, a lock was not had in time, or the database restarts.
        set_rollback()
        content = body(503, _("The box is busy"), _("Nothing was lost. Try again in a minute."))
        return Response(content, 503, headers={"Retry-After": "2"}, content_type=_PROBLEM)
    if isinstance(fault, (Http404, PermissionDenied, exceptions.APIException)):
        response = exception_handler(fault, context)
        if response is not None:
            detail = response.data
            title = response.status_text
            response.data = body(response.status_code, title, _text(detail))
            response.content_type = _PROBLEM
        return response
    return None


def _text(detail: object) -> str:
    """One sentence of what the framework found wrong, with the field's name before it."""
    if isinstance(detail, dict):
        parts = [
            _text(value) if name in {"detail", "non_field_errors"} else f"{name}: {_text(value)}"
            for name, value in detail.items()
        ]
        return " ".join(parts)
    if isinstance(detail, list):
        return " ".join(_text(part) for part in detail)
    return str(detail)
