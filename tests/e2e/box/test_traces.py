"""Last of all: what customers wrote stands in no log, and nothing planted in any file."""

import re

from appliance.ops.embedded import postgres
from appliance.ops.first_run.database import cluster_of

PHONE = "13912345678"
SECRET = "hunter2-fuchs"


def logs_of(machine):
    yield machine.var.parent / "supervisor.log"
    yield from (path for path in machine.config.logs.rglob("*") if path.is_file())


def test_a_customer_writes_what_nobody_may_find(machine, customer, plant):
    one = customer()
    mark = plant()
    machine.planted += [PHONE, SECRET]
    assert one.ask(f"My number is {PHONE}, the word is {mark}, how do I reset it?").reply
    assert one.ask(f"my password is {SECRET}, is that good?").accepted["dropped"] == ["PASSWORD"]
    assert one.send("x" * 4001 + mark).status_code == 413
    assert one.http.get(f"/api/v1/chat/{mark}?q={mark}").status_code == 404
    assert one.http.get("/chat/", headers={"User-Agent": mark, "Referer": mark}).status_code == 200
    broken = one.http.post(
        "/api/v1/chat/messages",
        content=f'{{"text": "{mark}'.encode(),
        headers={**one.headers(mark), "Content-Type": "application/json"},
    )
    assert broken.status_code == 400
    assert mark not in broken.text


def test_no_log_holds_a_text_that_was_sent(machine):
    # Short ones are words that our own lines may use.
    wanted = {text for text in machine.texts if len(text) > 12} | set(machine.planted)
    assert len(wanted) > 3
    seen = 0
    for path in logs_of(machine):
        held = path.read_text(encoding="utf-8", errors="replace")
        seen += len(held)
        found = [text for text in wanted if text in held]
        assert not found, f"{path.name} holds {len(found)} texts"
    assert seen


def test_no_log_holds_a_fault_with_its_text(machine):
    for path in logs_of(machine):
        held = path.read_text(encoding="utf-8", errors="replace")
        assert "Traceback (most recent call last)" not in held, path.name
        # PostgreSQL quotes rows and statements in these lines.
        assert not re.search(r"\b(DETAIL|STATEMENT|CONTEXT):\s+\S", held), path.name


def test_no_file_of_the_box_holds_what_was_planted(machine):
    """Tables, their log, the key store, spools, heartbeats: everything below `var`."""
    with postgres.connect(cluster_of(machine.config), "strongroom") as admin:
        admin.autocommit = True
        admin.execute("CHECKPOINT")
    wanted = [phrase.encode() for phrase in machine.planted]
    for path in machine.var.rglob("*"):
        if path.is_file() and not path.is_symlink():
            try:
                held = path.read_bytes()
            except OSError:
                continue
            found = [phrase for phrase in wanted if phrase in held]
            assert not found, f"{path.relative_to(machine.var)} holds {len(found)} phrases"
