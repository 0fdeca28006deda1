"""Error pages: one sentence on what to do, nothing of the request in them."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

_WORDS = {
    400: (_("This request was not understood"), _("Go back, check the input and send it again.")),
    403: (_("You may not open this page"), _("Sign in with an account that has the right role.")),
    404: (_("Nothing is here"), _("Check the address, or start again from the home page.")),
    429: (_("Too many requests"), _("Wait a minute and try again.")),
    500: (_("Something failed on our side"), _("Nothing was lost. Try again in a minute.")),
    503: (_("The box is busy"), _("Nothing was lost. Try again in a minute.")),
}


def page(request: HttpRequest, status: int) -> HttpResponse:
    title, advice = _WORDS[status]
    if request.path.startswith("/api/") or "/api/" in request.path:
        body = {"type": "about:blank", "title": str(title), "status": status, "detail": str(advice)}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    return render(
        request,
        "web/error.html",
        {"title": title, "advice": advice, "status": status},
        status=status,
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    return page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the context of other pages: what failed may be the database that it asks."""
    # A database that is busy or restarting is no fault of the request: come back.
    status = 503 if isinstance(sys.exc_info()[1], OperationalError) else 500
    if request.path.startswith("/api/"):
        return page(request, status)
    title, advice = _WORDS[status]
    content = {"title": title, "advice": advice, "status": status}
    return HttpResponse(render_to_string("web/error.html", content), status=status)
