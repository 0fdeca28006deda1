import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.actions import append
from audit.events import PersonCreated
from audit.ids import uuid7
from audit.models import LoggedEvent
from compliance.approval import registry
from compliance.approval.actions import (
    approve,
    expire_due,
    propose,
    propose_undo,
    reject,
    withdraw,
)
from compliance.approval.errors import (
    AlreadyDecidedError,
    KindTakenError,
    NotEntitledError,
    NotProposerError,
    NotUndoableError,
    ProposalExpiredError,
    SelfApprovalError,
    UnknownKindError,
    UnknownProposalError,
)
from compliance.approval.models import Proposal
from compliance.approval.queries import proposal_for, waiting_for
from compliance.approval.registry import Actor, Difference, Roles, register
from compliance.privacy.actions import create_subject, erase_subject
from compliance.vault.errors import EnvelopeError, KeyDestroyedError

NOW = datetime(2026, 1, 31, 9, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICER = frozenset({"compliance_officer"})
ANNA = Actor(UUID("01890a5d-ac96-774b-bcce-b302099a8057"), OFFICER, "web:/policy/")
BEN = Actor(UUID("01890a5d-ac96-774b-bcce-b302099a8058"), OFFICER, "web:/policy/")
AGENT = Actor(UUID("01890a5d-ac96-774b-bcce-b302099a8059"), frozenset({"agent"}), "web:/desk/")

pytestmark = pytest.mark.django_db(transaction=True)


class Area:
    """A part of the product that has changes approved."""

    def __init__(self):
        self.applied = []
        self.undone = []
        self.fault = None

    def apply(self, order):
        append(PersonCreated(actor="service:test", origin="test", object=order.object, roles=()))
        if self.fault:
            raise self.fault
        self.applied.append((order.object, order.payload))

    def undo(self, order):
        self.undone.append((order.object, order.payload))

    def describe(self, payload):
        words = payload.decode()
        return Difference(zh=f"改为 {words}", en=f"becomes {words}")


@pytest.fixture
def area(monkeypatch):
    monkeypatch.setattr(registry, "_kinds", {})
    made = Area()
    register(
        "test:limit",
        apply=made.apply,
        describe=made.describe,
        roles_allowed=Roles(OFFICER | {"agent"}, OFFICER),
        undo=made.undo,
    )
    register("test:final", apply=made.apply, describe=made.describe, roles_allowed=OFFICER)
    return made


@pytest.fixture
def proposal(area):
    return propose("test:limit", "limit:daily", payload=b"500", by=ANNA, now=NOW)


def entries(kind):
    rows = LoggedEvent.objects.filter(kind=kind).order_by("id")
    return [json.loads(bytes(row.entry)) for row in rows]


def test_a_second_person_approves_and_the_change_is_made(area, proposal):
    assert proposal.state == "proposed"
    assert area.applied == []
    done = approve(proposal.pk, by=BEN, now=NOW + HOUR)
    assert area.applied == [("limit:daily", b"500")]
    done.refresh_from_db()
    assert (done.state, done.decider_id, done.decided_at) == ("approved", BEN.person, NOW + HOUR)
    (made,), (agreed,) = entries("approval:proposal:made"), entries("approval:proposal:approved")
    assert made["actor"] == ANNA.name
    assert agreed["actor"] == BEN.name
    assert made["data"] == agreed["data"]
    assert made["data"]["action"] == "test:limit"
    assert made["data"]["digest"] == bytes(done.digest).hex()


def test_nothing_that_was_proposed_is_readable(proposal):
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM approval_proposal p")
        (row,) = cursor.fetchone()
    assert b"500".hex() not in row
    assert "becomes" not in row
    assert b"becomes".hex() not in row


@pytest.mark.parametrize("decide", [approve, reject])
def test_the_proposer_is_no_second_person(area, proposal, decide):
    # Another account of the same person is the same person.
    again = Actor(ANNA.person, OFFICER | {"supervisor"}, "cli")
    with pytest.raises(SelfApprovalError):
        decide(proposal.pk, by=again, now=NOW)
    assert area.applied == []
    proposal.refresh_from_db()
    assert proposal.state == "proposed"
    (refused,) = entries("approval:decision:refused")
    assert (refused["actor"], refused["outcome"]) == (ANNA.name, "refused")
    assert refused["data"] == {"action": "test:limit", "because": "SelfApprovalError"}
    assert refused["object"] == f"proposal:{proposal.pk}"


def test_the_database_knows_that_too(proposal):
    rows = Proposal.objects.filter(pk=proposal.pk)
    with pytest.raises(IntegrityError, match="a_second_person_decides"):
        rows.update(state="approved", decider_id=ANNA.person, decided_at=NOW)
    for change in (
        {"state": "approved"},
        {"state": "approved", "decided_at": NOW},
        {"state": "expired", "decider_id": BEN.person, "decided_at": NOW},
        {"state": "unheard-of", "decider_id": BEN.person, "decided_at": NOW},
    ):
        with pytest.raises(IntegrityError, match="a_state_has_its_decision"):
            rows.update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"payload": b"900"},
        {"digest": bytes(32)},
        {"difference": b"x"},
        {"proposer_id": uuid4()},
        {"kind": "test:final"},
        {"object": "limit:monthly"},
        {"expires_at": NOW + 99 * HOUR},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_was_proposed_stays(proposal, superuser, change):
    with pytest.raises(DatabaseError, match="change of what was proposed"):
        Proposal.objects.filter(pk=proposal.pk).update(**change)


def test_even_a_superuser_deletes_nothing(proposal, superuser):
    for statement in ("DELETE FROM approval_proposal", "TRUNCATE approval_proposal"):
        with pytest.raises(Exception, match="want INSERT or a decision"):
            superuser.execute(statement)
        superuser.rollback()


def test_what_was_decided_stays(area, proposal):
    reject(proposal.pk, by=BEN, now=NOW)
    with pytest.raises(DatabaseError, match="want no second decision"):
        Proposal.objects.filter(pk=proposal.pk).update(state="approved")
    with pytest.raises(AlreadyDecidedError, match="got rejected, want proposed"):
        approve(proposal.pk, by=BEN, now=NOW)
    assert area.applied == []
    assert len(entries("approval:proposal:rejected")) == 1


def test_roles_bind_proposer_and_approver(area):
    proposal = propose("test:limit", "limit:daily", payload=b"1", by=AGENT, now=NOW)
    other = Actor(uuid4(), frozenset({"agent"}), "web:/desk/")
    with pytest.raises(NotEntitledError, match="compliance_officer"):
        approve(proposal.pk, by=other, now=NOW)
    with pytest.raises(NotEntitledError):
        propose("test:final", "limit:daily", payload=b"1", by=AGENT, now=NOW)
    refused = entries("approval:decision:refused")
    assert [each["object"] for each in refused] == [f"proposal:{proposal.pk}", "kind:test:final"]
    assert Proposal.objects.count() == 1


def test_a_change_that_fails_leaves_the_proposal_open(area, proposal):
    area.fault = RuntimeError("no room")
    with pytest.raises(RuntimeError, match="no room"):
        approve(proposal.pk, by=BEN, now=NOW)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decider_id) == ("proposed", None)
    assert entries("accounts:person:created") == []
    assert entries("approval:proposal:approved") == []
    area.fault = None
    approve(proposal.pk, by=BEN, now=NOW)


def test_expiry(area, proposal):
    late = propose("test:limit", "limit:daily", payload=b"2", by=ANNA, now=NOW + HOUR)
    week = timedelta(days=7)
    assert expire_due(now=NOW + week - HOUR) == 0
    with pytest.raises(ProposalExpiredError):
        approve(proposal.pk, by=BEN, now=NOW + week)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_at) == ("expired", NOW + week)
    assert expire_due(now=NOW + week + HOUR) == 1
    assert [each["object"] for each in entries("approval:proposal:expired")] == [
        f"proposal:{proposal.pk}",
        f"proposal:{late.pk}",
    ]
    assert area.applied == []


def test_withdrawing_is_for_the_proposer(proposal):
    with pytest.raises(NotProposerError):
        withdraw(proposal.pk, by=BEN, now=NOW)
    withdraw(proposal.pk, by=ANNA, now=NOW)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decider_id) == ("withdrawn", None)
    with pytest.raises(AlreadyDecidedError):
        approve(proposal.pk, by=BEN, now=NOW)
    assert len(entries("approval:proposal:withdrawn")) == 1


def test_undoing_needs_two_people_as_well(area, proposal):
    with pytest.raises(NotUndoableError, match="got proposed"):
        propose_undo(proposal.pk, by=ANNA, now=NOW)
    approve(proposal.pk, by=BEN, now=NOW)
    undoing = propose_undo(proposal.pk, by=BEN, now=NOW + HOUR)
    with pytest.raises(IntegrityError, match="one_undoing_at_a_time"):
        propose_undo(proposal.pk, by=ANNA, now=NOW + HOUR)
    assert proposal_for(ANNA, undoing.pk).difference.en == "Undo: becomes 500"
    with pytest.raises(SelfApprovalError):
        approve(undoing.pk, by=BEN, now=NOW + HOUR)
    approve(undoing.pk, by=ANNA, now=NOW + HOUR)
    assert area.undone == [("limit:daily", b"500")]
    assert len(area.applied) == 1
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decider_id) == ("undone", BEN.person)
    for again in (proposal.pk, undoing.pk):
        with pytest.raises(NotUndoableError):
            propose_undo(again, by=ANNA, now=NOW)


def test_some_kinds_cannot_be_undone(area):
    final = propose("test:final", "limit:daily", payload=b"1", by=ANNA, now=NOW)
    approve(final.pk, by=BEN, now=NOW)
    with pytest.raises(NotUndoableError, match="kind test:final"):
        propose_undo(final.pk, by=ANNA, now=NOW)


def test_who_sees_what_and_that_it_is_recorded(area, proposal):
    shown = proposal_for(BEN, proposal.pk)
    assert shown.difference == Difference(zh="改为 500", en="becomes 500")
    assert shown.is_decidable
    assert not proposal_for(ANNA, proposal.pk).is_decidable
    assert [each["actor"] for each in entries("approval:proposal:viewed")] == [BEN.name, ANNA.name]
    with pytest.raises(UnknownProposalError):
        proposal_for(AGENT, proposal.pk)
    with pytest.raises(UnknownProposalError):
        proposal_for(BEN, uuid7())
    assert list(waiting_for(BEN)) == [proposal]
    assert list(waiting_for(ANNA)) == list(waiting_for(AGENT)) == []


def test_a_proposal_about_a_subject_dies_with_its_key(area):
    subject = create_subject(now=NOW, actor="service:web", origin="web:/chat/")
    about = {"payload": b"reveal", "by": ANNA, "now": NOW, "subject_id": subject.pk}
    proposal = propose("test:limit", "message:1", **about)
    assert proposal_for(BEN, proposal.pk).difference.en == "becomes reveal"
    (made,) = entries("approval:proposal:made")
    assert made["subject"] == str(subject.pk)
    erase_subject(subject.pk, actor="service:web", origin="test", now=NOW)
    with pytest.raises(KeyDestroyedError):
        approve(proposal.pk, by=BEN, now=NOW)
    assert area.applied == []


def test_swapped_payloads_are_refused(area, superuser):
    one, two = (
        propose("test:limit", "limit:daily", payload=word, by=ANNA, now=NOW)
        for word in (b"500", b"900")
    )
    superuser.execute("ALTER TABLE approval_proposal DISABLE TRIGGER approval_proposal_stays")
    superuser.execute(
        "UPDATE approval_proposal SET payload ="
        " (SELECT payload FROM approval_proposal WHERE id = %s) WHERE id = %s",
        (two.pk, one.pk),
    )
    superuser.commit()
    with pytest.raises(EnvelopeError):
        approve(one.pk, by=BEN, now=NOW)
    assert area.applied == []


def test_unknown_names(area):
    with pytest.raises(UnknownKindError):
        propose("test:none", "limit:daily", payload=b"", by=ANNA, now=NOW)
    with pytest.raises(UnknownProposalError):
        approve(uuid7(), by=BEN, now=NOW)
    with pytest.raises(KindTakenError):
        register("test:limit", apply=area.apply, describe=area.describe, roles_allowed=OFFICER)


def test_a_decision_is_a_transaction_of_its_own(area, proposal):
    with pytest.raises(RuntimeError), transaction.atomic():
        approve(proposal.pk, by=BEN, now=NOW)
    proposal.refresh_from_db()
    assert proposal.state == "proposed"


@pytest.mark.parametrize(("role", "may"), [("worker", True), ("sequencer", False)])
def test_the_job_expires_as_the_worker(area, proposal, as_role, role, may):
    with as_role(role):
        if may:
            assert expire_due(now=NOW + timedelta(days=8)) == 1
        else:
            with pytest.raises(DatabaseError, match="permission denied"):
                expire_due(now=NOW)


def test_two_deciders_at_once_make_one_decision(area, proposal):
    import threading

    outcomes, carol = [], Actor(uuid4(), OFFICER, "web:/policy/")

    def work(by):
        try:
            approve(proposal.pk, by=by, now=NOW)
            outcomes.append("approved")
        except AlreadyDecidedError:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(by,)) for by in (BEN, carol)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "too late"]
    assert len(area.applied) == 1
