"""Every table has a row, and each role can do exactly what its row says."""

import pytest
from django.db import ProgrammingError, connection
from psycopg import errors

from appliance.ops.grants import GRANTS, Grant, right_of, sequences
from appliance.ops.provision import OWNER, SERVICES, role_name

_WORDS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}
_NEVER = ("TRUNCATE", "REFERENCES", "TRIGGER")


def may(cursor, kind, *what):
    cursor.execute(f"SELECT has_{kind}_privilege({', '.join(['%s'] * len(what))})", what)
    return cursor.fetchone()[0]


def columns_of(cursor, table):
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
@pytest.mark.parametrize("service", SERVICES)
def test_privileges_are_exactly_those_listed(service):
    role = role_name(service)
    with connection.cursor() as cursor:
        for table in GRANTS:
            right = right_of(service, table)
            for letter, word in _WORDS.items():
                assert may(cursor, "table", role, table, word) == (letter in right.letters), table
            for word in _NEVER:
                assert not may(cursor, "table", role, table, word), (table, word)
            columns = columns_of(cursor, table)
            assert columns >= set(right.columns)
            for word in ("SELECT", "INSERT", "UPDATE"):
                granted = {
                    name for name in columns if may(cursor, "column", role, table, name, word)
                }
                listed = set(right.columns) if word == "UPDATE" else set()
                assert granted == (columns if word[0] in right.letters else listed), (table, word)


@pytest.mark.django_db
@pytest.mark.parametrize("service", SERVICES)
def test_a_sequence_is_used_by_those_who_insert(service):
    with connection.cursor() as cursor:
        found = sequences(cursor)
        assert "procrastinate_jobs_id_seq" in found
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'S'")
        assert {name for (name,) in cursor.fetchall()} == found.keys()
        for sequence, table in found.items():
            inserts = "I" in right_of(service, table).letters
            role = role_name(service)
            assert may(cursor, "sequence", role, sequence, "USAGE") == inserts, sequence
            assert not may(cursor, "sequence", role, sequence, "UPDATE"), sequence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("desk_message", ("reply", "claimed_at")),
        ("knowledge_version", ("state", "approved_by_id", "published_at")),
        ("accounts_account", ("failures", "locked_until", "last_login")),
    ],
)
def test_the_web_process_changes_no_more_of_a_row_than_its_job_asks(table, columns):
    assert right_of("web", table).columns == columns
    assert "U" not in right_of("web", table).letters


@pytest.mark.parametrize("cell", ["X", "S(", "S()", "(reply)S", "S(Reply)", "s"])
def test_what_is_no_right_is_refused(monkeypatch, cell):
    monkeypatch.setitem(GRANTS, "desk_message", Grant(cell))
    with pytest.raises(ValueError, match="desk_message"):
        right_of("web", "desk_message")


@pytest.mark.django_db
def test_services_are_neither_owner_nor_superuser():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolcreaterole, rolcanlogin FROM pg_roles"
            " WHERE rolname LIKE 'strongroom%%'"
        )
        for name, is_super, makes_roles, can_login in cursor.fetchall():
            assert not is_super
            assert not makes_roles
            assert can_login == (name != OWNER)
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("strongroom_web",)


@pytest.mark.django_db(transaction=True)
def test_the_sequencer_cannot_read_conversations(as_role):
    with (
        as_role("sequencer"),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError) as refused,
    ):
        cursor.execute("SELECT * FROM desk_message")
    assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege)
