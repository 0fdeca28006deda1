"""The front door, and the choice of language."""

from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from appliance.accounts.doors import open_to_all

LANGUAGES: Final = frozenset(code for code, _name in settings.LANGUAGES)
_YEAR_S: Final = 365 * 24 * 3600


@open_to_all()
def home(request: HttpRequest) -> HttpResponse:
    """The rooms that one has keys to; for everybody else the way to the chat."""
    return render(request, "web/home.html")


@open_to_all()
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the language in a cookie and go back to where one was."""
    if code not in LANGUAGES:
        raise Http404
    response = HttpResponseRedirect(safe_next(request))
    remember_language(response, code)
    return response


def remember_language(response: HttpResponse, code: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=_YEAR_S,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def safe_next(request: HttpRequest) -> str:
    """The `next` of a query or form where it leads to a page of this box, else the front door."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours and wanted.startswith("/") else "/"
