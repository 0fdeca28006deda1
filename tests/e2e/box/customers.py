"""Customers over real HTTP: each a browser of its own, patient like the chat's own script."""

import json
import threading
import time
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from uuid import uuid4

import httpx

from tests.e2e.box.machine import until


def client(address):
    """One client for all; it keeps no cookies, each customer sends their own."""
    nowhere = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=40)
    return httpx.Client(base_url=address, cookies=nowhere, limits=limits, timeout=60)


@dataclass
class Heard:
    """What one request brought. events: (name, data, id) in order; took_s: to the last byte."""

    status: int = 0
    events: list = field(default_factory=list)
    took_s: float = 0.0

    def named(self, name):
        return [data for one, data, _ in self.events if one == name]

    @property
    def accepted(self):
        return self.named("accepted")[0]

    @property
    def reply(self):
        found = self.named("reply")
        return found[0] if found else None


def events_in(lines):
    """(name, data, id) of each server-sent event."""
    name, number = "", None
    for line in lines:
        if line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:]), number
            name, number = "", None


class Customer:
    """Begins a conversation; remembers in the machine's ledger what was acknowledged."""

    def __init__(self, http, machine, language="en"):
        self.http, self.machine = http, machine
        began = http.post(
            "/api/v1/chat/conversations", json={"language": language}, headers=self._key()
        )
        assert began.status_code == 201, began.text
        self.conversation = began.json()["id"]
        self.cookie = began.headers["set-cookie"].split(";")[0]

    def _key(self, key=None):
        return {"Idempotency-Key": key or str(uuid4())}

    def headers(self, key=None, **more):
        return {"Cookie": self.cookie, **self._key(key), **more}

    def ask(self, text, *, key=None, leave_after=None):
        """Send and listen to the end of the stream, or leave after an event of that name."""
        heard, began = Heard(), time.monotonic()
        self.machine.texts.add(text)
        headers = self.headers(key, Accept="text/event-stream")
        with self.http.stream(
            "POST", "/api/v1/chat/messages", json={"text": text}, headers=headers
        ) as response:
            heard.status = response.status_code
            if heard.status == 200:
                for one in events_in(response.iter_lines()):
                    heard.events.append(one)
                    if one[0] == "accepted":
                        self._remember(one[1])
                    if one[0] == leave_after:
                        break
        heard.took_s = time.monotonic() - began
        return heard

    def send(self, text, *, key=None):
        """Send and take the acknowledgement alone."""
        self.machine.texts.add(text)
        response = self.http.post(
            "/api/v1/chat/messages", json={"text": text}, headers=self.headers(key)
        )
        if response.status_code == 202:
            self._remember(response.json())
        return response

    def _remember(self, accepted):
        self.machine.accepted.append((self.conversation, accepted["id"], accepted["place"]))

    def read(self):
        response = self.http.get("/api/v1/chat/conversation", headers={"Cookie": self.cookie})
        assert response.status_code == 200, response.text
        return response.json()

    def messages_after(self, place, *, count):
        """As the browser's EventSource resumes: the next messages behind this place."""
        headers = {"Cookie": self.cookie, "Last-Event-ID": str(place)}
        found = []
        with self.http.stream("GET", "/api/v1/chat/events", headers=headers) as response:
            assert response.status_code == 200
            for name, data, number in events_in(response.iter_lines()):
                if name == "message":
                    found.append((number, data))
                if len(found) == count:
                    return found
        raise AssertionError(f"got {len(found)} messages, want {count}")


def answered(machine, message_ids):
    """Rows (message, outcome) of the answers to these messages, once none waits any more."""
    wanted = list(message_ids)

    def look():
        open_ones = machine.rows(
            "SELECT count(*) FROM desk_message"
            " WHERE id = ANY(%s) AND reply IN ('pending', 'composing')",
            wanted,
        )
        return open_ones == [(0,)]

    until(look, within_s=60, what="every message is answered", pause_s=0.25)
    return machine.rows(
        "SELECT answers_id::text, outcome FROM desk_message WHERE answers_id = ANY(%s)", wanted
    )


class Flow:
    """Customers who go on writing whatever happens, repeating what got no acknowledgement."""

    def __init__(self, customers, texts, pause_s=0.4):
        self.customers, self.texts, self.pause_s = customers, texts, pause_s
        self.statuses, self.broken, self.unclear, self.slowest_s = [], 0, 0, 0.0
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(one, number))
            for number, one in enumerate(customers)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_fault):
        self._stop.set()
        for thread in self._threads:
            thread.join(90)

    def _write(self, customer, number):
        turn = number
        while not self._stop.is_set():
            self._deliver(customer, self.texts[turn % len(self.texts)])
            turn += len(self.customers)
            self._stop.wait(self.pause_s)

    def _deliver(self, customer, text):
        key, began = str(uuid4()), time.monotonic()
        while time.monotonic() < began + 60:
            try:
                response = customer.send(text, key=key)
            except httpx.HTTPError:
                self.broken += 1
            else:
                self.statuses.append(response.status_code)
                if response.status_code == 202:
                    self.slowest_s = max(self.slowest_s, time.monotonic() - began)
                    return
                kind = response.headers.get("content-type")
                self.unclear += kind != "application/problem+json" or not response.json()["detail"]
            time.sleep(0.3)
        self.statuses.append(0)


_UNEXPLAINED = """
SELECT asked.id FROM desk_message AS asked
WHERE asked.id = ANY(%s)
  AND NOT EXISTS (SELECT FROM desk_message AS a WHERE a.answers_id = asked.id)
  AND NOT EXISTS (
      SELECT FROM audit_logged_event AS e
      WHERE e.kind = 'desk:handover:requested'
        AND e.object = 'conversation:' || asked.conversation_id)
"""


def assert_whole(machine):
    """Every acknowledged message is stored at its place, and answered or handed over, once."""
    accepted = {(conversation, message, place) for conversation, message, place in machine.accepted}
    ids = [message for _, message, _ in accepted]
    answered(machine, ids)
    rows = machine.rows(
        "SELECT conversation_id::text, id::text, place FROM desk_message WHERE id = ANY(%s)", ids
    )
    assert set(rows) == accepted
    assert machine.rows(_UNEXPLAINED, ids) == []
    gaps = machine.rows(
        "SELECT conversation_id FROM desk_message GROUP BY 1"
        " HAVING count(*) <> max(place) OR count(*) <> count(DISTINCT place)"
    )
    assert gaps == []
    doubled = machine.rows(
        "SELECT answers_id FROM desk_message WHERE answers_id IS NOT NULL GROUP BY 1"
        " HAVING count(*) > 1"
    )
    assert doubled == []
