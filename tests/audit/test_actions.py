"""Appending: in the caller's transaction, or in none of its own."""

import itertools

import pytest
from django.db import DatabaseError, connection, transaction

from audit.actions import append, append_refusal
from audit.entries import decode
from audit.errors import InsideTransactionError, OutsideTransactionError
from audit.events import AccessRefused, SessionOpened
from audit.models import LoggedEvent
from tests.audit.writing import integrate, write

EVENT = SessionOpened(actor="person:0190f000-0000-7000-8000-00000000000a", origin="web:/login/")
REFUSAL = AccessRefused(actor="anonymous", origin="web:/desk/", route="/desk/", method="GET")


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_of_its_change():
    with pytest.raises(OutsideTransactionError):
        append(EVENT)
    assert not LoggedEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_a_change_that_is_rolled_back():
    with transaction.atomic():
        append(EVENT)
        transaction.set_rollback(True)
    assert not LoggedEvent.objects.exists()


@pytest.mark.django_db
def test_an_event_is_stored_as_its_entry_and_search_columns():
    with transaction.atomic():
        event_id = append(EVENT)
    row = LoggedEvent.objects.get(id=event_id)
    entry = decode(bytes(row.entry))
    assert (entry["id"], entry["kind"], entry["actor"]) == (str(row.id), row.kind, row.actor)
    assert row.xact > 0


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_committed_by_itself():
    event_id = append_refusal(REFUSAL)
    connection.close()
    assert LoggedEvent.objects.filter(id=event_id).exists()
    with pytest.raises(InsideTransactionError), transaction.atomic():
        append_refusal(REFUSAL)


@pytest.mark.django_db
def test_a_refusal_can_be_recorded_within_a_test_case():
    assert append_refusal(REFUSAL)


TABLES = ("audit_logged_event", "audit_leaf", "audit_tile", "audit_signed_checkpoint")
CHANGES = ("DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET {} = {}")


def changed_column(table):
    return {"audit_logged_event": "kind", "audit_leaf": "hash", "audit_tile": "root"}.get(
        table, "note"
    )


@pytest.mark.django_db(transaction=True)
def test_nobody_changes_the_log(as_role):
    """The migrator acts as the tables' owner, who has every grant; the trigger still says no."""
    cases = itertools.product(["web", "worker", "sequencer", "operator", "migrator"], TABLES)
    for role, table in cases:
        column = changed_column(table)
        with as_role(role):
            for change in CHANGES:
                with pytest.raises(DatabaseError) as fault, connection.cursor() as cursor:
                    cursor.execute(change.format(table, column, column))
                assert fault.value.__cause__.sqlstate == "42501"
                assert ("INSERT only" in str(fault.value)) == (role == "migrator")


@pytest.mark.django_db(transaction=True)
def test_a_superuser_slips_on_the_trigger_too(superuser, as_role):
    write(2)
    integrate(as_role)
    superuser.autocommit = True
    superuser.execute("SET session_replication_role = replica")
    for table in TABLES:
        with pytest.raises(Exception, match="INSERT only"):
            superuser.execute(f"DELETE FROM {table}")


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES[1:])
def test_only_the_sequencer_writes_the_tree(table):
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} DEFAULT VALUES")
