"""The database's roles, owner and extension: what a superuser does once.

Each service has a login role of its own with a password of its own; the owner of the tables
cannot log in; the migrator may act as the owner. What each role may do with each table is in
`grants.py` and applied after every migration.
"""

from collections.abc import Mapping

from psycopg import Connection, sql

OWNER = "strongroom_owner"
DATABASE = "strongroom"
SERVICES = ("web", "worker", "sequencer", "operator")

# Seconds; a service that forgets a transaction may not hold others up for ever.
_LIMITS = {
    "web": {"statement_timeout": "20s", "idle_in_transaction_session_timeout": "30s"},
    "worker": {"statement_timeout": "10min", "idle_in_transaction_session_timeout": "60s"},
    "sequencer": {"statement_timeout": "10min", "idle_in_transaction_session_timeout": "60s"},
    "operator": {"statement_timeout": "60min", "idle_in_transaction_session_timeout": "60min"},
}


def role_name(service: str) -> str:
    return f"strongroom_{service}"


def ensure_roles(connection: Connection, passwords: Mapping[str, str]) -> None:
    """Make or correct every role. passwords: service name or "migrator" → password."""
    _ensure(connection, OWNER, login=False)
    for service, password in passwords.items():
        name = role_name(service)
        _ensure(connection, name, login=True)
        # Hashed here: the server never sees the password, so neither does its log.
        hashed = connection.pgconn.encrypt_password(
            password.encode(), name.encode(), b"scram-sha-256"
        ).decode()
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(hashed))
        )
        for setting, value in _LIMITS.get(service, {}).items():
            connection.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
                )
            )
    connection.execute(
        sql.SQL("GRANT {} TO {}").format(
            sql.Identifier(OWNER), sql.Identifier(role_name("migrator"))
        )
    )


def _ensure(connection: Connection, name: str, *, login: bool) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    kind = "LOGIN NOINHERIT" if login else "NOLOGIN"
    words = f"{'ALTER' if found else 'CREATE'} ROLE {{}} {kind} NOSUPERUSER NOCREATEDB NOCREATEROLE"
    connection.execute(sql.SQL(words).format(sql.Identifier(name)))


def ensure_database(connection: Connection, name: str = DATABASE) -> bool:
    """Make the database where it is missing. Returns whether it was made."""
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found:
        return False
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
    )
    return True


def close_to_others(connection: Connection, database: str = DATABASE) -> None:
    """Inside the new database: its extension, and nothing for PUBLIC."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    connection.execute(
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
    )
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))
    for service in (*SERVICES, "migrator"):
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(database), sql.Identifier(role_name(service))
            )
        )
        connection.execute(
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role_name(service)))
        )
