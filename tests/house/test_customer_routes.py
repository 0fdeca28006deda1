"""Every route of a customer who has begun leaves its own event; none is forgotten."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from appliance.desk.actions import Turn, add_turn, locked
from appliance.desk.models import Conversation, Message
from appliance.desk.sealing import Words
from audit.models import LoggedEvent
from compliance.pii.types import MaskedText, RawText
from tests.appliance.channels.test_conversation import ended
from tests.house.test_routes import NEEDS_A_CONVERSATION, routes

pytestmark = pytest.mark.django_db(transaction=True)

# In the order of a visit: method, what is sent, status, the event that is left.
WALK = {
    "conversations": ("post", {"language": "en"}, 201, "desk:conversation:begun"),
    "conversation": ("get", None, 200, "desk:conversation:viewed"),
    "events": ("get", None, 200, "desk:conversation:viewed"),
    "messages": ("post", {"text": "hello"}, 202, "desk:message:received"),
    "messages/<uuid:message_id>/feedback": (
        "post",
        {"helpful": True},
        204,
        "desk:feedback:given",
    ),
    "person": ("post", {}, 202, "desk:handover:requested"),
    "close": ("post", {}, 204, "desk:conversation:closed"),
    "survey": ("post", {"score": 5}, 204, "desk:survey:answered"),
}


def test_the_walk_knows_every_route_of_a_customer():
    listed = {route.removeprefix(NEEDS_A_CONVERSATION) for route, _ in routes()}
    theirs = {route for route, _ in routes() if route.startswith(NEEDS_A_CONVERSATION)}
    assert {route.removeprefix(NEEDS_A_CONVERSATION) for route in theirs} == WALK.keys()
    assert WALK.keys() <= listed


def an_answer():
    """Something said to the customer, to be judged."""
    conversation = locked(Conversation.objects.get().pk)
    words = Words(RawText("hello"), MaskedText("hello"))
    turn = Turn(Message.Author.ASSISTANT, words, {})
    return add_turn(conversation, turn, now=timezone.now()).pk


def asked(client, route):
    method, body, status, _kind = WALK[route]
    path = route
    if "<uuid:message_id>" in route:
        from django.db import transaction

        with transaction.atomic():
            path = route.replace("<uuid:message_id>", str(an_answer()))
    answer = getattr(client, method)(
        f"/{NEEDS_A_CONVERSATION}{path}",
        *([json.dumps(body)] if body is not None else []),
        **({"content_type": "application/json"} if body is not None else {}),
        HTTP_IDEMPOTENCY_KEY=str(uuid4()),
    )
    if answer.streaming:
        answer.close()
    assert answer.status_code == status, route


def test_each_step_of_a_visit_leaves_its_event(box, monkeypatch):
    monkeypatch.setattr("appliance.channels.api.answer_later", lambda _message: ended())
    client = Client()
    for route, (*_, kind) in WALK.items():
        before = LoggedEvent.objects.filter(kind=kind).count()
        asked(client, route)
        assert LoggedEvent.objects.filter(kind=kind).count() == before + 1, route
