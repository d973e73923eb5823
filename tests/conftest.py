"""Fixtures of every test. PostgreSQL is real; each xdist worker has a database of its own."""

import pytest
from django.db import connection

from spa.postgres.append_only import APPEND_ONLY


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let a flush (TRUNCATE) through; rows stay as protected as in production."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_truncate")
