"""Open streams are bounded: by conversation, by address, and altogether."""

import pytest
from django.test import Client

from appliance.channels import api
from appliance.channels.errors import NoSeatError
from appliance.channels.seats import Seats
from audit.ids import uuid7
from tests.appliance.channels.test_conversation import post


def silent(_topic):
    pass


def test_the_fifth_stream_of_a_conversation_ends_the_first():
    held, woken, one = Seats(50, 50), [], uuid7()
    taken = [held.take(one, "a", woken.append) for _ in range(5)]
    assert [seat.left.is_set() for seat in taken] == [True, False, False, False, False]
    assert woken == [f"conversation:{one}"]
    held.leave(taken[0])
    held.leave(taken[1])
    assert not held.take(one, "a", woken.append).left.is_set()
    assert not any(seat.left.is_set() for seat in taken[2:])


def test_one_address_leaves_seats_to_others():
    held = Seats(5, 3)
    taken = [held.take(uuid7(), "a", silent) for _ in range(3)]
    with pytest.raises(NoSeatError):
        held.take(uuid7(), "a", silent)
    held.take(uuid7(), "b", silent)
    held.take(uuid7(), "b", silent)
    with pytest.raises(NoSeatError):
        held.take(uuid7(), "c", silent)
    held.leave(taken[0])
    held.leave(taken[0])
    held.take(uuid7(), "c", silent)
    with pytest.raises(NoSeatError):
        held.take(uuid7(), "c", silent)


@pytest.mark.django_db(transaction=True)
def test_a_stream_gives_its_seat_back_however_it_ends(box, monkeypatch):
    held = Seats(1, 1)
    monkeypatch.setattr(api, "seats", lambda: held)
    client = Client()
    post(client, "conversations", {"language": "en"})
    never_read = client.get("/api/v1/chat/events")
    assert client.get("/api/v1/chat/events").status_code == 503
    never_read.close()
    cut = client.get("/api/v1/chat/events")
    assert next(iter(cut.streaming_content)).startswith(b"event: state")
    cut.close()
    last = client.get("/api/v1/chat/events")
    assert last.status_code == 200
    last.close()
