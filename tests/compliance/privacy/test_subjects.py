import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from audit.ids import uuid7
from audit.models import LoggedEvent
from compliance.privacy import actions
from compliance.privacy.actions import (
    begin_erasure,
    create_subject,
    erase_subject,
    finish_erasure,
    finish_started_erasures,
)
from compliance.privacy.errors import NotErasedError, SubjectErasedError, UnknownSubjectError
from compliance.privacy.models import DataSubject
from compliance.privacy.queries import certificate_of, living_subject, unfinished_erasures
from compliance.vault.errors import KeyDestroyedError, UnknownKeyError
from compliance.vault.places import Place

NOW = datetime(2026, 1, 31, 9, 5, tzinfo=UTC)
WHO = {"actor": "service:web", "origin": "web:/chat/"}
OFFICER = {"actor": "person:01890a5d-ac96-774b-bcce-b302099a8057", "origin": "web:/privacy/"}

pytestmark = pytest.mark.django_db


def events(subject):
    rows = LoggedEvent.objects.filter(subject=subject.pk).order_by("id")
    return [json.loads(bytes(row.entry)) for row in rows]


def kinds(subject):
    return [entry["kind"] for entry in events(subject)]


def place_of(subject):
    return Place("desk_message", "body", uuid7(), subject.pk)


def test_a_new_subject_has_a_row_a_key_and_two_events(vault):
    subject = create_subject(now=NOW, **WHO)
    assert living_subject(subject.pk).created_at == NOW
    place = place_of(subject)
    assert vault.open(vault.seal(b"x", place), place) == b"x"
    assert kinds(subject) == ["vault:key:created", "privacy:subject:created"]


def test_a_rolled_back_subject_leaves_no_row_and_no_event():
    with transaction.atomic():
        subject = create_subject(now=NOW, **WHO)
        transaction.set_rollback(True)
    assert not DataSubject.objects.exists()
    assert kinds(subject) == []


def test_erasing_destroys_marks_and_certifies(vault):
    subject, other = (create_subject(now=NOW, **WHO) for _ in range(2))
    place, kept = place_of(subject), place_of(other)
    envelope, kept_envelope = vault.seal(b"x", place), vault.seal(b"y", kept)
    (key,) = (row.name.key_id for row in vault.keyring.store.all_of(f"subject:{subject.pk}"))

    certificate = erase_subject(subject.pk, now=NOW, **OFFICER)

    with pytest.raises(KeyDestroyedError):
        vault.open(envelope, place)
    assert vault.open(kept_envelope, kept) == b"y"
    subject.refresh_from_db()
    assert subject.erasure_began_at == NOW
    assert certificate.keys == (key,)
    assert certificate.closed_from - certificate.destroyed_at == timedelta(days=30)
    assert subject.erased_at >= certificate.destroyed_at
    assert kinds(subject)[2:] == [
        "privacy:erasure:begun",
        "vault:key:destroyed",
        "privacy:subject:erased",
        "privacy:erasure:certified",
    ]
    certified = events(subject)[-1]
    assert certified["actor"] == OFFICER["actor"]
    assert certified["data"]["keys"] == [str(key)]
    with pytest.raises(SubjectErasedError):
        living_subject(subject.pk)


def test_erasing_again_changes_nothing():
    subject = create_subject(now=NOW, **WHO)
    first = erase_subject(subject.pk, now=NOW, **OFFICER)
    before = kinds(subject)
    assert erase_subject(subject.pk, now=NOW + timedelta(days=1), **OFFICER) == first
    assert certificate_of(subject.pk) == first
    assert kinds(subject) == before


def test_unknown_and_living_subjects():
    with pytest.raises(UnknownSubjectError):
        erase_subject(uuid4(), now=NOW, **OFFICER)
    subject = create_subject(now=NOW, **WHO)
    with pytest.raises(NotErasedError):
        certificate_of(subject.pk)
    with pytest.raises(NotErasedError):
        finish_erasure(subject.pk, **OFFICER)


@pytest.mark.parametrize("at", ["before the key", "after the key"])
def test_a_crash_half_way_is_completed(vault, monkeypatch, at):
    subject = create_subject(now=NOW, **WHO)
    place = place_of(subject)
    envelope = vault.seal(b"x", place)

    def crash(*_args, **_named):
        raise RuntimeError("the power went")

    broken = "vault" if at == "before the key" else "certificate_of"
    with monkeypatch.context() as patch:
        patch.setattr(actions, broken, crash)
        with pytest.raises(RuntimeError):
            erase_subject(subject.pk, now=NOW, **OFFICER)

    subject.refresh_from_db()
    assert subject.erased_at is None
    assert unfinished_erasures() == [subject.pk]
    with pytest.raises(SubjectErasedError):
        living_subject(subject.pk)
    assert finish_started_erasures(actor="service:worker", origin="worker") == 1
    assert unfinished_erasures() == []
    with pytest.raises(KeyDestroyedError):
        vault.open(envelope, place)
    assert kinds(subject)[-3:] == [
        "vault:key:destroyed",
        "privacy:subject:erased",
        "privacy:erasure:certified",
    ]


def test_a_subject_without_a_key_is_not_certified(vault):
    subject = DataSubject.objects.create(created_at=NOW)
    with pytest.raises(UnknownKeyError):
        erase_subject(subject.pk, now=NOW, **OFFICER)
    subject.refresh_from_db()
    assert subject.erased_at is None


def test_the_database_refuses_an_erasure_that_never_began():
    subject = create_subject(now=NOW, **WHO)
    with pytest.raises(IntegrityError, match="erased_after_erasure_began"), transaction.atomic():
        DataSubject.objects.filter(pk=subject.pk).update(erased_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_erasure_within_a_larger_change(vault):
    subject = create_subject(now=NOW, **WHO)
    place = place_of(subject)
    envelope = vault.seal(b"x", place)
    with transaction.atomic():
        begin_erasure(subject.pk, now=NOW, **OFFICER)
        transaction.set_rollback(True)
    assert vault.open(envelope, place) == b"x"
    with transaction.atomic():
        begin_erasure(subject.pk, now=NOW, **OFFICER)
        assert vault.open(envelope, place) == b"x"
    with pytest.raises(KeyDestroyedError):
        vault.open(envelope, place)
    assert living_or_none(subject) is None


@pytest.mark.django_db(transaction=True)
def test_the_short_way_refuses_a_larger_change():
    subject = create_subject(now=NOW, **WHO)
    with pytest.raises(RuntimeError), transaction.atomic():
        erase_subject(subject.pk, now=NOW, **OFFICER)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["web", "worker", "operator"])
def test_each_role_that_erases_may(as_role, role):
    subject = create_subject(now=NOW, **WHO)
    with as_role(role):
        erase_subject(subject.pk, now=NOW, **OFFICER)
        assert DataSubject.objects.get(pk=subject.pk).erased_at is not None
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            connection.cursor().execute("DELETE FROM privacy_subject")


def living_or_none(subject):
    try:
        return living_subject(subject.pk)
    except SubjectErasedError:
        return None
