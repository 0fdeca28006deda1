"""What an agent may do with conversations that others answer, or that they answered once."""

import pytest
from django.test import Client
from django.utils import timezone

from appliance.desk import queries
from appliance.desk.actions import Actor, begin_conversation, close_conversation
from appliance.desk.errors import NotYoursError
from appliance.desk.models import Conversation, Message
from appliance.desk.queries import form_for
from audit.models import LoggedEvent
from compliance.grading.decide import decide
from compliance.privacy.actions import create_subject
from tests.people import person_with

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(box):
    now = timezone.now()
    subject = create_subject(now=now, actor="service:web", origin="test")
    return begin_conversation(
        subject,
        channel="web",
        language="en",
        is_identified=False,
        actor=Actor("customer:test", "test"),
        now=now,
    )


@pytest.fixture
def agents(as_role):
    with as_role("operator"):
        return [person_with("agent", username=f"agent-{n}") for n in (1, 2)]


def browser(account):
    client = Client()
    client.force_login(account)
    return client


def state(conversation):
    return Conversation.objects.get(pk=conversation.pk).state


def refusals():
    return LoggedEvent.objects.filter(kind="accounts:access:refused").count()


def test_only_the_agent_who_answers_may_close(conversation, agents):
    mine, theirs = (browser(account) for account in agents)
    path = f"/desk/{conversation.pk}"
    theirs.post(f"{path}/close/")
    assert (state(conversation), refusals()) == ("assistant", 1)
    mine.post(f"{path}/take/")
    for way in ("close", "take", "answer", "return"):
        theirs.post(f"{path}/{way}/", {"text": "hello", "form_key": "x"})
    assert (state(conversation), refusals()) == ("person", 5)
    assert Message.objects.count() == 0
    mine.post(f"{path}/close/")
    assert state(conversation) == "closed"


def test_the_customer_may_always_close(conversation, agents):
    browser(agents[0]).post(f"/desk/{conversation.pk}/take/")
    close_conversation(conversation.pk, actor=Actor("customer:x", "test"), now=timezone.now())
    assert state(conversation) == "closed"


def test_originals_are_asked_for_while_one_answers_and_no_longer(conversation, agents, monkeypatch):
    asked = []

    def deciding(*rest, action, **named):
        asked.append(action)
        return decide(*rest, action=action, **named)

    def action(account):
        held = Conversation.objects.get(pk=conversation.pk)
        form_for(account, held, purpose="serve_customer")
        return asked[-1]

    monkeypatch.setattr(queries, "decide", deciding)
    mine, other = agents
    assert action(mine) == "view_masked"
    browser(mine).post(f"/desk/{conversation.pk}/take/")
    assert (action(mine), action(other)) == ("view_original", "view_masked")
    browser(mine).post(f"/desk/{conversation.pk}/close/")
    assert action(mine) == "view_masked"


def test_an_agent_closes_nothing_past_the_page(conversation, agents):
    actor = Actor(f"person:{agents[0].person_id}", "test", agents[0])
    with pytest.raises(NotYoursError):
        close_conversation(conversation.pk, actor=actor, now=timezone.now())
