import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from audit.models import LoggedEvent
from compliance.privacy.actions import create_subject
from compliance.privacy.models import DataSubject

NOW = datetime(2026, 1, 31, 9, 5, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def test_erase_as_the_operator(as_role, capsys):
    subject = create_subject(now=NOW, actor="service:web", origin="web:/chat/")
    with as_role("operator"):
        call_command("privacy", "erase", str(subject.pk), "--json")
        report = json.loads(capsys.readouterr().out)
        assert DataSubject.objects.get(pk=subject.pk).erased_at is not None
        erased = LoggedEvent.objects.get(kind="privacy:subject:erased")
    assert report["subject"] == str(subject.pk)
    assert len(report["keys"]) == 1
    assert report["destroyed_at"] < report["closed_from"]
    assert erased.actor.startswith("operator:")


def test_resume_completes_what_was_begun(capsys):
    subject = create_subject(now=NOW, actor="service:web", origin="web:/chat/")
    DataSubject.objects.filter(pk=subject.pk).update(erasure_began_at=NOW)
    call_command("privacy", "resume")
    assert "completed: 1" in capsys.readouterr().out
    call_command("privacy", "resume", "--json")
    assert json.loads(capsys.readouterr().out) == {"state": "ok", "completed": 0}


def test_an_unknown_subject_is_bad_input():
    with pytest.raises(CommandError, match="got none, want one") as caught:
        call_command("privacy", "erase", str(uuid4()))
    assert caught.value.returncode == 2
