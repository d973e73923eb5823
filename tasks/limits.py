"""Counters of limits that nobody runs into any more are forgotten (SEC-52)."""

from spa import clock
from spa.services import limits
from tasks.jobs import job


@job
def clear() -> int:
    """Delete old counters; return how many."""
    return limits.clear(now=clock.now())
