"""What must be true when all desks are quiet again."""

from collections.abc import Iterator

from django.db import connection

from spa.models import AvailabilityExclusion, IdempotencyKey
from spa.services import schedule, verification
from tests.turmoil.worker import Tally

_ORPHANS = """
SELECT id FROM spa_appointmentitem i
WHERE NOT EXISTS (SELECT FROM spa_appointment a WHERE a.id = i.appointment_id)
"""
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def findings(tally: Tally) -> Iterator[str]:
    """Yield one line for each thing that is wrong."""
    yield from tally.faults
    yield from verification.findings()
    yield from _behind_a_block(tally)
    for (item,) in _rows(_ORPHANS):
        yield f"an item without a visit: {item}"
    # A key without a result would answer a repeated form with nothing.
    for key in IdempotencyKey.objects.filter(result=""):
        yield f"a request that was never settled: {key}"


def _behind_a_block(tally: Tally) -> Iterator[str]:
    """Yield visits inside blocked time that nobody was told of when it was blocked."""
    for exclusion in AvailabilityExclusion.objects.filter(pk__in=tally.blocks):
        told = tally.blocks[str(exclusion.pk)]
        for code in schedule.visits_inside(exclusion):
            if code not in told:
                yield f"{code} was booked into block {exclusion.pk}"


def deadlocks() -> int:
    """Return how many deadlocks PostgreSQL has broken in this database."""
    return _rows(_DEADLOCKS)[0][0]


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
