"""What each database role may do with each table: deny by default, one row a table.

A table without a row fails `apply_grants`, so a new model cannot be forgotten. Letters:
S select, I insert, U update, D delete. Columns: web, worker, sequencer, operator.
"""

from typing import Final, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from appliance.ops.provision import SERVICES, role_name


class Grant(NamedTuple):
    web: str = ""
    worker: str = ""
    sequencer: str = ""
    operator: str = ""


_READ_ALL: Final = Grant("S", "S", "S", "S")
# The log: whoever acts may add and read; nobody changes, nobody deletes.
_LOG: Final = Grant("SI", "SI", "SI", "SI")
_TREE: Final = Grant("S", "S", "SI", "S")

GRANTS: Final[dict[str, Grant]] = {
    # Django's own
    "django_migrations": _READ_ALL,
    "django_content_type": _READ_ALL,
    "django_session": Grant("SIUD", "SD"),
    "auth_group": Grant("S"),
    "auth_group_permissions": Grant("S"),
    "auth_permission": Grant("S"),
    # the log
    "audit_logged_event": _LOG,
    "audit_leaf": _TREE,
    "audit_tile": _TREE,
    "audit_signed_checkpoint": _TREE,
    # data subjects
    "privacy_subject": Grant("SIU", "SU", "", "SU"),
    # proposals that need a second person; a trigger keeps what was proposed
    "approval_proposal": Grant("SIU", "SU", "", "SIU"),
    # people
    "accounts_person": Grant("S", "S", "", "SI"),
    "accounts_account": Grant("SU", "S", "", "SIU"),
    "accounts_role_assignment": Grant("S", "S", "", "SI"),
    # conversations: kept, never deleted; a person's words die with their key
    "desk_conversation": Grant("SIU", "SU", "", "S"),
    "desk_message": Grant("SIU", "SIU", "", "S"),
    "desk_feedback": Grant("SIU", "S", "", "S"),
    "desk_survey": Grant("SI", "S", "", "S"),
    "assistant_evidence": Grant("SI", "SI", "", "S"),
    "channels_browser_session": Grant("SIU", "S"),
    "channels_customer": Grant("SIU", "S", "", "S"),
    "channels_used_claim": Grant("SI", "SD"),
    "channels_budget": Grant("SIU", "SD"),
    # knowledge: the index of a superseded version goes, the version stays
    "knowledge_article": Grant("SIU", "SIU", "", "SIU"),
    "knowledge_version": Grant("SIU", "SIU", "", "SIU"),
    "knowledge_passage": Grant("SID", "SID", "", "SID"),
    "knowledge_posting": Grant("SID", "SID", "", "SID"),
    # the box itself
    "ops_installation": Grant("S", "S", "S", "SI"),
    "ops_heartbeat": Grant("SIU", "SIU", "SIU", "S"),
    # procrastinate: the web process queues, the worker works
    "procrastinate_jobs": Grant("SI", "SIUD", "", "SI"),
    "procrastinate_events": Grant("SI", "SIUD", "", "SI"),
    "procrastinate_periodic_defers": Grant("", "SIUD"),
    "procrastinate_workers": Grant("S", "SIUD", "", "S"),
}


class UngrantedTableError(Exception):
    """A table has no row in GRANTS, or a row has no table."""


def apply_grants(connection: BaseDatabaseWrapper) -> None:
    """Bring the database's privileges to exactly what GRANTS says. Run as the owner."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        missing, gone = sorted(tables - GRANTS.keys()), sorted(GRANTS.keys() - tables)
        if missing or gone:
            raise UngrantedTableError(f"tables without a grant {missing}, grants without {gone}")
        for service in SERVICES:
            _apply_to(cursor, service, tables)


_WORDS: Final = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}


def _apply_to(cursor: CursorWrapper, service: str, tables: set[str]) -> None:
    role = sql.Identifier(role_name(service))
    cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(role))
    cursor.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
    for table in sorted(tables):
        letters = getattr(GRANTS[table], service)
        if letters:
            words = sql.SQL(", ").join(sql.SQL(_WORDS[letter]) for letter in letters)
            cursor.execute(
                sql.SQL("GRANT {} ON {} TO {}").format(words, sql.Identifier(table), role)
            )
