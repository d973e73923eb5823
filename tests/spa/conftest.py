"""A way past the database's own guards, for tests of what finds what got past them."""

import pytest
from django.db import connection


@pytest.fixture
def unguarded(db):
    """Return a way to write past triggers, constraints and foreign keys, until the test ends."""

    def write(sql: str, *values: object, without: tuple[str, str] | None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if without:
                table, constraint = without
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, values)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return write
