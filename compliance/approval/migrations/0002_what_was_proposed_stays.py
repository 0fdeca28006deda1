"""What was proposed never changes, and what was decided is not reopened, whoever asks."""

from typing import ClassVar

from django.db import migrations

FUNCTION = """
CREATE FUNCTION approval_guard_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'got % on %, want INSERT or a decision', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF to_jsonb(NEW) - ARRAY['state', 'decider_id', 'decided_at']
        IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'decider_id', 'decided_at'] THEN
        RAISE EXCEPTION 'proposal %: got a change of what was proposed, want a decision', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state <> 'proposed' AND NOT (
        OLD.state = 'approved' AND NEW.state = 'undone'
        AND NEW.decider_id = OLD.decider_id AND NEW.decided_at = OLD.decided_at
    ) THEN
        RAISE EXCEPTION 'proposal %: got % after %, want no second decision',
            OLD.id, NEW.state, OLD.state USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
"""

TRIGGERS = """
CREATE TRIGGER approval_proposal_stays BEFORE UPDATE OR DELETE ON approval_proposal
    FOR EACH ROW EXECUTE FUNCTION approval_guard_change();
CREATE TRIGGER approval_proposal_is_kept BEFORE TRUNCATE ON approval_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION approval_guard_change();
ALTER TABLE approval_proposal ENABLE ALWAYS TRIGGER approval_proposal_stays;
ALTER TABLE approval_proposal ENABLE ALWAYS TRIGGER approval_proposal_is_kept;
"""


class Migration(migrations.Migration):
    """Adds the guard."""

    dependencies: ClassVar = [("approval", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION approval_guard_change();"),
        migrations.RunSQL(
            TRIGGERS,
            "DROP TRIGGER approval_proposal_stays ON approval_proposal;"
            "DROP TRIGGER approval_proposal_is_kept ON approval_proposal;",
        ),
    ]
