"""What the worker does with messages whose answer was lost."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from appliance.assistant import recovery
from appliance.assistant.intake import receive_message
from appliance.desk.actions import Actor, begin_conversation
from appliance.desk.models import Conversation, Message
from audit.models import LoggedEvent
from compliance.privacy.actions import create_subject
from compliance.privacy.models import DataSubject

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMER = Actor("customer:test", "test")


def left_behind(*, minutes):
    """A customer's message that nobody has answered for so long."""
    at = timezone.now() - timedelta(minutes=minutes)
    subject = create_subject(now=at, actor="service:web", origin="test")
    made = begin_conversation(
        subject, channel="web", language="en", is_identified=False, actor=CUSTOMER, now=at
    )
    return receive_message(made.pk, "what does a card cost?", key=None, actor=CUSTOMER, now=at)


def failing(fault):
    def reply_to(*_rest, **_named):
        raise fault

    return reply_to


def replies():
    return list(Message.objects.order_by("at").values_list("reply", flat=True))


def test_what_cannot_be_answered_goes_to_a_person(box, monkeypatch):
    monkeypatch.setattr(recovery, "reply_to", failing(ValueError("odd")))
    left_behind(minutes=5)
    left_behind(minutes=1)
    assert recovery.sweep() == 0
    assert replies() == ["done", "pending"]
    waiting = Conversation.objects.get(state="waiting")
    assert waiting.waiting_reason == "degraded"
    assert LoggedEvent.objects.filter(kind="desk:handover:requested").count() == 1
    assert recovery.sweep() == 0
    assert LoggedEvent.objects.filter(kind="desk:handover:requested").count() == 1


def test_an_erased_customer_waits_for_nobody(box, monkeypatch):
    monkeypatch.setattr(recovery, "reply_to", failing(ValueError("odd")))
    left_behind(minutes=5)
    DataSubject.objects.update(erasure_began_at=timezone.now())
    recovery.sweep()
    assert replies() == ["done"]
    assert not Conversation.objects.filter(state="waiting").exists()


def test_without_a_database_nothing_is_given_up(box, monkeypatch):
    monkeypatch.setattr(recovery, "reply_to", failing(OperationalError("away")))
    left_behind(minutes=5)
    with pytest.raises(OperationalError):
        recovery.sweep()
    assert replies() == ["pending"]
