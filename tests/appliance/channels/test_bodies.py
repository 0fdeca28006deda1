"""Bodies that are too large, too deep or not text: refused in words, never a fault of ours."""

import json
from uuid import uuid4

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db(transaction=True)


def send(path, body, **headers):
    client = Client(raise_request_exception=False)
    return client.post(
        f"/api/v1/chat/{path}",
        body,
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY=str(uuid4()),
        **headers,
    )


def test_a_body_above_the_limit_is_not_read_into_memory(box):
    body = b'{"language": "en", "x": "' + b"a" * (2 * 1024 * 1024) + b'"}'
    answer = send("conversations", body)
    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"language":' * 100_000,
        b'{"score": ' + b"9" * 10_000 + b"}",
        b"\xff\xfe",
        b"\x00",
        b"null",
        b'"text"',
    ],
    ids=["deep-list", "deep-object", "long-number", "no-utf-8", "null-byte", "null", "text"],
)
def test_a_body_that_is_no_json_object_is_refused(box, body):
    answer = send("conversations", body)
    assert answer.status_code in {400, 413}, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "value", ["\ud800", "My card is 6222021234567890123", "x" * 5000, ["en"], {"a": 1}, None, 1e400]
)
def test_a_value_that_is_not_offered_is_refused_and_not_repeated(box, value):
    answer = send("conversations", json.dumps({"language": value}))
    assert answer.status_code == 400
    assert b"6222021234567890123" not in answer.content
    assert len(answer.content) < 1000
