from django.db import migrations, models
from django.db.models import F, Q

# Consents and the changes of a visit were protected against rewriting, not against deletion;
# and who recorded a consent could be replaced. Checked at commit, since Django deletes the rows
# before their owner.
GOES_WITH = """
CREATE FUNCTION spa_goes_with_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stays boolean;
BEGIN
  IF TG_TABLE_NAME = 'spa_consent' THEN
    stays := EXISTS (SELECT 1 FROM spa_client WHERE id = OLD.client_id);
  ELSE
    stays := EXISTS (SELECT 1 FROM spa_appointment WHERE id = OLD.appointment_id);
  END IF;
  IF stays THEN
    RAISE EXCEPTION 'a row of % goes only with what it belongs to', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER consent_goes_with_its_client AFTER DELETE ON spa_consent
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spa_goes_with_its_owner();
CREATE CONSTRAINT TRIGGER change_goes_with_its_appointment AFTER DELETE ON spa_appointmentchange
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spa_goes_with_its_owner();
CREATE TRIGGER recorder_is_only_forgotten BEFORE UPDATE OF recorded_by_id ON spa_consent
  FOR EACH ROW WHEN (NEW.recorded_by_id IS NOT NULL AND
                     NEW.recorded_by_id IS DISTINCT FROM OLD.recorded_by_id)
  EXECUTE FUNCTION spa_refuse_change();
"""
GOES_WITH_BACK = """
DROP TRIGGER recorder_is_only_forgotten ON spa_consent;
DROP TRIGGER change_goes_with_its_appointment ON spa_appointmentchange;
DROP TRIGGER consent_goes_with_its_client ON spa_consent;
DROP FUNCTION spa_goes_with_its_owner();
"""


def add(model: str, name: str, condition: Q) -> migrations.AddConstraint:
    return migrations.AddConstraint(model, models.CheckConstraint(name=name, condition=condition))


class Migration(migrations.Migration):
    dependencies = [("spa", "0004_triggers")]
    operations = [
        migrations.RemoveConstraint("client", "client_has_a_name"),
        add("client", "client_has_a_name", Q(name__regex=r"\S")),
        add(
            "appointment",
            "appointment_that_is_over_was_closed",
            ~Q(status__in=("completed", "cancelled", "no_show")) | Q(closed_at__isnull=False),
        ),
        add(
            "appointment",
            "appointment_deposit_is_whole_pesos",
            Q(deposit_cents=F("deposit_cents") / 100 * 100),
        ),
        add(
            "appointmentitem",
            "item_costs_whole_pesos",
            Q(price_cents=F("price_cents") / 100 * 100),
        ),
        add("appointmentitem", "item_vat_is_a_percentage", Q(vat_percent__lte=100)),
        migrations.RunSQL(GOES_WITH, GOES_WITH_BACK),
    ]
