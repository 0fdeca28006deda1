import json
import sqlite3

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from audit.models import LoggedEvent
from compliance.vault import current
from compliance.vault.errors import VaultNotConfiguredError

pytestmark = pytest.mark.django_db


@pytest.fixture
def configured(settings_of, monkeypatch):
    monkeypatch.setattr(current, "_settings", None)
    monkeypatch.setattr(current, "_built", {})
    current.configure(settings_of())
    yield current.vault()
    current.vault().close()


def report(capsys, *words):
    call_command("vault", *words, "--json")
    return json.loads(capsys.readouterr().out)


def test_no_settings_no_vault(monkeypatch, capsys):
    monkeypatch.setattr(current, "_settings", None)
    monkeypatch.setattr(current, "_built", {})
    with pytest.raises(VaultNotConfiguredError):
        current.vault()
    with pytest.raises(CommandError, match="configure") as caught:
        call_command("vault", "status")
    assert caught.value.returncode == 2


def test_one_vault_a_process(configured):
    assert current.vault() is configured
    assert current.settings().suite == 1


def test_keys_are_recorded_in_the_transaction_at_hand(configured, subject, store_place):
    with transaction.atomic():
        configured.new_subject(subject)
        configured.seal(b"x", store_place)
        configured.destroy_subject(subject)
    kinds = LoggedEvent.objects.order_by("id").values_list("kind", "subject")
    assert list(kinds) == [
        ("vault:key:created", subject),
        ("vault:key:created", None),
        ("vault:key:destroyed", subject),
    ]
    entry = json.loads(bytes(LoggedEvent.objects.order_by("id")[1].entry))
    assert entry["data"]["purpose_of_key"] == "store"


def test_status_counts_and_unwraps(configured, subject, store_place, capsys):
    configured.new_subject(subject)
    configured.seal(b"x", store_place)
    first = report(capsys, "status")
    assert first["subject_keys"] == first["store_keys"] == 1
    assert first["unwrapped_keys"] == 2
    assert (first["kek_version"], first["keys_under_older_kek"]) == (1, 0)
    configured.destroy_subject(subject)
    assert report(capsys, "status")["destroyed_keys"] == 1


def test_selftest_reports_each_answer(capsys):
    held = report(capsys, "selftest")
    assert held["state"] == "ok"
    assert len(held["held"]) == 4
    call_command("vault", "selftest")
    assert "SM4-GCM, RFC 8998" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_rotation_is_an_event(configured, subject, capsys, as_role):
    configured.new_subject(subject)
    with as_role("operator"):
        assert report(capsys, "rotate") == {"state": "ok", "kek_version": 2, "rewrapped": 1}
        event = LoggedEvent.objects.get(kind="vault:key:rotated")
    entry = json.loads(bytes(event.entry))
    assert entry["object"] == "kek:2"
    assert entry["data"] == {
        "key": str(configured.keyring.store.keks()[1].kek_id),
        "rewrapped": 1,
    }


def test_a_changed_key_fails_the_status(configured, subject):
    configured.new_subject(subject)
    plain = sqlite3.connect(current.settings().key_store)
    plain.execute("UPDATE key_material SET wrapped = randomblob(length(wrapped))")
    plain.commit()
    plain.close()
    with pytest.raises(CommandError, match="do not unwrap") as caught:
        call_command("vault", "status")
    assert caught.value.returncode == 1
