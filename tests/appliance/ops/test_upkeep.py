"""The worker's duties: what happened to services is recorded once, and old rows go."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from appliance.channels.models import Budget, UsedClaim
from appliance.config import Config
from appliance.ops.models import Heartbeat
from appliance.ops.supervisor import spool
from appliance.ops.upkeep import record_spooled, tidy, version_of_house
from audit.models import LoggedEvent


@pytest.fixture
def chosen(tmp_path):
    made = Config(var=tmp_path)
    made.run.mkdir()
    return made


def _kinds():
    found = LoggedEvent.objects.filter(kind__startswith="ops:service:").order_by("at")
    return list(found.values_list("kind", flat=True))


@pytest.mark.django_db(transaction=True)
def test_what_happened_is_recorded_once(chosen, as_role, monkeypatch):
    spool.note(chosen.run, service="web", what="started")
    spool.note(chosen.run, service="web", what="failed", reason="SIGKILL")
    with as_role("worker"):
        # Killed between the commit and the removal of the file:
        monkeypatch.setattr(spool, "forget", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            record_spooled(chosen, "0.1.0")
        monkeypatch.undo()
        assert record_spooled(chosen, "0.1.0") == 0
        assert _kinds() == ["ops:service:started", "ops:service:failed"]
        spool.note(chosen.run, service="web", what="stopped", reason="asked")
        assert record_spooled(chosen, "0.1.0") == 1
        assert _kinds()[-1] == "ops:service:stopped"
        assert Heartbeat.objects.filter(service="spool").count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_has_run_out_is_deleted(as_role):
    now = timezone.now()
    for age in (timedelta(days=1), timedelta(days=-1)):
        Session.objects.create(session_key=str(age), session_data="", expire_date=now - age)
        UsedClaim.objects.create(digest=str(age).encode(), expires_at=now - age)
        Budget.objects.create(key=str(age).encode(), minute=now - age, spent=1)
    with as_role("worker"):
        tidy(now)
        assert Session.objects.count() == UsedClaim.objects.count() == Budget.objects.count() == 1
        assert Session.objects.get().expire_date > now


def test_the_version_is_the_houses():
    assert version_of_house().count(".") == 2
