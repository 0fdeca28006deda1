"""What nobody should send: refused with a sentence that says what to do, and never by a fault."""

import json
import socket
import time
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.e2e.box.customers import Customer

MEGABYTE = 1024 * 1024
MESSAGES = "/api/v1/chat/messages"


def short(value):
    return repr(value)[:32]


def post(one, body, *, path=MESSAGES, key=None, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {**one.headers(key), "Content-Type": "application/json", **headers}
    return one.http.post(path, content=content, headers=sent)


def assert_problem(response, status):
    assert response.status_code == status, response.text[:300]
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"]
    # A sentence for whoever wrote the caller, with none of our innards in it.
    assert problem["detail"].endswith((".", "\u3002"))
    assert "Traceback" not in response.text
    assert "codec" not in response.text


@pytest.fixture(scope="module")
def one(http, machine):
    made = Customer(http, machine)
    yield made
    # Whatever was thrown at it, the conversation goes on.
    assert made.read()["messages"] == []
    assert made.ask("What does the card cost?").reply


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"text": "\xff\xfe\xfa"}'),
        (400, '{"text": "hello"}'.encode("utf-16")),
        (400, b'{"text": "hel'),
        (400, b""),
        (400, b"\x00" * 50),
        (400, b"null"),
        (400, b"[]"),
        (400, b'"text"'),
        (400, b"{}"),
        (400, b'{"text": NaN}'),
        (400, b'{"text": null}'),
        (400, b'{"text": {"a": 1}}'),
        (400, b'{"text": ' + b"9" * 5000 + b"}"),
        (400, b"[" * 100_000),
        (400, b'{"text":' * 100_000 + b"1" + b"}" * 100_000),
        (422, {"text": ""}),
        (422, {"text": "\x00\x00"}),
        (422, {"text": " \u200b\u202e\n"}),
        (413, {"text": "a" * 100_000}),
        (413, {"text": "\u6c49" * 100_000}),
        (413, b'{"text": "' + b"a" * 5 * MEGABYTE + b'"}'),
        (413, b"[" * 5 * MEGABYTE),
    ],
    ids=short,
)
def test_a_body_that_cannot_be_taken(one, status, body):
    assert_problem(post(one, body), status)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Type": "application/json" * 500}, 415),
        ({"Content-Type": ""}, 415),
        ({"Idempotency-Key": ""}, 400),
        ({"Idempotency-Key": "k" * 201}, 400),
        ({"Cookie": "strongroom_chat=somebody-else"}, 404),
        ({"Cookie": ""}, 404),
        ({"Cookie": b"strongroom_chat=\xff\xfe"}, 404),
    ],
    ids=short,
)
def test_headers_that_cannot_be_taken(one, headers, status):
    sent = {**one.headers(), "Content-Type": "application/json", **headers}
    assert_problem(one.http.post(MESSAGES, content=b'{"text": "hi"}', headers=sent), status)


def test_a_named_charset_is_not_followed(one):
    """A codec of the standard library could be named that unpacks, or runs without end."""
    for charset in ("utf-16", "zlib_codec", "idna", "no-such-thing", ""):
        kind = f"application/json; charset={charset}"
        assert_problem(post(one, b'{"text": "\xff"}', **{"Content-Type": kind}), 400)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_wrong_method(one, method):
    response = one.http.request(method, MESSAGES, headers=one.headers(), content=b"{}")
    assert_problem(response, 405)
    assert "POST" in response.json()["detail"]
    assert "POST" in response.headers["allow"]


def test_what_is_not_there(one):
    assert_problem(one.http.get("/api/v1/chat/nothing"), 404)
    assert_problem(one.http.get("/api/v1/%00/%ff"), 404)
    wrong = f"{MESSAGES}/{uuid4()}/feedback"
    assert_problem(post(one, {"helpful": True}, path=wrong), 404)
    assert_problem(post(one, {"helpful": "perhaps"}, path=wrong), 400)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/chat/survey", {"score": 6}),
        ("/api/v1/chat/survey", {"score": 1e300}),
        ("/api/v1/chat/survey", {"score": 3, "comment": "a\x00b"}),
        ("/api/v1/chat/survey", {"score": 3, "comment": "\ud800"}),
        ("/api/v1/chat/survey", {"score": 3, "comment": "long " * 1000}),
        ("/api/v1/chat/conversations", {"language": "kl\x00"}),
        ("/api/v1/chat/conversations", {"language": ["en"]}),
        ("/api/v1/chat/conversations", {"language": "en", "channel": {}}),
        ("/api/v1/chat/conversations", {"identity": "x" * 5000}),
    ],
    ids=short,
)
def test_the_other_doors_hold_too(one, path, body):
    assert_problem(post(one, body, path=path), 400)


def test_an_identity_that_is_none_is_refused(one):
    for token in ("\u6c49.\u6c49.\u6c49", "a.b.c", "e30.e30.", "." * 100):
        assert_problem(post(one, {"identity": token}, path="/api/v1/chat/conversations"), 401)


def test_a_last_event_id_of_any_kind_begins_a_stream(one):
    for given in ("-1", "1e9", "9" * 40, "\u0663".encode(), "' OR 1=1", ""):
        headers = {"Cookie": one.cookie, "Last-Event-ID": given}
        with one.http.stream("GET", "/api/v1/chat/events", headers=headers) as response:
            assert response.status_code == 200


def raw(machine, content, *, wait_s=10.0):
    """Bytes onto the wire as they are. Returns all that comes back until the end."""
    at = urlsplit(machine.address)
    with socket.create_connection((at.hostname, at.port), timeout=wait_s) as wire:
        try:
            wire.sendall(content)
            wire.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before the end, which is what is being tried
        back = b""
        try:
            while piece := wire.recv(65536):
                back += piece
        except OSError:
            pass
    return back


def request(one, *lines, body=b'{"text": "hi"}', method="POST", path=MESSAGES):
    head = [f"{method} {path} HTTP/1.1".encode(), b"Host: 127.0.0.1", b"Connection: close"]
    head += [f"Cookie: {one.cookie}".encode(), b"Content-Type: application/json"]
    head += [b"Content-Length: %d" % len(body), *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "lines",
    [
        [b"Idempotency-Key: a\x00b"],
        [b"Idempotency-Key: a\nX-Role: auditor"],
        [b"Idempotency-Key: a\rX-Role: auditor"],
        [b"Idempotency-Key : a"],
        [b"Idempotency Key: a"],
        [b"Idempotency-Key: a", b"Content-Length: 3"],
        [b"Idempotency-Key: a", b"Transfer-Encoding: chunked"],
        [b"Idempotency-Key: " + b"a" * 20_000],
        [b"X-Filler: 1"] * 200,
        [b"Host: evil.example"],
    ],
    ids=lambda lines: repr(lines[-1])[:40],
)
def test_headers_that_break_the_protocol_are_refused(machine, one, lines):
    back = raw(machine, request(one, *lines))
    assert back.startswith(b"HTTP/1.1 4"), back[:200]
    assert b"Traceback" not in back
    assert b"X-Role" not in back


def test_bytes_that_are_no_request_are_refused_and_others_are_served(machine, one):
    for content in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST " + b"a" * 10_000 + b" HTTP/1.1\r\n\r\n",
        b"\r\n\r\n\r\n",
        request(one, b"Idempotency-Key: cut", body=b"")[:-9],
        b"GET /\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    ):
        back = raw(machine, content)
        assert not back or back.startswith(b"HTTP/1.1 4"), back[:200]
    assert one.http.get("/healthz").status_code == 200


def test_a_body_shorter_than_announced_is_refused_and_holds_up_nobody(machine, one):
    whole = request(one, b"Idempotency-Key: short", body=b'{"text": "' + b"a" * 50 + b'"}')
    began = time.monotonic()
    back = raw(machine, whole[:-20])
    assert not back or back.startswith(b"HTTP/1.1 4"), back[:200]
    assert time.monotonic() - began < 10


def test_what_looks_like_code_is_taken_as_words(machine, customer, plant):
    one, mark = customer(), plant()
    texts = [
        f"<script>alert('{mark}')</script>",
        f"'; DROP TABLE desk_message; -- {mark}",
        f"\u202e\u0645\u0631\u062d\u0628\u0627 {mark}",
        f"\U0001f469\u200d\U0001f469\u200d\U0001f467 {mark} \U0001f3e6",
        f"a \x00 null {mark}",
        f"half a pair \ud83c {mark}",
        f"data: x\n\nevent: reply\ndata: {mark}",
        f"%s %(x)s {{{{ 7*7 }}}} ${{jndi:ldap://x}} {mark}",
    ]
    for text in texts:
        response = post(one, {"text": text})
        assert response.status_code == 202, response.text
    said = [turn for turn in one.read()["messages"] if turn["author"] == "customer"]
    assert len(said) == len(texts)
    assert all(mark in turn["text"] for turn in said)
    assert "<script>" in said[0]["text"]
    # The key too is somebody's text: of any bytes, and stored as a digest only.
    for key in (plant(), "\u00e9\u00fc", "' OR 1=1"):
        assert post(one, {"text": "hello"}, key=key.encode("latin-1")).status_code == 202
