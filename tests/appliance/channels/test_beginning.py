"""A conversation begins once, however often its request is sent."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from appliance.desk.models import Conversation
from compliance.privacy.models import DataSubject
from tests.appliance.channels.test_conversation import key, kinds, post

pytestmark = pytest.mark.django_db(transaction=True)
WANTED = {"language": "en"}


@pytest.fixture(autouse=True)
def _box(box):
    pass


def begin(same, client=None, wanted=WANTED):
    client = client or Client()
    return client, post(client, "conversations", wanted, **same)


def reads(client):
    return client.get("/api/v1/chat/conversation").status_code == 200


def test_a_repeat_is_the_same_conversation_with_a_fresh_token():
    same = key()
    lost, first = begin(same)
    browser, second = begin(same)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Conversation.objects.count() == DataSubject.objects.count() == 1
    assert browser.cookies["strongroom_chat"].value != lost.cookies["strongroom_chat"].value
    # Should the first answer come after all, its token serves as well.
    assert reads(lost)
    assert reads(browser)
    begun = [one for one in kinds() if one.startswith(("privacy:", "desk:"))]
    assert begun[:3] == [
        "privacy:subject:created",
        "desk:conversation:begun",
        "desk:conversation:viewed",
    ]


def test_once_the_answer_was_used_the_key_opens_nothing():
    same = key()
    browser, _ = begin(same)
    assert reads(browser)
    assert begin(same)[1].status_code == 409
    # But the browser that has the conversation may repeat what it asked.
    assert begin(same, browser)[1].status_code == 201
    assert reads(browser)
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize(
    "other", [{"language": "zh-hans"}, {"language": "en", "channel": "widget"}]
)
def test_the_same_key_for_something_else_is_refused(other):
    same = key()
    begin(same)
    assert begin(same, wanted=other)[1].status_code == 409
    assert Conversation.objects.count() == 1


def test_a_day_later_the_key_opens_nothing(superuser):
    same = key()
    begin(same)
    superuser.execute("UPDATE desk_conversation SET begun_at = begun_at - interval '25 hours'")
    assert begin(same)[1].status_code == 409


def test_another_key_is_another_conversation():
    begin(key())
    begin(key())
    assert Conversation.objects.count() == 2


def test_a_key_that_could_be_guessed_is_refused():
    assert begin({"HTTP_IDEMPOTENCY_KEY": "1"})[1].status_code == 400
    assert Conversation.objects.count() == 0


def test_two_at_once_are_one():
    same, both = key(), Barrier(2)

    def once(_n):
        both.wait(10)
        try:
            return begin(same)[1].json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(once, range(2)))) == 1
    assert Conversation.objects.count() == DataSubject.objects.count() == 1
