"""The log's tables take INSERT only, whoever asks.

Grants keep the run-time roles out; the trigger also stops the owner and a
superuser's slip. `ENABLE ALWAYS` holds under `session_replication_role =
replica` too. Whoever drops the trigger leaves a hole that `audit verify`
against an anchor kept elsewhere brings to light; see the threat model.
"""

from typing import ClassVar

from django.db import migrations

TABLES = ("audit_logged_event", "audit_leaf", "audit_tile", "audit_signed_checkpoint")

FUNCTION = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'got % on %, want INSERT only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
"""

TRIGGER = """
CREATE TRIGGER audit_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER audit_insert_only;
"""


class Migration(migrations.Migration):
    """Adds the trigger to each table."""

    dependencies: ClassVar = [("audit", "0001_log")]

    operations: ClassVar = [
        migrations.RunSQL(
            FUNCTION,
            "DROP FUNCTION audit_refuse_change();",
        ),
        *(
            migrations.RunSQL(
                TRIGGER.format(table=table),
                f"DROP TRIGGER audit_insert_only ON {table};",
            )
            for table in TABLES
        ),
    ]
