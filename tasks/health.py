"""The heartbeat: written through a task, so it proves scheduler, queue and worker at once."""

from spa import clock
from spa.services import health
from tasks.jobs import job


@job
def beat() -> int:
    """Write down that the task cluster does its work."""
    health.beat(now=clock.now())
    return 1
