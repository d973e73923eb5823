from django.db import migrations

# `unaccent` is only STABLE, since its dictionary could be replaced; with the dictionary named,
# ours may promise IMMUTABLE and be stored and indexed. Schema-qualified, so that a restored
# dump works whatever the search path.
FOLD = """
CREATE FUNCTION spa_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT lower(public.unaccent('public.unaccent'::regdictionary, $1))
$$;
"""

CODES = """
CREATE SEQUENCE spa_appointment_code START 10001;
CREATE FUNCTION spa_next_code() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT 'BR-' || nextval('spa_appointment_code')
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("spa", "0001_extensions")]
    operations = [
        migrations.RunSQL(FOLD, "DROP FUNCTION spa_fold(text)"),
        migrations.RunSQL(
            CODES, "DROP FUNCTION spa_next_code(); DROP SEQUENCE spa_appointment_code"
        ),
    ]
