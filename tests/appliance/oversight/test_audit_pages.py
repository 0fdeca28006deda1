"""The auditor's pages through HTTP: what is found, what is taken, what each leaves behind."""

import io
import json
import zipfile
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from appliance.oversight.wording import KINDS
from audit import wiring
from audit.checkpoint import origin_of, verify_checkpoint
from audit.events import CATALOGUE
from audit.keys import generate_keys, load_signers
from audit.models import LoggedEvent
from audit.sequencer import integrate_once
from compliance.privacy.actions import create_subject
from tests.people import person_with

pytestmark = pytest.mark.django_db(transaction=True)
INSTALLATION = UUID("01980000-0000-7000-8000-000000000002")


@pytest.fixture
def wired(tmp_path):
    before = list(wiring._current)
    generate_keys(tmp_path)
    signers = load_signers(tmp_path, origin_of(INSTALLATION))
    wiring.configure(installation_id=INSTALLATION, signers=signers)
    yield
    wiring._current[:] = before


@pytest.fixture
def integrate(wired, as_role):
    def look():
        with as_role("sequencer"):
            integrate_once(wiring.current().required_signers(), timezone.now())

    return look


@pytest.fixture
def auditor(as_role):
    with as_role("operator"):
        account = person_with("auditor")
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    client.actor = f"person:{account.person_id}"
    return client


@pytest.fixture
def subjects(box):
    now = timezone.now()
    return [create_subject(now=now, actor="service:web", origin="test") for _ in range(5)]


def last(kind):
    row = LoggedEvent.objects.filter(kind=kind).latest("id")
    return json.loads(bytes(row.entry))


def test_every_kind_of_event_has_words():
    shipped = {
        kind for kind, event in CATALOGUE.items() if not event.__module__.startswith("tests")
    }
    assert sorted(shipped - KINDS.keys()) == []


def test_search_by_subject_leaves_an_event_with_the_filters_names_alone(auditor, subjects):
    wanted = subjects[2].pk
    answer = auditor.get("/audit/", {"subject": str(wanted), "kind": "privacy:"})
    found = last("audit:trail:searched")
    assert found["actor"] == auditor.actor
    assert found["data"]["filters"] == ["subject", "kind"]
    assert found["data"]["results"] == len(answer.context["rows"]) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"start": "yesterday"},
        {"actor": "Zhang Wei"},
        {"subject": "x"},
        {"kind": "nothing:like:this"},
        {"object": "a' OR 1=1"},
    ],
)
def test_bad_filters_say_what_to_write(auditor, query):
    answer = auditor.get("/audit/", query)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_a_forged_cursor_is_not_found(auditor):
    assert auditor.get("/audit/", {"cursor": "x", "kind": "desk:"}).status_code == 404


def test_pages_follow_one_another_without_gap_or_repeat(auditor, box):
    now = timezone.now()
    for _ in range(60):
        create_subject(now=now, actor="service:web", origin="test")
    first = auditor.get("/audit/", {"kind": "privacy:"})
    second = auditor.get(f"/audit/?{first.context['older']}")
    seen = [row.id for row in first.context["rows"]] + [row.id for row in second.context["rows"]]
    assert len(seen) == len(set(seen)) == 60


def test_an_entry_is_shown_with_its_proof(auditor, subjects, integrate):
    event = LoggedEvent.objects.filter(subject=subjects[0].pk).first()
    assert auditor.get(f"/audit/entries/{event.pk}/").status_code == 404
    integrate()
    answer = auditor.get(f"/audit/entries/{event.pk}/")
    assert answer.context["holds"]
    assert answer.context["raw"] == bytes(event.entry).decode()
    assert last("audit:entry:viewed")["object"] == f"event:{event.pk}"
    assert auditor.get(f"/audit/entries/{uuid4()}/").status_code == 404


def test_a_pack_is_recorded_before_it_leaves(auditor, subjects, integrate):
    integrate()
    answer = auditor.post(
        "/audit/export/pack/",
        {"start": "2020-01-01T00:00", "end": "2100-01-01T00:00", "subject": str(subjects[1].pk)},
    )
    content = b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        lines = pack.read("entries.jsonl").splitlines()
    assert all(str(subjects[1].pk) in json.loads(line)["entry"] for line in lines)
    taken = last("audit:pack:exported")
    assert taken["data"]["entries"] == len(lines) > 0
    assert taken["subject"] == str(subjects[1].pk)


def test_a_pack_that_cannot_be_made_says_so(auditor, wired):
    answer = auditor.post(
        "/audit/export/pack/", {"start": "2020-01-01T00:00", "end": "2100-01-01T00:00"}
    )
    assert answer.status_code == 503
    assert "nothing is signed yet" in answer.content.decode()
    wrong = auditor.post(
        "/audit/export/pack/", {"start": "2100-01-01T00:00", "end": "2020-01-01T00:00"}
    )
    assert wrong.status_code == 400


def test_a_checkpoint_can_be_kept(auditor, subjects, integrate):
    integrate()
    note = auditor.post("/audit/export/checkpoint/").content.decode()
    held = wiring.current()
    assert verify_checkpoint(note, held.keys, origin=held.origin).size > 0
    assert last("audit:checkpoint:exported")["actor"] == auditor.actor


def test_a_changed_entry_is_shown_as_broken_not_hidden(auditor, subjects, integrate, superuser):
    integrate()
    event = LoggedEvent.objects.filter(subject=subjects[0].pk).first()
    superuser.execute("ALTER TABLE audit_logged_event DISABLE TRIGGER USER")
    superuser.execute(
        "UPDATE audit_logged_event SET entry = 'not an entry' WHERE id = %s", [event.pk]
    )
    answer = auditor.get(f"/audit/entries/{event.pk}/")
    assert answer.status_code == 200
    assert not answer.context["holds"]
    assert "does NOT lead" in answer.content.decode()
    trail = auditor.get("/audit/", {"subject": str(subjects[0].pk)})
    assert "unreadable" in trail.content.decode()
