"""Signs of life, kept where every process can see them."""

from datetime import datetime, timedelta

from spa.models import Heartbeat

TASKS = "tasks"
# Scheduler (30 s late at worst), queue and worker must bring a minute's beat within this.
LATE = timedelta(seconds=150)


def beat(*, now: datetime, name: str = TASKS) -> Heartbeat:
    """Write down that `name` lived at `now`."""
    heartbeat, _ = Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now})
    return heartbeat


def heartbeat_age(*, now: datetime, name: str = TASKS) -> timedelta | None:
    """Return how long ago the last beat was; None where there never was one."""
    at = Heartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()
    return now - at if at else None
