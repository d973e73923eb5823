"""Holding a lock open and watching somebody wait for it."""

import threading
import time
from collections.abc import Callable
from contextlib import contextmanager

from django.db import connection, connections, transaction

PATIENCE = 10  # seconds until a test gives up on what must happen


class Thread(threading.Thread):
    """Runs a function on a connection of its own and keeps what came out of it."""

    def __init__(self, function: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.function, self.result, self.error = function, None, None

    def run(self) -> None:
        try:
            self.result = self.function()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def outcome(self, patience: float = PATIENCE) -> object:
        """Return what the function returned, or raise what it raised."""
        self.join(patience)
        assert not self.is_alive(), "still waiting"
        if self.error:
            raise self.error
        return self.result


@contextmanager
def open_transaction():
    """Keep a transaction open while the block runs; it commits at the end."""
    with transaction.atomic():
        yield


def wait_until_somebody_waits_for_a_lock() -> str:
    """Return the statement of a session that waits for a lock, as soon as there is one."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND datname = current_database()"
            )
            row = cursor.fetchone()
        if row:
            return row[0]
    raise AssertionError("nobody waits for a lock")
