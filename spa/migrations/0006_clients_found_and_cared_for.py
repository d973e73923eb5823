import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import spa.models.clients

# One way to write what sounds alike in Colombia: b v · c s z · ll y i · g j before e i · no h.
# Doubled letters count once. Qualified, so that a restored dump works whatever the search path.
SOUND = r"""
CREATE FUNCTION spa_sound(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT regexp_replace(translate(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
      replace(replace(replace(public.spa_fold($1), 'll', 'y'), 'ch', '1'), 'ph', 'f'),
      'h', '', 'g'),
      'c(?=[eiy])', 's', 'g'),
      'g(?=[eiy])', 'j', 'g'),
      'gu(?=[ei])', 'g', 'g'),
      'qu(?=[ei])', 'k', 'g'),
    'cqzvyw', 'kksbiu'), '(.)\1+', '\1', 'g')
$$;
"""

# The operator `<%` uses the trigram index, but compares with a setting of the session, which
# a pooled connection must not keep. A function's own setting lasts as long as its call.
# A setting of a library that is not loaded yet could be attached by a superuser only.
ALIKE = """
SELECT show_limit();
CREATE FUNCTION spa_clients_alike(typed text) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 100
  SET pg_trgm.word_similarity_threshold = 0.4 AS $$
  SELECT alike.id
  FROM unnest(string_to_array(spa_sound(typed), ' ')) AS word,
    LATERAL (
      SELECT client.id, word_similarity(word, client.search_sound) AS likeness
      FROM spa_client AS client WHERE word <% client.search_sound
    ) AS alike
  WHERE word <> ''
  GROUP BY alike.id ORDER BY sum(alike.likeness) DESC, alike.id LIMIT 300
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("spa", "0005_nothing_slips_through")]
    operations = [
        migrations.RunSQL(SOUND, "DROP FUNCTION spa_sound(text)"),
        migrations.AddField(
            "client", "version", models.PositiveIntegerField(db_default=1, default=1)
        ),
        migrations.AddField(
            "client",
            "search_sound",
            models.GeneratedField(
                db_persist=True,
                expression=spa.models.clients.Sound(models.F("name")),
                output_field=models.TextField(),
            ),
        ),
        migrations.RemoveIndex("client", "client_by_name"),
        migrations.AddIndex(
            "client",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_sound", name="gin_trgm_ops"),
                name="client_by_sound",
            ),
        ),
        migrations.AddIndex(
            "client",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("email", name="gin_trgm_ops"),
                name="client_by_email",
            ),
        ),
        migrations.AddIndex(
            "client", models.Index(fields=["search_name", "id"], name="client_in_order")
        ),
        migrations.AddIndex(
            "client", models.Index(fields=["-created_at", "-id"], name="client_by_newness")
        ),
        migrations.RunSQL(ALIKE, "DROP FUNCTION spa_clients_alike(text)"),
        migrations.CreateModel(
            name="HealthNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text_sealed", models.TextField(editable=False)),
                ("at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="health_notes",
                        to="spa.client",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "health note",
                "verbose_name_plural": "health notes",
                "permissions": [
                    (
                        "view_health_note",
                        "Can open the health notes of those she treats or books",
                    ),
                    (
                        "write_health_note",
                        "Can write health notes about those she treats or books",
                    ),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["client", "-at"], name="health_note_by_client")
                ],
            },
        ),
    ]
