"""The customer's API: begin, read, send, ask for a person, judge, end.

A write needs an Idempotency-Key header: repeating a request that got no answer is safe, and no
foreign page can send one (a header of ours is not sent across origins without our leave).
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from appliance.accounts.doors import open_to_all
from appliance.assistant.answering import answer_later
from appliance.assistant.intake import Received, receive_message
from appliance.channels import shapes
from appliance.channels.beginning import Asked, begin
from appliance.channels.browser import hand_out, visit
from appliance.channels.budget import spend, whereabouts
from appliance.channels.errors import IdentityError, NoSeatError, OverBudgetError
from appliance.channels.seats import Seat, Seated, seats
from appliance.channels.streams import answer_stream, conversation_stream
from appliance.desk.actions import (
    Actor,
    answer_survey,
    close_conversation,
    give_feedback,
    request_person,
)
from appliance.desk.circumstances import Circumstances, about_conversation
from appliance.desk.errors import (
    ConversationClosedError,
    KeyReusedError,
    NotFoundError,
    UnreadableTextError,
)
from appliance.desk.models import Conversation
from appliance.desk.queries import turns_after
from appliance.ops.health.degraded import degraded_parts
from appliance.web.body import BoundedJson, JsonOnly
from appliance.web.fanout import HUB
from appliance.web.problems import ProblemError
from appliance.web.requests import origin_of
from appliance.web.sse import stream
from appliance.web.strangers import record_limit
from audit.actions import append
from audit.events import ConversationViewed

_LONGEST_KEY = 200
_LONGEST_PLACE = 9
# Whoever repeats a key gets the conversation that it began: 128 random bits in base64.
_SHORTEST_SECRET = 22
# Each read stays in the log for ever; pages that reconnect read often, behind one address.
_READS = 20
Input = TypeVar("Input", bound=BaseSerializer[Any])


class CustomerView(APIView):
    """A request of the one browser that began a conversation."""

    authentication_classes = ()
    content_negotiation_class = JsonOnly
    parser_classes = (BoundedJson,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.now: datetime = timezone.now()
        self.visit = visit(request._request, self.now)  # noqa: SLF001 - DRF wraps the request
        if self.visit is not None:
            translation.activate(self.visit.conversation.language)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, MethodNotAllowed):
            allowed = {"methods": ", ".join(self.allowed_methods)}
            exc = ProblemError(
                405, _("This address cannot be used in this way"), _("Use %(methods)s.") % allowed
            )
        elif isinstance(exc, UnsupportedMediaType):
            exc = ProblemError(
                415,
                _("This request was not understood"),
                _("Send a JSON object, with Content-Type: application/json."),
            )
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        found = getattr(self, "visit", None)
        if found is not None and found.fresh:
            hand_out(final, found.fresh)
        return final

    @property
    def conversation(self) -> Conversation:
        if self.visit is None:
            raise ProblemError(404, _("No conversation here"), _("Begin a conversation first."))
        return self.visit.conversation

    def actor(self, request: Request) -> Actor:
        return Actor(f"customer:{self.conversation.subject_id}", origin_of(request._request))  # noqa: SLF001

    def circumstances(self, request: Request) -> Circumstances:
        actor = self.actor(request)
        return about_conversation(self.conversation, actor.name, actor.origin)

    def spend(self, request: Request, what: str, *, times: int = 1) -> None:
        try:
            spend(request._request, what=what, now=self.now, times=times)  # noqa: SLF001
        except OverBudgetError as fault:
            record_limit(request._request, fault)  # noqa: SLF001
            raise ProblemError(
                429,
                _("Too many messages"),
                _("Wait %(seconds)s seconds and send it again.") % {"seconds": fault.retry_s},
                retry_after=fault.retry_s,
            ) from fault


def key_of(request: Request, *, shortest: int = 1) -> bytes:
    """The digest of the Idempotency-Key. Raises ProblemError."""
    given = request.headers.get("Idempotency-Key", "")
    if not shortest <= len(given) <= _LONGEST_KEY:
        raise ProblemError(
            400,
            _("Idempotency-Key is missing"),
            _("Send any unique text of %(shortest)s to %(longest)s characters.")
            % {"shortest": shortest, "longest": _LONGEST_KEY},
        )
    return sha256(given.encode("utf-8", "surrogateescape")).digest()


def place_of(given: str) -> int:
    """A place in a conversation, 0 for what is none."""
    return int(given) if given.isdecimal() and len(given) <= _LONGEST_PLACE else 0


def checked(kind: type[Input], request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ProblemError(400, _("This request was not understood"), _("Send a JSON object."))
    form = kind(data=request.data)
    form.is_valid(raise_exception=True)
    held: dict[str, Any] = form.validated_data
    return held


def translated(action: Callable[[], Any]) -> Any:
    """Run an action of the desk; its faults become problems that say what to do."""
    try:
        return action()
    except UnreadableTextError as fault:
        if not fault.length:
            raise ProblemError(
                422, _("The message is empty"), _("Write something first.")
            ) from fault
        raise ProblemError(
            413,
            _("The message is too long"),
            _("It has %(length)s characters; send at most %(limit)s at a time.")
            % {"length": fault.length, "limit": fault.limit},
        ) from fault
    except ConversationClosedError as fault:
        raise ProblemError(409, _("This conversation has ended"), _("Begin a new one.")) from fault
    except KeyReusedError as fault:
        raise ProblemError(
            409,
            _("This key came with another message before"),
            _("Send the message again with a new Idempotency-Key."),
        ) from fault
    except NotFoundError as fault:
        raise ProblemError(404, _("Nothing is here"), _("Load the page again.")) from fault


@open_to_all(leaves_event=True)
class BeginView(CustomerView):
    """POST: begin a conversation; the answer's cookie alone can read it."""

    def post(self, request: Request) -> Response:
        key = key_of(request, shortest=_SHORTEST_SECRET)
        wanted = checked(shapes.BeginIn, request)
        self.spend(request, "begin")
        translation.activate(wanted["language"])
        asked = Asked(**wanted, key=key, origin=origin_of(request._request))  # noqa: SLF001
        try:
            made, token = translated(lambda: begin(asked, self.visit, self.now))
        except IdentityError as fault:
            raise ProblemError(
                401,
                _("Your sign-in at the bank could not be confirmed"),
                _("Load the bank's page again, or begin without signing in."),
            ) from fault
        response = Response(shapes.state_out(made), status=201)
        hand_out(response, token)
        self.visit = None
        return response


@open_to_all(leaves_event=True)
class ConversationView(CustomerView):
    """GET ?after=PLACE: the conversation from there on, for a page that is loaded again.

    At most a page of messages; `more` says whether others follow, here or by the events.
    """

    def get(self, request: Request) -> Response:
        conversation = self.conversation
        after = request.query_params.get("after", "0")
        self.spend(request, "read", times=_READS)
        with transaction.atomic():
            append(ConversationViewed(**self.circumstances(request), form="raw"))
            turns = turns_after(conversation, place_of(after), form="raw")
        held = shapes.state_out(conversation)
        held |= {"messages": shapes.messages_out(turns), "degraded": degraded_parts()}
        held["more"] = bool(turns) and turns[-1].place < conversation.next_place - 1
        return Response(held)


@open_to_all(leaves_event=True)
class MessagesView(CustomerView):
    """POST: send a message; the answer comes with it (SSE) or by the event stream (JSON)."""

    def post(self, request: Request) -> Response | StreamingHttpResponse:
        key = key_of(request)
        conversation = self.conversation
        wanted = checked(shapes.MessageIn, request)
        self.spend(request, "message")
        received: Received = translated(
            lambda: receive_message(
                conversation.pk, wanted["text"], key=key, actor=self.actor(request), now=self.now
            )
        )
        accepted = {
            "id": str(received.message_id),
            "place": received.place,
            "dropped": list(received.dropped),
        }
        # Also for a repeat: the process that took the message first may have died with it.
        pieces = answer_later(received.message_id)
        if "text/event-stream" in request.headers.get("Accept", ""):
            return stream(answer_stream(conversation.pk, received, accepted, pieces))
        return Response(accepted, status=202)


@open_to_all(leaves_event=True)
class PersonView(CustomerView):
    """POST: talk to a person. Always works, also twice, also without a model."""

    def post(self, request: Request) -> Response:
        key_of(request)
        conversation = self.conversation
        translated(
            lambda: request_person(
                conversation.pk, reason="asked", actor=self.actor(request), now=self.now
            )
        )
        conversation.refresh_from_db()
        return Response(shapes.state_out(conversation), status=202)


@open_to_all(leaves_event=True)
class FeedbackView(CustomerView):
    """POST: a thumb on one answer."""

    def post(self, request: Request, message_id: UUID) -> Response:
        key_of(request)
        conversation = self.conversation
        wanted = checked(shapes.FeedbackIn, request)
        self.spend(request, "feedback")
        translated(
            lambda: give_feedback(
                conversation.pk,
                message_id,
                is_helpful=wanted["helpful"],
                actor=self.actor(request),
                now=self.now,
            )
        )
        return Response(status=204)


@open_to_all(leaves_event=True)
class SurveyView(CustomerView):
    """POST: the survey at the end; the first answer counts."""

    def post(self, request: Request) -> Response:
        key_of(request)
        conversation = self.conversation
        wanted = checked(shapes.SurveyIn, request)
        translated(
            lambda: answer_survey(
                conversation.pk,
                score=wanted["score"],
                comment=wanted["comment"],
                actor=self.actor(request),
                now=self.now,
            )
        )
        return Response(status=204)


@open_to_all(leaves_event=True)
class CloseView(CustomerView):
    """POST: end the conversation."""

    def post(self, request: Request) -> Response:
        key_of(request)
        conversation = self.conversation
        translated(
            lambda: close_conversation(conversation.pk, actor=self.actor(request), now=self.now)
        )
        return Response(status=204)


@open_to_all(leaves_event=True)
class EventsView(CustomerView):
    """GET: what happens in the conversation from Last-Event-ID on, as it happens."""

    def get(self, request: Request) -> HttpResponseBase:
        conversation = self.conversation
        given = request.headers.get("Last-Event-ID", request.query_params.get("after", "0"))
        self.spend(request, "read", times=_READS)
        seat = self._seat(request)
        try:
            with transaction.atomic():
                append(ConversationViewed(**self.circumstances(request), form="raw"))
        except BaseException:
            seats().leave(seat)
            raise
        pieces = conversation_stream(conversation.pk, place_of(given), seat.left)
        return stream(Seated(pieces, partial(seats().leave, seat)))

    def _seat(self, request: Request) -> Seat:
        address = whereabouts(request._request)  # noqa: SLF001
        try:
            return seats().take(self.conversation.pk, address, HUB.wake)
        except NoSeatError as fault:
            raise ProblemError(
                503, _("The box is busy"), _("Nothing was lost. Try again in a minute.")
            ) from fault
