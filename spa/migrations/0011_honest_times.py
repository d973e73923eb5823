from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("spa", "0010_visits_of_a_party")]
    operations = [
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
