"""Every table has a row, and each role can do exactly what its row says."""

import pytest
from django.db import ProgrammingError, connection
from psycopg import errors

from appliance.ops.grants import GRANTS
from appliance.ops.provision import OWNER, SERVICES, role_name

_WORDS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}
_NEVER = ("TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.mark.django_db
@pytest.mark.parametrize("service", SERVICES)
def test_privileges_are_exactly_those_listed(service):
    with connection.cursor() as cursor:
        for table, row in GRANTS.items():
            for letter, word in _WORDS.items():
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, %s)", [role_name(service), table, word]
                )
                assert cursor.fetchone()[0] == (letter in getattr(row, service)), (table, word)
            for word in _NEVER:
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, %s)", [role_name(service), table, word]
                )
                assert not cursor.fetchone()[0], (table, word)


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
