"""Many at once, the same twice, streams cut in the middle: nothing lost, nothing doubled."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.e2e.box.customers import answered

BROWSERS = 50


def together(count, act):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))


def assert_dense(machine, conversation):
    places = machine.rows(
        "SELECT place FROM desk_message WHERE conversation_id = %s ORDER BY place", conversation
    )
    assert [place for (place,) in places] == list(range(1, len(places) + 1))


def test_fifty_browsers_at_once_are_answered_once_each(machine, customer, questions, plant):
    mark = plant()

    def text(number):
        mine = questions[("zh-hans", "en")[number % 2]]
        # One in ten carries a phrase to be looked for in the logs afterwards.
        return mine[number] if number % 10 else f"{mine[number]} {mark}"

    everyone = [customer(("zh-hans", "en")[number % 2]) for number in range(BROWSERS)]
    heard = together(BROWSERS, lambda number: everyone[number].ask(text(number)))
    assert {one.status for one in heard} == {200}
    assert [one.accepted["place"] for one in heard] == [1] * BROWSERS
    assert all(one.reply for one in heard)
    assert all(one.events[-1][0] == "done" for one in heard)
    machine.note("slowest of 50 at once", max(one.took_s for one in heard))
    rows = answered(machine, [one.accepted["id"] for one in heard])
    assert len(rows) == BROWSERS
    outcomes = Counter(outcome for _, outcome in rows)
    assert outcomes["model"] > outcomes["rules"]
    for one in everyone:
        assert len(one.read()["messages"]) == 2


def test_twenty_at_once_in_one_conversation_stand_in_dense_places(machine, customer, questions):
    one = customer()
    heard = together(20, lambda number: one.ask(questions["en"][number]))
    assert {each.status for each in heard} == {200}
    ids = {each.accepted["id"] for each in heard}
    assert len(ids) == 20
    assert len({each.accepted["place"] for each in heard}) == 20
    rows = answered(machine, list(ids))
    said = one.read()
    assert_dense(machine, one.conversation)
    assert [each["place"] for each in said["messages"]] == list(range(1, len(said["messages"]) + 1))
    assert sum(each["author"] == "customer" for each in said["messages"]) == 20
    # A hand-over ends the assistant's part: what was asked behind it waits for the person.
    if said["state"] == "assistant":
        assert len(rows) == 20
    else:
        assert "handover" in {outcome for _, outcome in rows}
    machine.note("slowest of 20 in one conversation", max(each.took_s for each in heard))


@pytest.mark.parametrize("times", [2, 6])
def test_the_same_key_at_once_is_one_message_and_every_stream_has_its_answer(
    machine, customer, questions, times
):
    one, key, text = customer(), str(uuid4()), questions["en"][times]
    heard = together(times, lambda _number: one.ask(text, key=key))
    assert {each.status for each in heard} == {200}
    assert len({str(each.accepted) for each in heard}) == 1
    assert all(each.events[-1][0] == "done" for each in heard)
    answers = {each.reply["id"] if each.reply else None for each in heard}
    assert len(answers) == 1
    assert None not in answers
    assert [each["place"] for each in one.read()["messages"]] == [1, 2]
    again = one.ask(text, key=key)
    assert again.reply["id"] in answers
    other = one.send("something else", key=key)
    assert other.status_code == 409
    assert other.json()["detail"]


def test_a_stream_cut_after_the_acknowledgement_costs_nobody_an_answer(
    machine, customer, questions
):
    people = [customer() for _ in range(8)]
    heard = together(
        len(people),
        lambda number: people[number].ask(questions["en"][number], leave_after="accepted"),
    )
    assert all(each.reply is None for each in heard)
    answered(machine, [each.accepted["id"] for each in heard])
    for one, each in zip(people, heard, strict=True):
        place = each.accepted["place"]
        ((number, resumed),) = one.messages_after(place, count=1)
        assert number == place + 1
        assert resumed["author"] in {"assistant", "system"}
        said = one.read()["messages"]
        assert [turn["place"] for turn in said] == [1, 2]
        assert said[1]["id"] == resumed["id"]
