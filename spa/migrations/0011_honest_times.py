from django.db import migrations, models
from django.db.models import F, Q

# A clock that was put back, and the demo's lively days, left moments out of order.
IN_ORDER = """
UPDATE spa_appointment SET started_at = greatest(started_at, arrived_at)
 WHERE started_at < arrived_at;
UPDATE spa_appointment SET finished_at = greatest(finished_at, started_at, arrived_at)
 WHERE finished_at < greatest(started_at, arrived_at);
UPDATE spa_client SET language = 'es-co' WHERE language NOT IN ('es-co', 'en');
"""


class Migration(migrations.Migration):
    dependencies = [("spa", "0010_visits_of_a_party")]
    operations = [
        migrations.RunSQL(IN_ORDER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                name="client_language_is_known", condition=Q(language__in=["es-co", "en"])
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                name="appointment_starts_after_its_arrival",
                condition=Q(arrived_at__isnull=True)
                | Q(started_at__isnull=True)
                | Q(started_at__gte=F("arrived_at")),
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                name="appointment_finishes_after_its_beginnings",
                condition=Q(finished_at__isnull=True)
                | (Q(started_at__isnull=True) | Q(finished_at__gte=F("started_at")))
                & (Q(arrived_at__isnull=True) | Q(finished_at__gte=F("arrived_at"))),
            ),
        ),
    ]
