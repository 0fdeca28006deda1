"""The customer's pages: the chat, the widget's frame, its loader and a page to try it on."""

from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from appliance.accounts.doors import open_to_all
from appliance.assistant.intake import MAX_CHARACTERS
from appliance.channels.wording import words
from appliance.web.views import LANGUAGES, remember_language

_LOADER: Final = Path(__file__).resolve().parent / "static" / "channels" / "widget.js"


@open_to_all()
@require_safe
def chat(request: HttpRequest) -> HttpResponse:
    """The whole-page chat. ?lang=en chooses its language and is remembered."""
    return _chat(request, channel="web")


@open_to_all()
@require_safe
def widget(request: HttpRequest) -> HttpResponse:
    """The same chat inside a frame of the bank's own site."""
    response = _chat(request, channel="widget")
    response.may_be_framed = True  # type: ignore[attr-defined]
    return response


def _chat(request: HttpRequest, *, channel: str) -> HttpResponse:
    wanted = request.GET.get("lang", "")
    if wanted in LANGUAGES:
        translation.activate(wanted)
    content = {
        "channel": channel,
        "path": request.path,
        "limit": MAX_CHARACTERS,
        "words": words(),
    }
    response = render(request, "channels/chat.html", content)
    response["Content-Language"] = translation.get_language()
    if wanted in LANGUAGES:
        remember_language(response, wanted)
    return response


@open_to_all(records=False)
@require_safe
@cache_control(public=True, max_age=300)
def widget_loader(_request: HttpRequest) -> HttpResponse:
    """The script that the bank's page names: the same for everybody, nothing of anyone."""
    return HttpResponse(_LOADER.read_bytes(), content_type="text/javascript; charset=utf-8")


@open_to_all()
@require_safe
def widget_demo(request: HttpRequest) -> HttpResponse:
    """A page such as a bank might have, with the one line that adds the chat."""
    return render(request, "channels/demo.html")
