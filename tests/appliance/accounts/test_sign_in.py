"""Signing in: who gets in, who is locked out, and what the trail says of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from appliance.accounts import actions
from appliance.accounts.actions import LOCKED_FOR, MOST_FAILURES
from appliance.accounts.models import Account
from appliance.channels import budget
from appliance.config import config
from audit.models import LoggedEvent
from tests.people import person_with

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "three wet otters in a canoe"


@pytest.fixture
def agent(as_role):
    with as_role("operator"):
        account = person_with("agent")
        account.set_password(PASSWORD)
        account.save()
    return account


def sign_in(client, name, password, path="/desk/"):
    return client.post("/login/", {"username": name, "password": password, "next": path})


def events():
    held = LoggedEvent.objects.filter(kind__startswith="accounts:session").order_by("id")
    return list(held.values_list("kind", "actor"))


def test_the_right_password_opens_a_session_and_leads_on(client, agent):
    answer = sign_in(client, agent.username, PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert events() == [("accounts:session:opened", f"person:{agent.person_id}")]
    client.post("/logout/")
    assert events()[-1] == ("accounts:session:closed", f"person:{agent.person_id}")
    assert client.get("/desk/").status_code == 302


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_next_leads_only_to_pages_of_ours(client, agent, path):
    assert sign_in(client, agent.username, PASSWORD, path)["Location"] == "/"


def test_refusals_look_alike_and_are_recorded(client, agent):
    wrong = sign_in(client, agent.username, "wrong password")
    unknown = sign_in(client, "nobody", "wrong password")
    assert wrong.status_code == unknown.status_code == 403
    assert refusal(wrong) == refusal(unknown)
    assert events() == [
        ("accounts:session:refused", f"person:{agent.person_id}"),
        ("accounts:session:refused", "anonymous"),
    ]


def refusal(answer):
    text = answer.content.decode()
    return text[text.index('class="said"') : text.index("</p>", text.index('class="said"'))]


def test_eight_failures_lock_also_the_right_password_out_for_half_an_hour(client, agent):
    for _ in range(MOST_FAILURES):
        assert sign_in(client, agent.username, "wrong password").status_code == 403
    assert sign_in(client, agent.username, PASSWORD).status_code == 403
    locked = Account.objects.get(pk=agent.pk)
    left = locked.locked_until - timezone.now()
    assert LOCKED_FOR - timedelta(minutes=1) < left <= LOCKED_FOR
    locked.locked_until = timezone.now() - timedelta(seconds=1)
    locked.save(update_fields=["locked_until"])
    assert sign_in(client, agent.username, PASSWORD).status_code == 302


@pytest.mark.parametrize("name", ["", "\x00", "a" * 5000, "名字", "' OR 1=1 --"])
def test_odd_names_are_refused_without_a_fault(client, agent, name):
    assert sign_in(client, name, "x").status_code == 403


def test_an_inactive_account_does_not_open(client, agent, as_role):
    with as_role("operator"):
        Account.objects.filter(pk=agent.pk).update(is_active=False)
    assert sign_in(client, agent.username, PASSWORD).status_code == 403


def test_guesses_at_once_count_as_many(client, agent, monkeypatch):
    """Also right ones, beyond the eighth: whoever guesses many at once may not win by it."""
    at_once = MOST_FAILURES + 3
    all_counted = Barrier(at_once)

    def slowly(_password, _held):
        all_counted.wait(20)
        return True

    def guess(_number):
        try:
            return sign_in(Client(), agent.username, "a guess").status_code
        finally:
            connection.close()

    monkeypatch.setattr(actions, "check_password", slowly)
    with ThreadPoolExecutor(at_once) as pool:
        codes = sorted(pool.map(guess, range(at_once)))
    assert codes == [302] * MOST_FAILURES + [403] * 3


@pytest.mark.parametrize("name", ["agent-1", "nobody"])
def test_the_slow_check_holds_no_connection(client, agent, monkeypatch, name):
    held = []

    def looking(*_rest):
        held.append(connection.connection)
        return False

    monkeypatch.setattr(actions, "check_password", looking)
    monkeypatch.setattr(actions, "make_password", looking)
    assert sign_in(client, name, "wrong password").status_code == 403
    assert held == [None]


def test_an_address_may_not_try_without_end(client, agent, monkeypatch):
    small = config().model_copy(update={"messages_per_address": 3})
    monkeypatch.setattr(budget, "config", lambda: small)
    codes = [sign_in(client, "nobody", "x").status_code for _ in range(4)]
    assert codes == [403, 403, 403, 429]
    assert sign_in(client, agent.username, PASSWORD).status_code == 429
    # One line a minute: the log may not be filled with refusals either.
    assert LoggedEvent.objects.filter(kind="channels:rate:limited").count() == 1
