"""Long conversations are read a page at a time, by their customer and by the desk."""

from threading import Event

import pytest
from django.test import Client

from appliance.channels import streams
from appliance.desk import queries
from appliance.desk.models import Conversation
from appliance.desk.queries import turns_after, types_in
from tests.appliance.channels.test_conversation import ended, post
from tests.people import person_with

pytestmark = pytest.mark.django_db(transaction=True)
SAID = ["Call 13912345678", "second", "third", "mail a@example.org", "fifth"]


@pytest.fixture
def customer(box, monkeypatch):
    monkeypatch.setattr("appliance.channels.api.answer_later", lambda _message: ended())
    client = Client()
    post(client, "conversations", {"language": "en"})
    for text in SAID:
        assert post(client, "messages", {"text": text}).status_code == 202
    return client


@pytest.fixture
def small(monkeypatch):
    """Two messages a page."""
    real = turns_after
    monkeypatch.setattr(queries, "PAGE", 2)
    monkeypatch.setattr(streams, "PAGE", 2)
    for place in ("appliance.channels.api", "appliance.channels.streams"):
        monkeypatch.setattr(
            f"{place}.turns_after", lambda *rest, **named: real(*rest, **{"most": 2, **named})
        )


def places(held):
    return [message["place"] for message in held["messages"]]


def test_a_customer_reads_on_from_a_place(customer, small):
    def read(after):
        held = customer.get(f"/api/v1/chat/conversation{after}").json()
        return places(held), held["more"]

    assert read("") == ([1, 2], True)
    assert read("?after=2") == ([3, 4], True)
    assert read("?after=4") == ([5], False)
    assert read("?after=5") == ([], False)
    assert read("?after=-1") == read("?after=x") == read(f"?after={'9' * 30}") == ([1, 2], True)


def test_a_stream_sends_every_page_without_waiting(customer, small):
    held = streams.conversation_stream(Conversation.objects.get().pk, 1, Event())
    names = [next(held).split(b"\n")[:2] for _ in range(5)]
    assert [name[0] for name in names] == [b"id: 2", b"id: 3", b"event: state", b"id: 4", b"id: 5"]
    held.close()


def test_the_desk_shows_the_last_page_and_leads_to_earlier_ones(customer, small, as_role):
    with as_role("operator"):
        account = person_with("agent")
    agent, held = Client(), Conversation.objects.get()
    agent.force_login(account)
    page = agent.get(f"/desk/{held.pk}/", {"lang": "en"})
    assert f"/desk/{held.pk}/?before=4" in page.content.decode()
    assert [turn.place for turn in page.context["turns"]] == [4, 5]
    assert page.context["earlier"] == 4
    first = agent.get(f"/desk/{held.pk}/?before=3")
    assert ([turn.place for turn in first.context["turns"]], first.context["earlier"]) == (
        [1, 2],
        None,
    )
    assert agent.get(f"/desk/{held.pk}/?before=x").context["earlier"] == 4


def test_the_types_of_a_conversation_are_those_of_every_page(customer, small):
    assert types_in(Conversation.objects.get()) == {"PHONE_NUMBER", "EMAIL_ADDRESS"}
    post(customer, "conversations", {"language": "en"})
    assert types_in(Conversation.objects.latest("begun_at")) == frozenset()


@pytest.mark.parametrize("given", ["x", "'><script>", "1"])
def test_the_list_marks_nothing_that_is_no_id(box, as_role, given):
    with as_role("operator"):
        account = person_with("agent")
    agent = Client()
    agent.force_login(account)
    assert agent.get("/desk/", {"open": given}).context["open_id"] == ""
