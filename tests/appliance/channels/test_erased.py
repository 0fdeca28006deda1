"""After its customer has been erased a conversation is gone for everybody, without a fault."""

import pytest
from django.test import Client
from django.utils import timezone

from appliance.desk.models import Conversation
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
