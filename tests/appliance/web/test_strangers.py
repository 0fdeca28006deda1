"""Strangers cannot fill the permanent log: pages and refusals have a budget by address."""

from collections import Counter

import pytest
from django.test import Client
from django.utils import timezone

from appliance.channels import budget
from appliance.config import config
from audit.models import LoggedEvent
from tests.people import person_with

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _one_message_a_minute(monkeypatch):
    """So four pages; all within one minute, whatever the clock does meanwhile."""
    small = config().model_copy(update={"messages_per_address": 1})
    monkeypatch.setattr(budget, "config", lambda: small)
    real, minute = budget.spend, timezone.now()
    for place in ("appliance.web.strangers.spend", "appliance.accounts.views.spend"):
        monkeypatch.setattr(place, lambda *rest, **named: real(*rest, **named | {"now": minute}))


def kinds():
    return Counter(LoggedEvent.objects.values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("path", "usual", "kind"),
    [
        ("/chat/", 200, "accounts:page:viewed"),
        ("/login/", 200, "accounts:page:viewed"),
        ("/language/xx/", 404, "accounts:page:viewed"),
        ("/desk/", 302, "accounts:access:refused"),
        ("/api/v1/schema", 401, "accounts:access:refused"),
    ],
)
def test_the_log_takes_so_much_from_an_address_and_then_one_line(client, path, usual, kind):
    told = [client.get(path) for _ in range(8)]
    assert [answer.status_code for answer in told] == [usual] * 4 + [429] * 4
    assert 0 < int(told[-1]["Retry-After"]) <= 60
    assert kinds() == {kind: 4, "channels:rate:limited": 1}


def test_one_network_is_one_address():
    told = [Client(REMOTE_ADDR=f"2001:db8:1:2::{n}").get("/chat/").status_code for n in range(1, 7)]
    assert told == [200] * 4 + [429] * 2
    assert Client(REMOTE_ADDR="2001:db8:1:3::1").get("/chat/").status_code == 200


def test_staff_have_no_budget(client, as_role):
    with as_role("operator"):
        account = person_with("agent")
    client.force_login(account)
    assert {client.get("/").status_code for _ in range(8)} == {200}


def test_too_many_attempts_to_sign_in_are_said_to_be_just_that(client):
    client.cookies["django_language"] = "en"
    given = {"username": "nobody", "password": "nothing"}
    told = [client.post("/login/", given) for _ in range(4)]
    assert [answer.status_code for answer in told] == [403, 429, 429, 429]
    assert "is wrong" in told[0].content.decode()
    assert "Too many attempts" in told[1].content.decode()
    assert "is wrong" not in told[1].content.decode()
    assert kinds()["channels:rate:limited"] == 1
