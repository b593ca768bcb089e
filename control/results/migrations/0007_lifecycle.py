from django.db import migrations, models

# The rule that must hold whatever writes: nothing is closed for being absent without two complete listings of its
# board, by two jobs that were completed, at least an hour apart, since before the first of which it was not seen.
PROOF = """
CREATE FUNCTION posting_absence_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM FROM listing AS earlier JOIN job AS first ON first.id = earlier.job_id,
            listing AS later JOIN job AS second ON second.id = later.job_id
        WHERE to_jsonb(earlier.id) = NEW.evidence->'listings'->0 AND to_jsonb(later.id) = NEW.evidence->'listings'->1
            AND earlier.complete AND later.complete AND first.state = 'completed' AND second.state = 'completed'
            AND (earlier.platform, earlier.tenant) = (NEW.platform, NEW.tenant)
            AND (later.platform, later.tenant) = (NEW.platform, NEW.tenant)
            AND earlier.url_sha256 = later.url_sha256
            AND first.sequence < second.sequence AND earlier.seen_at <= later.seen_at - interval '1 hour'
            AND OLD.fence[1] < first.sequence AND OLD.last_seen < earlier.seen_at;
        IF FOUND THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'posting % cannot be closed for being absent: its evidence names no two complete listings that '
        'prove it', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_absence_proof', TABLE = 'posting';
END
$$;
CREATE TRIGGER posting_absence_proof_of_new BEFORE INSERT ON posting FOR EACH ROW
    WHEN (NEW.close_reason = 'absence') EXECUTE FUNCTION posting_absence_proof();
CREATE TRIGGER posting_absence_proof BEFORE UPDATE ON posting FOR EACH ROW
    WHEN (NEW.close_reason = 'absence' AND OLD.close_reason IS DISTINCT FROM NEW.close_reason)
    EXECUTE FUNCTION posting_absence_proof();
"""
# Who deletes postings or jobs by plain SQL need not know what was kept of them. Django has no such constraints.
CASCADING = """
DO $$ DECLARE old text; BEGIN
    FOR old IN SELECT conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid = 'posting_version'::regclass AND confrelid = 'posting'::regclass
    LOOP EXECUTE format('ALTER TABLE posting_version DROP CONSTRAINT %I', old); END LOOP;
    FOR old IN SELECT conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid = 'listing'::regclass AND confrelid = 'job'::regclass
    LOOP EXECUTE format('ALTER TABLE listing DROP CONSTRAINT %I', old); END LOOP;
    ALTER TABLE posting_version ADD CONSTRAINT posting_version_posting_fk FOREIGN KEY (posting_id)
        REFERENCES posting (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE listing ADD CONSTRAINT listing_job_fk FOREIGN KEY (job_id)
        REFERENCES job (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
END $$
"""
NO_PROOF = """
DROP TRIGGER posting_absence_proof ON posting;
DROP TRIGGER posting_absence_proof_of_new ON posting;
DROP FUNCTION posting_absence_proof();
"""


class Migration(migrations.Migration):
    dependencies = [("results", "0006_group_signs")]

    operations = [
        migrations.AddField("posting", "evidence", models.JSONField(null=True)),
        migrations.AddField("posting", "own_page", models.BooleanField(db_default=False)),
        migrations.AddIndex(
            "listing", models.Index(fields=["platform", "tenant", "url_sha256"], name="listing_board")
        ),
        migrations.RunSQL(PROOF, NO_PROOF),
        migrations.RunSQL(CASCADING, migrations.RunSQL.noop),
    ]
