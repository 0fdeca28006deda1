"""The bank's site vouches for a customer; nobody else can."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import jwt
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from appliance.channels import identity
from appliance.desk.models import Conversation
from audit.models import LoggedEvent
from compliance.privacy.models import DataSubject
from tests.appliance.channels.test_conversation import key, post

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "s" * 48


@pytest.fixture(autouse=True)
def _site(box, monkeypatch):
    monkeypatch.setattr(identity, "_secret", lambda: SECRET)


def token(secret=SECRET, algorithm="HS256", **changes):
    now = timezone.now()
    claims = {
        "sub": "customer-0042",
        "aud": "strongroom",
        "iat": now,
        "exp": now + timedelta(minutes=2),
        "jti": f"t{now.timestamp()}",
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, secret, algorithm=algorithm)


def begin(identity_token):
    return post(Client(), "conversations", {"language": "en", "identity": identity_token})


def test_the_same_customer_is_one_subject_over_conversations():
    assert begin(token(jti="a")).status_code == 201
    assert begin(token(jti="b")).status_code == 201
    assert begin(token(jti="c", sub="customer-0043")).status_code == 201
    subjects = list(Conversation.objects.order_by("begun_at").values_list("subject", flat=True))
    assert subjects[0] == subjects[1] != subjects[2]
    assert Conversation.objects.filter(is_identified=True).count() == 3
    entries = b"".join(bytes(row.entry) for row in LoggedEvent.objects.all())
    assert b"customer-0042" not in entries


@pytest.mark.parametrize(
    "bad",
    [
        token(secret="x" * 48),
        token(aud="elsewhere"),
        token(exp=timezone.now() - timedelta(minutes=1)),
        token(exp=timezone.now() + timedelta(hours=1)),
        token(jti=None),
        token(sub=None),
        token(sub="x" * 200),
        jwt.encode({"sub": "x"}, "", algorithm="none"),
        "not.a.token",
        "x",
    ],
    ids=[
        "another secret",
        "another audience",
        "expired",
        "too long-lived",
        "without an id",
        "without a subject",
        "endless subject",
        "unsigned",
        "not a token",
        "one letter",
    ],
)
def test_a_token_that_does_not_hold_joins_nothing(bad):
    response = begin(bad)
    assert response.status_code == 401
    assert Conversation.objects.count() == 0
    assert LoggedEvent.objects.filter(kind="channels:identity:refused").count() == 1


def test_a_token_opens_one_conversation():
    once = token(jti="once")
    assert begin(once).status_code == 201
    assert begin(once).status_code == 401


def test_a_date_with_a_fraction_holds():
    now = timezone.now().timestamp()
    assert begin(token(iat=now, exp=now + 60.5)).status_code == 201


@pytest.mark.parametrize("odd", [{"exp": float("inf")}, {"sub": "\ud800"}, {"jti": "\ud800"}])
def test_odd_claims_are_no_fault_of_ours(odd):
    assert begin(token(**odd)).status_code in {201, 401}


def test_two_first_visits_at_once_are_one_customer(monkeypatch):
    both = Barrier(2)
    real = identity.create_subject

    def slowly(**named):
        with suppress(BrokenBarrierError):
            both.wait(1)
        return real(**named)

    def visit(token_id):
        try:
            return begin(token(jti=token_id)).status_code
        finally:
            connection.close()

    monkeypatch.setattr(identity, "create_subject", slowly)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(visit, ["one", "two"])) == [201, 201]
    assert Conversation.objects.count() == 2
    assert Conversation.objects.values("subject").distinct().count() == 1


def test_a_customer_whose_erasure_has_begun_is_a_new_subject():
    assert begin(token(jti="before")).status_code == 201
    first = Conversation.objects.get().subject
    DataSubject.objects.filter(pk=first.pk).update(erasure_began_at=timezone.now())
    assert begin(token(jti="after")).status_code == 201
    assert Conversation.objects.exclude(subject=first).count() == 1


@pytest.mark.parametrize("other", [None, "another"], ids=["without", "another"])
def test_a_repeat_opens_what_was_begun_only_to_the_same_identity(other):
    same, first = key(), token(jti="first")
    wanted = {"language": "en", "identity": first}
    made = post(Client(), "conversations", wanted, **same).json()["id"]
    changed = wanted | {"identity": other and token(jti=other)}
    assert post(Client(), "conversations", changed, **same).status_code == 409
    again = post(Client(), "conversations", wanted, **same)
    assert (again.status_code, again.json()["id"]) == (201, made)
    assert Conversation.objects.count() == 1
