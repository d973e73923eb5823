"""Unpaid visits whose hold is over: their time is free again (rule book §5, §11)."""

from spa import clock
from spa.services import booking
from tasks.jobs import job


@job
def expire() -> int:
    """Let holds expire that are over; return how many."""
    return booking.expire_due(now=clock.now())
