"""Processes are killed as the kernel kills them, while customers write. Nothing may be lost."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx
import pytest

from tests.e2e.box.customers import Customer, Flow, answered, assert_whole
from tests.e2e.box.machine import children_of, until


@pytest.fixture(scope="module")
def sure(machine, http, questions):
    """Questions that the model answers when it is there."""
    asking = Customer(http, machine)
    found = []
    for text in questions["en"]:
        reply = asking.ask(text).reply
        if reply and reply["outcome"] == "model":
            found.append(text)
        if len(found) == 3:
            return found
        if asking.read()["state"] != "assistant":
            asking = Customer(http, machine)
    raise AssertionError("got no question that the model answers, want three")


@contextmanager
def stopped(machine, name):
    """The service stands still, so that what is sent to it is surely under way."""
    pid = machine.pid(name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def under_way(machine, count):
    """So many answers are begun and none of them is there."""
    held = "SELECT count(*) FROM desk_message WHERE reply = 'composing'"
    until(lambda: machine.rows(held)[0][0] >= count, within_s=10, what="answers are under way")


def test_the_inference_process_dies_in_the_middle_and_again_while_it_starts(
    machine, customer, sure, questions
):
    texts = (sure + questions["en"])[:12]
    people = [customer() for _ in range(24)]
    watching, degraded = customer(), set()
    with ThreadPoolExecutor(24) as pool:
        with stopped(machine, "inference"):
            first = [pool.submit(people[n].ask, texts[n]) for n in range(12)]
            under_way(machine, 3)
            gone, began = machine.kill("inference"), time.monotonic()
        for _ in range(3):
            gone = begun_anew(machine, gone)
            machine.kill_one(gone)
            killed = time.monotonic()
            degraded |= set(watching.read()["degraded"])
        second = [pool.submit(people[12 + n].ask, texts[n]) for n in range(12)]
        degraded |= set(
            until(lambda: watching.read()["degraded"], within_s=10, what="degraded says so")
        )
        heard = [each.result() for each in first + second]
    assert degraded == {"inference"}
    assert {each.status for each in heard} == {200}
    assert all(each.reply for each in heard)
    assert len(answered(machine, [each.accepted["id"] for each in heard])) == 24
    machine.note("slowest answer, inference killed", max(each.took_s for each in heard))
    machine.wait_for("inference", other_than=gone)
    machine.note("inference restarts (killed 4 times)", time.monotonic() - began)

    def is_back():
        reply = customer().ask(sure[0]).reply
        return reply and reply["outcome"] == "model"

    until(is_back, within_s=20, what="the model answers again")
    machine.note("the model answers again, after the last kill", time.monotonic() - killed)
    until(lambda: not watching.read()["degraded"], within_s=10, what="nothing is degraded")


def begun_anew(machine, gone):
    def look():
        pid = machine.service("inference")["pid"]
        return pid if pid not in {0, gone} else None

    return until(look, within_s=30, what="inference begins again", pause_s=0.02)


@pytest.mark.parametrize("which", ["worker process", "master"])
def test_the_web_process_dies_right_after_the_acknowledgement(
    machine, http, customer, questions, which
):
    people = [customer("zh-hans") for _ in range(12)]
    texts = questions["zh-hans"]
    master = machine.pid("web")
    (process,) = children_of(master)
    with stopped(machine, "inference"), ThreadPoolExecutor(len(people)) as pool:
        heard = list(pool.map(lambda n: people[n].ask(texts[n], leave_after="accepted"), range(12)))
        under_way(machine, 1)
        machine.kill_one(master if which == "master" else process)
        killed = time.monotonic()
    assert {each.status for each in heard} == {200}
    until(lambda: serves_anew(machine, http, process), within_s=60, what="web serves again")
    machine.note(f"web serves again ({which})", time.monotonic() - killed)
    rows = answered(machine, [each.accepted["id"] for each in heard])
    machine.note(f"slowest answer, web {which} killed", time.monotonic() - killed)
    assert len(rows) == len(people)
    for one in people:
        assert [turn["place"] for turn in one.read()["messages"]] == [1, 2]


def serves_anew(machine, http, before):
    try:
        is_well = http.get("/healthz", timeout=30).status_code == 200
    except httpx.HTTPError:
        return False
    return is_well and set(children_of(machine.pid("web"))) - {before}


@pytest.mark.parametrize("name", ["worker", "sequencer"])
def test_a_service_behind_dies_while_messages_flow(machine, customer, questions, name):
    with Flow([customer() for _ in range(6)], questions["en"]) as flow:
        time.sleep(1)
        gone = machine.kill(name)
        machine.note(f"{name} restarts", machine.wait_for(name, other_than=gone))
        time.sleep(1)
    assert set(flow.statuses) == {202}
    assert flow.broken == 0
    machine.note(f"slowest acknowledgement, {name} killed", flow.slowest_s)
    assert_whole(machine)


def test_the_database_dies_whole_while_messages_flow(machine, http, customer, questions, sure):
    watching = customer()
    asked = watching.send(sure[0]).json()
    answered(machine, [asked["id"]])
    with (
        ThreadPoolExecutor(1) as pool,
        Flow([customer() for _ in range(6)], questions["en"]) as flow,
    ):
        # A browser that listens on: what comes after the restart reaches the same stream.
        listening = pool.submit(watching.messages_after, 2, count=2)
        time.sleep(1)
        gone, began = machine.kill("postgresql", with_children=True), time.monotonic()
        machine.wait_for("postgresql", other_than=gone)
        machine.note("postgresql restarts", time.monotonic() - began)
        until(lambda: http.get("/healthz").status_code == 200, within_s=30, what="web has it back")
        machine.note("web serves again (postgresql)", time.monotonic() - began)
        accepted = len(machine.accepted)
        until(lambda: len(machine.accepted) > accepted + 6, within_s=30, what="messages flow")
        later = watching.send(sure[1])
        assert later.status_code == 202
        assert [number for number, _ in listening.result(60)] == [3, 4]
    assert set(flow.statuses) <= {202, 503}
    assert flow.broken == flow.unclear == 0
    machine.note("slowest acknowledgement, postgresql killed", flow.slowest_s)
    assert_whole(machine)
    machine.note("slowest answer, postgresql killed", time.monotonic() - began)
    for name in ("worker", "sequencer", "inference", "web"):
        until(lambda name=name: machine.service(name)["state"] == "up", within_s=60, what=name)
