"""Two hundred personal values through every input; none is anywhere that it should not be.

Searched afterwards: the database's files and write-ahead log, the key store, logs, every
column of every table, audit entries, error pages and metrics, in UTF-8 and in UTF-16.
"""

import json
import random
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from appliance.config import config
from compliance.pii.checkdigits import is_gb11643, is_luhn
from tests.appliance.channels.test_conversation import ended

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SURNAMES = ["欧阳", "司马", "诸葛", "慕容", "上官", "尉迟", "公孙", "令狐", "皇甫", "夏侯"]
GIVEN = ["煜祺", "沐宸", "翊霖", "芷若", "瑾瑜", "栩诺", "霁航", "泠月", "翎羽", "堇色"]


def completed(body, digits, is_valid):
    """The number with the one check digit that makes it valid."""
    return next(body + digit for digit in digits if is_valid(body + digit))


def values():
    """Two hundred values with enough of their own to be searched for as bytes."""
    dice = random.Random(20260302)
    made = []
    for n in range(40):
        body = f"110105{1960 + n % 40}{1 + n % 12:02d}{1 + n % 28:02d}{dice.randrange(1000):03d}"
        made.append(("身份证号是{}", completed(body, "0123456789X", is_gb11643)))
        made.append(("my mobile is 13{}", f"{dice.randrange(10**9):09d}"))
        pan = f"622202{dice.randrange(10**9):09d}"
        made.append(("银行卡{}", completed(pan, "0123456789", is_luhn)))
        made.append(("mail {} about it", f"zq{dice.randrange(10**9)}@mail{n}.example.org"))
    for surname in SURNAMES[:4]:
        made += [("我叫{},在吗", surname + given) for given in GIVEN]
    return made


VALUES = values()


def post(client, path, body, **headers):
    return client.post(
        f"/api/v1/chat/{path}",
        json.dumps(body, ensure_ascii=False),
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY=str(uuid4()),
        **headers,
    )


def plant(client):
    """Every way in that a customer has, and ways that are none."""
    post(client, "conversations", {"language": "zh-hans"})
    for n, (phrase, value) in enumerate(VALUES):
        text = phrase.format(value)
        assert post(client, "messages", {"text": text}).status_code == 202
        if n % 10 == 0:
            client.get(f"/{value}/")
            client.get("/chat/", {"q": text}, HTTP_REFERER=f"http://127.0.0.1/{value}")
            client.get("/api/v1/chat/conversation", HTTP_USER_AGENT=text.encode().decode("latin-1"))
            client.post("/login/", {"username": value, "password": text})
            post(client, f"messages/{value}/feedback", {"helpful": text})
            post(client, "survey", {"score": text, "comment": text})
            client.post("/api/v1/chat/messages", text, content_type="application/json")
            post(client, "conversations", {"language": value, "identity": text})
    post(client, "survey", {"score": 3, "comment": " ".join(value for _, value in VALUES[:30])})


def hits(blob):
    """Planted values that stand in these bytes, in either encoding."""
    encodings = ("utf-8", "utf-16-le")
    return [value for _, value in VALUES if any(value.encode(e) in blob for e in encodings)]


def test_no_planted_value_is_left_anywhere(box, superuser, monkeypatch):
    monkeypatch.setattr("appliance.channels.api.answer_later", lambda _message: ended())
    monkeypatch.setattr("appliance.channels.api.spend", lambda *_rest, **_named: None)
    assert len({value for _, value in VALUES}) == 200
    client = Client(raise_request_exception=False)
    plant(client)
    pages = [client.get(path).content for path in ("/healthz", "/metrics", "/nothing", "/chat/")]
    assert hits(b"".join(pages)) == []
    superuser.execute("CHECKPOINT")
    leaks = {}
    for path in sorted(config().var.rglob("*")):
        if path.is_file() and not path.is_socket():
            found = hits(path.read_bytes())
            if found:
                leaks[str(path.relative_to(config().var))] = len(found)
    assert leaks == {}


def test_the_search_would_have_found_them(box, superuser):
    """A check of the check: a value written in plain is found in the files."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ops_heartbeat (service, at, state) VALUES ('canary', now(), %s)",
            [json.dumps({"x": VALUES[0][1]})],
        )
    superuser.execute("CHECKPOINT")
    whole = b"".join(
        path.read_bytes()
        for path in config().database_files.rglob("*")
        if path.is_file() and path.stat().st_size < 2**25
    )
    assert VALUES[0][1] in hits(whole)
