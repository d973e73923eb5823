"""Unpaid visits whose hold is over: their time is free again (rule book §5, §11)."""

from spa import clock
from spa.services import booking
from spa.wompi import breaker, keys
from tasks.jobs import job


@job
def expire() -> int:
    """Let holds expire that are over; return how many.

    While the gateway is left alone those that wait for it are kept for longer first.
    """
    now = clock.now()
    if keys.are_set() and breaker.is_open():
        booking.prolong_due(now=now)
    return booking.expire_due(now=now)
