"""The agent's pages: who waits, what was said, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from appliance.accounts.doors import door
from appliance.accounts.models import Account
from appliance.desk import wording
from appliance.desk.actions import Actor, close_conversation, hand_back, take_conversation
from appliance.desk.errors import (
    ConversationClosedError,
    DeskError,
    NotFoundError,
    NotYoursError,
    UnreadableTextError,
)
from appliance.desk.models import Conversation
from appliance.desk.queries import Transcript, held_by, transcript_for, waiting_line
from appliance.desk.replies import reply
from appliance.web.requests import actor_of, origin_of, refused
from audit.actions import append
from audit.events import ConversationsListed

_LONGEST_PLACE: Final = 9


@dataclass(frozen=True)
class Row:
    """One line of the desk's list, ready to be shown."""

    id: UUID
    since: object
    reason: str | Promise
    language: str | Promise
    channel: str | Promise
    messages: int


def _account(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)
    return request.user


def _actor(request: HttpRequest) -> Actor:
    return Actor(actor_of(request), origin_of(request), _account(request))


@door("agent", "supervisor", leaves_event=True)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The desk with nothing opened."""
    return render(request, "desk/desk.html", _lists(request))


@door("agent", "supervisor", leaves_event=True)
@require_safe
def line(request: HttpRequest) -> HttpResponse:
    """The two lists alone, fetched anew when the waiting line changes."""
    return render(request, "desk/_line.html", _lists(request))


@transaction.atomic
def _lists(request: HttpRequest) -> dict[str, object]:
    waiting = [
        Row(
            row.id,
            row.waiting_since,
            wording.REASONS.get(row.reason, row.reason),
            wording.LANGUAGES.get(row.language, row.language),
            wording.CHANNELS.get(row.channel, row.channel),
            row.messages,
        )
        for row in waiting_line()
    ]
    mine = [_held(row) for row in held_by(_account(request))[:100]]
    append(
        ConversationsListed(
            actor=actor_of(request),
            origin=origin_of(request),
            purpose="serve_customer",
            count=len(waiting) + len(mine),
        )
    )
    return {"waiting": waiting, "mine": mine, "open_id": _open_id(request)}


def _open_id(request: HttpRequest) -> str:
    """The conversation that the page says is open; nothing that is no id."""
    try:
        return str(UUID(request.GET.get("open", "")))
    except ValueError:
        return ""


def _held(row: Conversation) -> Row:
    return Row(
        row.pk,
        row.last_at,
        gettext_lazy("You answer"),
        wording.LANGUAGES.get(row.language, row.language),
        wording.CHANNELS.get(row.channel, row.channel),
        row.next_place - 1,
    )


@door("agent", "supervisor", leaves_event=True)
@require_safe
def conversation(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """One conversation: a part of the desk for htmx, else the desk with it opened."""
    return _show(request, conversation_id)


def _show(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    given = request.GET.get("before", "")
    try:
        held = transcript_for(
            _account(request),
            conversation_id,
            purpose="serve_customer",
            origin=origin_of(request),
            before=int(given) if given.isdecimal() and len(given) <= _LONGEST_PLACE else None,
        )
    except NotFoundError as fault:
        refused(request)
        raise Http404 from fault
    content = _opened(request, held)
    if "HX-Request" in request.headers:
        return render(request, "desk/_conversation.html", content)
    content |= _lists(request) | {"open_id": str(conversation_id)}
    return render(request, "desk/desk.html", content)


def _opened(request: HttpRequest, held: Transcript) -> dict[str, object]:
    found = held.conversation
    is_held = found.state == Conversation.State.WITH_PERSON
    is_mine = is_held and found.agent_id == _account(request).pk
    return {
        "opened": found,
        "turns": held.turns,
        "earlier": held.earlier,
        "form": wording.FORMS.get(held.turns[0].form) if held.turns else None,
        "authors": wording.AUTHORS,
        "state": _("You answer") if is_mine else wording.STATES[found.state],
        "reason": wording.REASONS.get(found.waiting_reason, ""),
        "language": wording.LANGUAGES.get(found.language, found.language),
        "channel": wording.CHANNELS.get(found.channel, found.channel),
        "is_mine": is_mine,
        "can_take": found.state in {Conversation.State.WAITING, Conversation.State.WITH_ASSISTANT},
        "form_key": get_random_string(32),
    }


def _done(
    request: HttpRequest, conversation_id: UUID, action: Callable[[], object]
) -> HttpResponse:
    """Act, then show the conversation as it now is; a refusal is said above it."""
    try:
        action()
    except NotFoundError as fault:
        refused(request)
        raise Http404 from fault
    except DeskError as fault:
        if isinstance(fault, NotYoursError):
            refused(request)
        messages.error(request, _why(fault))
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(f"/desk/{conversation_id}/")
    response = _show(request, conversation_id)
    response["HX-Trigger"] = "line-changed"
    return response


def _why(fault: DeskError) -> str:
    if isinstance(fault, ConversationClosedError):
        return _("This conversation has ended.")
    if isinstance(fault, NotYoursError):
        return _("Somebody else answers this conversation. Take it first, or leave it to them.")
    if isinstance(fault, UnreadableTextError):
        return _("Write 1 to %(limit)s characters; got %(length)s.") % {
            "limit": fault.limit,
            "length": fault.length,
        }
    return _("That did not work. Load the page again.")


@door("agent", "supervisor", leaves_event=True)
@require_POST
def take(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    return _done(
        request,
        conversation_id,
        lambda: take_conversation(conversation_id, agent=_actor(request), now=timezone.now()),
    )


@door("agent", "supervisor", leaves_event=True)
@require_POST
def answer(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    def send() -> None:
        dropped = reply(
            conversation_id,
            request.POST.get("text", ""),
            form_key=request.POST.get("form_key", "")[:64],
            agent=_actor(request),
            now=timezone.now(),
        )
        if dropped:
            messages.warning(request, _("A secret was cut out of your answer before it was sent."))

    return _done(request, conversation_id, send)


@door("agent", "supervisor", leaves_event=True)
@require_POST
def give_back(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    return _done(
        request,
        conversation_id,
        lambda: hand_back(conversation_id, agent=_actor(request), now=timezone.now()),
    )


@door("agent", "supervisor", leaves_event=True)
@require_POST
def close(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    return _done(
        request,
        conversation_id,
        lambda: close_conversation(conversation_id, actor=_actor(request), now=timezone.now()),
    )
