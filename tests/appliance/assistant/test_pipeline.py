"""From a customer's message to a remembered answer, with a scripted engine."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from appliance.assistant import compose
from appliance.assistant.errors import NotPendingError
from appliance.assistant.intake import receive_message
from appliance.assistant.models import Evidence
from appliance.assistant.pipeline import reply_to, unanswered
from appliance.assistant.replay import replay
from appliance.desk.actions import Actor, begin_conversation, request_person
from appliance.desk.models import Conversation, Message
from appliance.desk.sealing import open_original
from audit.models import LoggedEvent
from compliance.privacy.actions import create_subject
from compliance.vault.current import vault
from compliance.vault.places import Place
from models.engine.errors import EngineUnavailableError
from tests.engines import Scripted

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMER = Actor("customer:test", "test")


@pytest.fixture
def conversation(knowledge):
    now = timezone.now()
    subject = create_subject(now=now, actor="service:web", origin="test")
    return begin_conversation(
        subject, channel="web", language="en", is_identified=False, actor=CUSTOMER, now=now
    )


def ask(conversation, text, engine):
    received = receive_message(
        conversation.pk, text, key=uuid4().bytes, actor=CUSTOMER, now=timezone.now()
    )
    pieces = []
    reply_to(received.message_id, engine=engine, emit=lambda *piece: pieces.append(piece))
    return received, pieces


def answer_to(received):
    return Message.objects.filter(answers_id=received.message_id).first()


def remembered(received, conversation):
    """The evidence row of an answer, and its record opened where it must lie."""
    held = Evidence.objects.get(message=answer_to(received))
    place = Place(
        table="assistant_evidence",
        column="record",
        row_id=held.pk,
        subject_id=conversation.subject_id,
    )
    return held, json.loads(vault().open_committed(bytes(held.record), bytes(held.digest), place))


def test_the_engine_chooses_and_the_article_speaks(conversation):
    engine = Scripted(prefer="15 yuan")
    received, pieces = ask(conversation, "what does a replacement card cost me?", engine)
    answer = answer_to(received)
    said = open_original(answer, conversation.subject_id)
    assert "15 yuan" in said
    assert answer.outcome == "model"
    assert answer.sources[0]["article"] == "card-replacement-en"
    assert "".join(data["text"] for _, data in pieces) == said
    assert Message.objects.get(pk=received.message_id).reply == "done"


def test_the_engine_sees_placeholders_only(conversation):
    engine = Scripted(prefer="15 yuan")
    ask(conversation, "I'm at 13912345678, what does a replacement card cost?", engine)
    assert "13912345678" not in engine.asked[0]
    assert "[PHONE_NUMBER_1]" in engine.asked[0]


def test_evidence_is_sealed_and_its_digest_is_in_the_log(conversation):
    received, _ = ask(conversation, "what does a replacement card cost?", Scripted("15 yuan"))
    held, record = remembered(received, conversation)
    assert record["outcome"] == "model"
    assert record["chosen"]
    assert record["model"]
    raw = bytes(LoggedEvent.objects.get(kind="assistant:reply:composed").entry)
    entry = json.loads(raw)
    assert entry["sealed"] == bytes(held.digest).hex()
    # A digest of a short question can be guessed: it stands in the sealed record alone.
    assert record["prompt"].encode() not in raw
    assert {"understand", "retrieve", "compose", "guard"} <= set(entry["data"]["stages_us"])


def test_without_an_engine_the_articles_still_answer(conversation):
    engine = Scripted(fault=EngineUnavailableError("gone"))
    received, _ = ask(conversation, "How much does a replacement card cost?", engine)
    answer = answer_to(received)
    assert answer.outcome == "rules"
    assert answer.sources[0]["article"] == "card-replacement-en"


def test_what_no_article_answers_is_refused(conversation):
    received, _ = ask(conversation, "who will win the football world cup?", Scripted(""))
    answer = answer_to(received)
    assert answer.outcome == "refused"
    assert answer.sources == []
    assert LoggedEvent.objects.filter(kind="assistant:reply:refused").count() == 1


def test_asking_for_a_person_goes_into_the_line(conversation):
    ask(conversation, "let me talk to a human please", Scripted(""))
    conversation.refresh_from_db()
    assert conversation.state == Conversation.State.WAITING
    assert conversation.waiting_reason == "asked"


def test_a_message_is_answered_once(conversation):
    received, _ = ask(conversation, "what does a replacement card cost?", Scripted("15 yuan"))
    with pytest.raises(NotPendingError):
        reply_to(received.message_id, engine=Scripted(""), emit=lambda *_piece: None)
    answer = answer_to(received)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(
            conversation=conversation,
            place=99,
            author="assistant",
            at=timezone.now(),
            original=b"",
            working=b"",
            answers=answer.answers,
        )


def test_an_answer_on_its_way_does_not_overtake_a_hand_over(conversation):
    received = receive_message(
        conversation.pk,
        "what does a replacement card cost?",
        key=b"k" * 32,
        actor=CUSTOMER,
        now=timezone.now(),
    )

    class Interrupting(Scripted):
        def choose(self, *rest, **named):
            request_person(conversation.pk, reason="asked", actor=CUSTOMER, now=timezone.now())
            return super().choose(*rest, **named)

    reply_to(received.message_id, engine=Interrupting("15 yuan"), emit=lambda *_piece: None)
    assert answer_to(received) is None
    assert Message.objects.get(pk=received.message_id).reply == "done"


def test_what_a_dead_process_left_is_found(conversation):
    received = receive_message(
        conversation.pk, "what about fees?", key=None, actor=CUSTOMER, now=timezone.now()
    )
    later = timezone.now() + timedelta(seconds=6)
    assert unanswered(later, older_than=timedelta(seconds=5)) == [received.message_id]
    Message.objects.filter(pk=received.message_id).update(
        reply="composing", claimed_at=timezone.now()
    )
    assert unanswered(later, older_than=timedelta(seconds=5)) == []
    much_later = timezone.now() + timedelta(seconds=31)
    assert unanswered(much_later, older_than=timedelta(seconds=5)) == [received.message_id]


def test_an_answer_can_be_derived_again(conversation):
    engine = Scripted(prefer="15 yuan")
    received, _ = ask(conversation, "what does a replacement card cost me?", engine)
    answer = answer_to(received)
    again = replay(answer.pk, engine=engine, actor="operator:0", origin="cli")
    assert (again.same, again.changed) == (True, ())
    other = replay(answer.pk, engine=Scripted(prefer="40 yuan"), actor="operator:0", origin="cli")
    assert not other.same
    away = Scripted(fault=EngineUnavailableError("gone"))
    assert replay(answer.pk, engine=away, actor="operator:0", origin="cli").changed == ("model",)
    assert LoggedEvent.objects.filter(kind="assistant:reply:replayed").count() == 3


def test_a_hand_over_is_remembered_as_one(conversation):
    received, _ = ask(conversation, "let me talk to a human please", Scripted(""))
    _, record = remembered(received, conversation)
    assert record["outcome"] == "handover"


def test_a_slow_model_makes_nobody_queue(conversation, monkeypatch):
    monkeypatch.setattr(compose, "_TURN_S", 0.05)
    with compose._TURNS, compose._TURNS:
        received, _ = ask(
            conversation, "How much does a replacement card cost?", Scripted("15 yuan")
        )
    assert answer_to(received).outcome == "rules"
