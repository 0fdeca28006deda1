"""A customer's conversation through HTTP: what comes back, what is stored, what is logged."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from appliance.assistant import answering
from appliance.desk.models import Conversation, Message
from appliance.desk.sealing import open_original
from audit.models import LoggedEvent

pytestmark = pytest.mark.django_db(transaction=True)


def key():
    return {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}


def post(client, path, body, **headers):
    return client.post(
        f"/api/v1/chat/{path}",
        json.dumps(body),
        content_type="application/json",
        **{**key(), **headers},
    )


def kinds():
    return list(LoggedEvent.objects.order_by("id").values_list("kind", flat=True))


@pytest.fixture(autouse=True)
def _no_answers(monkeypatch, box):
    """The pipeline has tests of its own; here the message is only taken."""
    monkeypatch.setattr("appliance.channels.api.answer_later", lambda _message: ended())


def ended():
    import queue

    held = queue.SimpleQueue()
    held.put(answering.END)
    return held


@pytest.fixture
def customer():
    client = Client()
    response = post(client, "conversations", {"language": "en"})
    assert response.status_code == 201
    return client


def test_beginning_makes_a_subject_a_key_and_a_cookie_for_one_browser(customer):
    cookie = customer.cookies["strongroom_chat"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    held = Conversation.objects.get()
    assert held.state == "assistant"
    assert kinds() == ["vault:key:created", "privacy:subject:created", "desk:conversation:begun"]
    assert Client().get("/api/v1/chat/conversation").status_code == 404


def test_a_message_is_sealed_and_leaves_an_event_with_types_only(customer):
    response = post(customer, "messages", {"text": "Call me on 13912345678, please"})
    assert response.status_code == 202
    message = Message.objects.get()
    assert b"13912345678" not in bytes(message.original)
    assert "13912345678" in open_original(message, message.conversation.subject_id)
    assert message.found == {"PHONE_NUMBER": 1}
    entry = LoggedEvent.objects.get(kind="desk:message:received")
    assert b"13912345678" not in bytes(entry.entry)
    assert json.loads(bytes(entry.entry))["data"] == {"length": 30, "types": ["PHONE_NUMBER"]}


def test_a_secret_is_dropped_before_anything_is_stored(customer):
    response = post(customer, "messages", {"text": "my card's CVV is 731, is that safe?"})
    assert response.json()["dropped"] == ["CVV"]
    message = Message.objects.get()
    assert "731" not in open_original(message, message.conversation.subject_id)
    assert "assistant:secret:dropped" in kinds()


def test_the_same_key_twice_is_one_message(customer):
    same = key()
    first = post(customer, "messages", {"text": "hello there"}, **same)
    second = post(customer, "messages", {"text": "hello there"}, **same)
    assert first.json() == second.json()
    assert Message.objects.count() == 1
    other = post(customer, "messages", {"text": "something else"}, **same)
    assert other.status_code == 409
    assert other.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 422),
        ({"text": "   \u200b\x00 "}, 422),
        ({"text": "a" * 100_000}, 413),
        ({"text": 7}, 400),
        ({"text": None}, 400),
        ({"text": ["x"]}, 400),
        ({}, 400),
        ([], 400),
        ("text", 400),
        (None, 400),
    ],
    ids=["empty", "unseen", "huge", "number", "null", "list", "nothing", "array", "string", "void"],
)
def test_what_cannot_be_read_says_what_to_do(customer, body, status):
    response = post(customer, "messages", body)
    assert response.status_code == status
    assert Message.objects.count() == 0
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "🏦💳👨‍👩‍👧‍👦",
        "null \x00 inside",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "'; DROP TABLE desk_message; --",
        "مرحبا، أريد فتح حساب",
        "\u202egnirts desrever",
        "lone \ud800 surrogate",
        "line\r\nbreaks\n\nand\ttabs",
        "日本語 ไทย हिन्दी",
    ],
    ids=range(9),
)
def test_any_text_is_taken_as_text(customer, text):
    response = post(customer, "messages", {"text": text})
    assert response.status_code == 202, response.content
    assert customer.get("/api/v1/chat/conversation").status_code == 200


def test_bytes_that_are_no_utf8_are_refused_clearly(customer):
    response = customer.post(
        "/api/v1/chat/messages",
        b'{"text": "\xff\xfe"}',
        content_type="application/json",
        **key(),
    )
    assert response.status_code == 400
    assert Message.objects.count() == 0


def test_a_write_without_a_key_is_refused(customer):
    response = customer.post(
        "/api/v1/chat/messages", '{"text": "hi"}', content_type="application/json"
    )
    assert response.status_code == 400


def test_asking_for_a_person_always_works_and_keeps_the_place(customer):
    first = post(customer, "person", {})
    assert first.status_code == 202
    assert first.json()["position"] == 1
    assert post(customer, "person", {}).json()["position"] == 1
    assert kinds().count("desk:handover:requested") == 1


def test_ending_feedback_and_survey(customer):
    assert post(customer, "close", {}).status_code == 204
    assert post(customer, "messages", {"text": "hello?"}).status_code == 409
    assert post(customer, "survey", {"score": 9}).status_code == 400
    assert post(customer, "survey", {"score": 4, "comment": "fine, 13912345678"}).status_code == 204
    assert post(customer, "survey", {"score": 1}).status_code == 204
    assert kinds().count("desk:survey:answered") == 1
    stranger = uuid4()
    assert post(customer, f"messages/{stranger}/feedback", {"helpful": True}).status_code == 404


def test_the_budget_of_an_address_ends(customer, monkeypatch):
    from appliance.channels import budget
    from appliance.config import config

    small = config().model_copy(update={"messages_per_address": 3})
    monkeypatch.setattr(budget, "config", lambda: small)
    statuses = [post(customer, "messages", {"text": f"n {n}"}).status_code for n in range(5)]
    assert statuses == [202, 202, 202, 429, 429]
    assert "channels:rate:limited" in kinds()


def test_reading_and_judging_have_an_end_too(customer, monkeypatch):
    """What leaves an event each time could fill the log; a person can always be asked for."""
    from appliance.channels import budget
    from appliance.config import config

    small = config().model_copy(update={"messages_per_address": 1})
    monkeypatch.setattr(budget, "config", lambda: small)
    # All within one minute, whatever the clock does meanwhile.
    real, minute = budget.spend, timezone.now()
    monkeypatch.setattr(
        "appliance.channels.api.spend",
        lambda *rest, **named: real(*rest, **named | {"now": minute}),
    )
    reads = [customer.get("/api/v1/chat/conversation").status_code for _ in range(21)]
    assert reads == [200] * 20 + [429]
    assert customer.get("/api/v1/chat/events").status_code == 429
    thumbs = [
        post(customer, f"messages/{uuid4()}/feedback", {"helpful": True}).status_code
        for _ in range(2)
    ]
    assert thumbs == [404, 429]
    assert {post(customer, "person", {}).status_code for _ in range(3)} == {202}
