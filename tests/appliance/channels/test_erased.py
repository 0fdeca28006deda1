"""After its customer has been erased a conversation is gone for everybody, without a fault."""

from threading import Event

import pytest
from django.test import Client
from django.utils import timezone

from appliance.channels import streams
from appliance.channels.streams import conversation_stream
from appliance.desk.models import Conversation
from audit.ids import uuid7
from compliance.privacy.actions import erase_subject
from tests.appliance.channels.test_conversation import ended, post
from tests.people import person_with

pytestmark = pytest.mark.django_db(transaction=True)


def test_neither_customer_nor_agent_finds_it_again(box, as_role, monkeypatch):
    monkeypatch.setattr("appliance.channels.api.answer_later", lambda _message: ended())
    customer, agent = Client(), Client()
    with as_role("operator"):
        account = person_with("agent")
    agent.force_login(account)
    post(customer, "conversations", {"language": "en"})
    post(customer, "messages", {"text": "what does a card cost?"})
    held = Conversation.objects.get()
    agent.post(f"/desk/{held.pk}/take/")
    assert agent.get(f"/desk/{held.pk}/").status_code == 200
    now = timezone.now()
    with as_role("operator"):
        erase_subject(held.subject_id, actor="person:test", origin="test", now=now)
    assert customer.get("/api/v1/chat/conversation").status_code == 404
    assert post(customer, "messages", {"text": "hello?"}).status_code == 404
    assert agent.get(f"/desk/{held.pk}/").status_code == 404
    assert agent.get("/desk/").status_code == 200


@pytest.fixture
def conversation(box, monkeypatch):
    monkeypatch.setattr("appliance.channels.api.answer_later", lambda _message: ended())
    customer = Client()
    post(customer, "conversations", {"language": "en"})
    post(customer, "messages", {"text": "what does a card cost?"})
    return Conversation.objects.get()


def test_an_open_stream_ends_with_the_erasure(conversation, as_role, monkeypatch):
    monkeypatch.setattr(streams, "_LOOK_S", 0.01)
    open_stream = conversation_stream(conversation.pk, 0, Event())
    assert next(open_stream).startswith(b"id: 1\nevent: message")
    assert next(open_stream).startswith(b"event: state")
    with as_role("operator"):
        now = timezone.now()
        erase_subject(conversation.subject_id, actor="person:test", origin="test", now=now)
    assert set(open_stream) <= {streams.COMMENT}


def test_a_stream_whose_key_is_gone_ends_without_a_fault(conversation):
    """Between the look at the subject and the opening of its words, the key may go."""
    from compliance.vault.current import vault

    vault().destroy_subject(conversation.subject_id)
    assert list(conversation_stream(conversation.pk, 0, Event())) == []


def test_a_stream_of_nothing_ends(box):
    assert list(conversation_stream(uuid7(), 0, Event())) == []
