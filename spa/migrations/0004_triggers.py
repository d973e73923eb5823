from django.db import migrations

# What a constraint cannot say: read at commit, so that a status may go there and back within
# one transaction. FOR SHARE waits for a change of status that is under way elsewhere.
ITEMS_AGREE = """
CREATE FUNCTION spa_items_agree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE visit bigint; wrong text;
BEGIN
  IF TG_TABLE_NAME = 'spa_appointment' THEN visit := NEW.id;
  ELSIF TG_OP = 'DELETE' THEN visit := OLD.appointment_id;
  ELSE visit := NEW.appointment_id; END IF;
  PERFORM 1 FROM spa_appointment WHERE id = visit FOR SHARE;
  SELECT CASE
      WHEN bool_or(i.occupies <> (a.status IN ('offered', 'pending_payment', 'confirmed',
                                               'arrived', 'in_service', 'completed')))
        THEN 'item_occupies_as_its_status_says'
      WHEN bool_or(i."group" <> a."group") THEN 'item_group_is_its_appointments'
      WHEN min(i.starts_at) IS DISTINCT FROM a.starts_at
        OR max(i.ends_at) IS DISTINCT FROM a.ends_at
        THEN 'appointment_spans_its_items' END INTO wrong
  FROM spa_appointment a LEFT JOIN spa_appointmentitem i ON i.appointment_id = a.id
  WHERE a.id = visit GROUP BY a.id;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'appointment %: %', visit, wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = wrong, TABLE = 'spa_appointmentitem';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER item_agrees
  AFTER INSERT OR DELETE OR UPDATE OF occupies, appointment_id, "group", starts_at, ends_at
  ON spa_appointmentitem DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION spa_items_agree();
CREATE CONSTRAINT TRIGGER appointment_agrees
  AFTER INSERT OR UPDATE OF status, "group", starts_at, ends_at
  ON spa_appointment DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION spa_items_agree();
"""
ITEMS_AGREE_BACK = """
DROP TRIGGER appointment_agrees ON spa_appointment;
DROP TRIGGER item_agrees ON spa_appointmentitem;
DROP FUNCTION spa_items_agree();
"""

APPEND_ONLY = """
CREATE FUNCTION spa_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_is_append_only',
          TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON spa_auditlog
  FOR EACH ROW EXECUTE FUNCTION spa_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON spa_auditlog
  FOR EACH STATEMENT EXECUTE FUNCTION spa_refuse_change();
-- Consents and changes go with their client or appointment (erasing, archiving), never alone
-- and never rewritten.
CREATE TRIGGER append_only_rows BEFORE UPDATE OF client_id, kind, given, text_version, channel, at
  ON spa_consent FOR EACH ROW EXECUTE FUNCTION spa_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON spa_consent
  FOR EACH STATEMENT EXECUTE FUNCTION spa_refuse_change();
CREATE TRIGGER append_only_rows BEFORE UPDATE ON spa_appointmentchange
  FOR EACH ROW EXECUTE FUNCTION spa_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON spa_appointmentchange
  FOR EACH STATEMENT EXECUTE FUNCTION spa_refuse_change();
"""
APPEND_ONLY_BACK = """
DROP TRIGGER append_only_truncate ON spa_appointmentchange;
DROP TRIGGER append_only_rows ON spa_appointmentchange;
DROP TRIGGER append_only_truncate ON spa_consent;
DROP TRIGGER append_only_rows ON spa_consent;
DROP TRIGGER append_only_truncate ON spa_auditlog;
DROP TRIGGER append_only_rows ON spa_auditlog;
DROP FUNCTION spa_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("spa", "0003_facts")]
    operations = [
        migrations.RunSQL(ITEMS_AGREE, ITEMS_AGREE_BACK),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
    ]
