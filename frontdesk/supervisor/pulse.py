"""Tells a task cluster that works from one that only exists.

An idle worker that is killed can freeze all others, with no process missing (`dependencies.md`
§4). So a heartbeat is written through a task each minute, and this watches it.
"""

import time
from dataclasses import dataclass, field

import psycopg

# Nothing for this long, and the task cluster is taken for frozen.
STALE_SECONDS = 150


@dataclass
class Pulse:
    """Watches the heartbeat by whether it moves, so no clock need be right."""

    database: str
    stale_seconds: float = STALE_SECONDS
    last: object = None
    moved_at: float = field(default_factory=time.monotonic)

    def is_lost(self) -> bool:
        """Say whether the heartbeat stands still; a database that is away proves nothing."""
        try:
            beat = self._read()
        except psycopg.Error:
            self.forgive()
            return False
        if beat != self.last:
            self.last = beat
            self.forgive()
        return time.monotonic() - self.moved_at > self.stale_seconds

    def forgive(self) -> None:
        """Count from now: give whoever must beat its time."""
        self.moved_at = time.monotonic()

    def _read(self) -> object:
        with psycopg.connect(self.database, connect_timeout=2) as connection:
            query = "select beat_at from spa_heartbeat where name = 'tasks'"
            return connection.execute(query).fetchone()
