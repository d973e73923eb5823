"""A flush is a TRUNCATE, which append-only tables refuse."""

from django.db import connection

from spa.postgres.append_only import APPEND_ONLY


def let_flush_through(django_db_blocker) -> None:
    """Disarm that one trigger in a test database; rows stay as protected as in production."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_truncate")
