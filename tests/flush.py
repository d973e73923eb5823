"""What a test has committed is deleted, row by row, from the few tables that it has filled.

Django's flush is a TRUNCATE of every table: it takes more than half a second, however little was
written, and tables that only grow refuse it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.test import TransactionTestCase

from spa.services import setup
from tasks import schedules

KEPT = {"django_content_type", "auth_permission"}  # what a migration fills, and no test changes


def sweep_instead_of_flush() -> None:
    TransactionTestCase._fixture_teardown = lambda _self: sweep()


def sweep() -> None:
    """Empty every table, and lay down again what a migration lays down."""
    with transaction.atomic(), without_triggers() as cursor:
        for table in filled(cursor):
            cursor.execute(f"DELETE FROM {table}")
    setup.lay_down()
    schedules.lay_down()


@contextmanager
def without_triggers() -> Iterator:
    """Give a cursor for whose transaction no trigger and no foreign key has a say.

    The user of the database must be a superuser, as the tests' own server has it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def filled(cursor) -> list[str]:
    """Return the tables that have rows, apart from those that no test changes."""
    tables = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
    ask = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in sorted(tables)
    )
    cursor.execute(ask)
    return [table for (table,) in cursor.fetchall()]
