"""What each database role may do with each table: deny by default, one row a table.

A table without a row fails `apply_grants`, so a new model cannot be forgotten. Letters:
S select, I insert, U update, D delete; "SI(reply claimed_at)" selects, inserts and updates these
columns alone. Services: web, worker, sequencer, operator. A sequence may be used by those who
may insert into its table.
"""

import re
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


class Right(NamedTuple):
    """What one service may do with one table: letters for whole rows, columns to update."""

    letters: str
    columns: tuple[str, ...] = ()


_RIGHT: Final = re.compile(r"([SIUD]*)(?:\(([a-z_ ]+)\))?")


def right_of(service: str, table: str) -> Right:
    """Read a cell of GRANTS. Raises: ValueError for what is no right."""
    cell: str = getattr(GRANTS[table], service)
    found = _RIGHT.fullmatch(cell)
    if found is None:
        raise ValueError(f"grant of {service} on {table}: got {cell!r}, want letters(columns)")
    return Right(found[1], tuple((found[2] or "").split()))


_READ_ALL: Final = Grant("S", "S", "S", "S")
# The log: whoever acts may add and read; nobody changes, nobody deletes.
_LOG: Final = Grant("SI", "SI", "SI", "SI")
_TREE: Final = Grant("S", "S", "SI", "S")
# What may become of a row; everything else in it stays as it was written.
_ERASED: Final = "(erasure_began_at erased_at)"
_ATTEMPTED: Final = "(failures locked_until last_login)"
_MOVED: Final = "(state agent_id waiting_since waiting_reason last_at next_place ledger)"
_ANSWERED: Final = "(reply claimed_at)"
_TURNED: Final = "(token former rotated_at confirmed_at begun_as)"
_PUBLISHED: Final = "(state approved_by_id published_at)"
# Nothing of it changes; a lock needs the right to change something.
_LOCKED: Final = "(owner_id)"

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
    "privacy_subject": Grant(f"SI{_ERASED}", f"S{_ERASED}", "", f"S{_ERASED}"),
    # proposals that need a second person; a trigger keeps what was proposed
    "approval_proposal": Grant("SIU", "SU", "", "SIU"),
    # people
    "accounts_person": Grant("S", "S", "", "SI"),
    "accounts_account": Grant(f"S{_ATTEMPTED}", "S", "", "SIU"),
    "accounts_role_assignment": Grant("S", "S", "", "SI"),
    # conversations: kept, never deleted; a person's words die with their key
    "desk_conversation": Grant(f"SI{_MOVED}", f"S{_MOVED}", "", "S"),
    "desk_message": Grant(f"SI{_ANSWERED}", f"SI{_ANSWERED}", "", "S"),
    "desk_feedback": Grant("SI(is_helpful at)", "S", "", "S"),
    "desk_survey": Grant("SI", "S", "", "S"),
    "assistant_evidence": Grant("SI", "SI", "", "S"),
    "channels_browser_session": Grant(f"SI{_TURNED}", "S"),
    "channels_customer": Grant("SI(subject_id)", "S", "", "S"),
    "channels_used_claim": Grant("SI", "SD"),
    "channels_budget": Grant("SI(minute spent)", "SD"),
    # knowledge: the index of a superseded version goes, the version stays
    "knowledge_article": Grant(*(f"SI{_LOCKED}",) * 2, "", f"SI{_LOCKED}"),
    "knowledge_version": Grant(*(f"SI{_PUBLISHED}",) * 2, "", f"SI{_PUBLISHED}"),
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
# Which sequence feeds which table (pg_depend: "a" a serial column's, "i" an identity's).
_SEQUENCES: Final = """
SELECT s.relname, t.relname FROM pg_depend AS d
JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_class AS t ON t.oid = d.refobjid
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
  AND d.deptype IN ('a', 'i') AND s.relnamespace = 'public'::regnamespace
"""


def sequences(cursor: CursorWrapper) -> dict[str, str]:
    """The database's sequences, each with the table that it numbers."""
    cursor.execute(_SEQUENCES)
    return dict(cursor.fetchall())


def _apply_to(cursor: CursorWrapper, service: str, tables: set[str]) -> None:
    role = sql.Identifier(role_name(service))
    for kind in ("TABLES", "SEQUENCES"):
        cursor.execute(
            sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA public FROM {}").format(sql.SQL(kind), role)
        )
    for table in sorted(tables):
        words = _spelt(right_of(service, table))
        if words:
            cursor.execute(
                sql.SQL("GRANT {} ON {} TO {}").format(
                    sql.SQL(", ").join(words), sql.Identifier(table), role
                )
            )
    for sequence, table in sequences(cursor).items():
        if "I" in right_of(service, table).letters:
            cursor.execute(
                sql.SQL("GRANT USAGE ON SEQUENCE {} TO {}").format(sql.Identifier(sequence), role)
            )


def _spelt(right: Right) -> list[sql.Composable]:
    words: list[sql.Composable] = [sql.SQL(_WORDS[letter]) for letter in right.letters]
    if right.columns:
        names = sql.SQL(", ").join(map(sql.Identifier, right.columns))
        words.append(sql.SQL("UPDATE ({})").format(names))
    return words
