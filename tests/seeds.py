"""Rows that many tests begin with: written once by the services, copied from then on."""

import copy
from collections.abc import Callable

from django.db import connection, transaction

from tests.flush import filled, without_triggers

COLUMNS = """
SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = ANY(%s) AND is_generated = 'NEVER'
GROUP BY table_name
"""


class Seed:
    """What `make` commits into empty tables, and returns; for one process and one database."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make, self._made, self._columns = make, None, {}

    def sow(self) -> object:
        """Have the rows there, and return what `make` returned, as it was then."""
        if self._made is None:
            self._made = self._make()
            self._keep()
        else:
            with transaction.atomic(), without_triggers() as cursor:
                for table, columns in self._columns.items():
                    cursor.execute(f"DELETE FROM {table}")  # what a sweep has laid down
                    cursor.execute(
                        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM seed_{table}"
                    )
        return copy.deepcopy(self._made)

    def _keep(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(COLUMNS, [filled(cursor)])
            self._columns = dict(cursor.fetchall())
            for table, columns in self._columns.items():
                cursor.execute(f"DROP TABLE IF EXISTS seed_{table}")
                cursor.execute(
                    f"CREATE UNLOGGED TABLE seed_{table} AS SELECT {columns} FROM {table}"
                )
