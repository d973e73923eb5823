from django.db import migrations

# Data apart from schema, and before the triggers that hold it against the journal. What was
# completed before there were books here has none, and never will.
BEGIN_THE_BOOKS = """
UPDATE spa_appointment a SET
  before_the_books = (a.status = 'completed'),
  price_cents = (SELECT coalesce(sum(price_cents), 0) FROM spa_appointmentitem i
                 WHERE i.appointment_id = a.id);
"""


class Migration(migrations.Migration):
    dependencies = [("spa", "0020_money")]
    operations = [migrations.RunSQL(BEGIN_THE_BOOKS, migrations.RunSQL.noop)]
