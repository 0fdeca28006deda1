"""The token of a conversation's browser: rotated, and never lost with one answer."""

from datetime import timedelta

import pytest
from django.test import Client

from appliance.channels.models import BrowserSession
from tests.appliance.channels.test_conversation import post

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "strongroom_chat"


@pytest.fixture
def customer(box):
    client = Client()
    assert post(client, "conversations", {"language": "en"}).status_code == 201
    return client


def later(**wait):
    """Let time pass: what happened, happened so much earlier."""
    held = BrowserSession.objects.get()
    held.rotated_at -= timedelta(**wait)
    if held.confirmed_at:
        held.confirmed_at -= timedelta(**wait)
    held.save(update_fields=["rotated_at", "confirmed_at"])


def reads(client):
    return client.get("/api/v1/chat/conversation").status_code == 200


def token(client):
    return client.cookies[NAME].value


def with_token(value):
    client = Client()
    client.cookies[NAME] = value
    return client


def rotated(client):
    """Use the token when it is old. Returns the former and the fresh one."""
    former = token(client)
    later(minutes=11)
    assert reads(client)
    assert token(client) != former
    return former, token(client)


def test_the_former_token_ends_soon_after_the_fresh_one_came_back(customer):
    former, _fresh = rotated(customer)
    assert reads(with_token(former))
    assert reads(customer)
    assert reads(with_token(former))
    later(seconds=61)
    assert not reads(with_token(former))
    assert reads(customer)


def test_a_lost_answer_locks_nobody_out(customer):
    former, lost = rotated(customer)
    browser = with_token(former)
    # The answer may still come: the former token serves, and changes nothing.
    assert reads(browser)
    assert token(browser) == former
    assert reads(with_token(former))
    later(hours=2)
    assert reads(browser)
    assert token(browser) not in {former, lost}
    assert reads(browser)
    assert not reads(with_token(lost))
    later(seconds=61)
    assert not reads(with_token(former))


def test_answers_may_be_lost_again_and_again(customer):
    former, _ = rotated(customer)
    for _ in range(3):
        later(minutes=2)
        assert reads(with_token(former))
    later(minutes=2)
    browser = with_token(former)
    assert reads(browser)
    assert reads(browser)


def test_the_first_token_is_confirmed_by_its_first_use(customer):
    assert BrowserSession.objects.get().confirmed_at is None
    assert reads(customer)
    assert BrowserSession.objects.get().confirmed_at is not None


def test_a_strangers_token_opens_nothing(customer):
    assert not reads(with_token("x" * 43))
    assert not reads(Client())
