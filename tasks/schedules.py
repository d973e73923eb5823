"""The one list of jobs. Rows of django-q2 are made from it, here and nowhere else.

One malformed row stops every schedule (`dependencies.md` §4), so no screen edits them. A job
finds its due work in our own tables and is safe to run twice.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule


@dataclass(frozen=True)
class Job:
    """A function, as a dotted path, and every how many minutes it runs."""

    name: str
    function: str
    minutes: int


JOBS = (
    Job("heartbeat", "tasks.health.beat", 1),
    Job("expire holds", "tasks.holds.expire", 1),
    Job("send outbox", "tasks.messages.sweep", 1),
    Job("reconcile payments", "tasks.gateway.reconcile", 1),
    Job("watch the gateway", "tasks.figures.watch", 1),
    Job("expire credit", "tasks.credit.expire", 60),
    Job("clear limits", "tasks.limits.clear", 60),
)


@transaction.atomic
def lay_down(**_signal: object) -> None:
    """Make the schedule what `JOBS` says; changes nothing that is already right."""
    Schedule.objects.exclude(name__in=[job.name for job in JOBS]).delete()
    for job in JOBS:
        wanted = {
            "func": job.function,
            "schedule_type": Schedule.MINUTES,
            "minutes": job.minutes,
            "repeats": -1,
            "args": None,
            "kwargs": None,
            "hook": None,
            "cron": None,
            "cluster": None,
        }
        Schedule.objects.update_or_create(
            name=job.name,
            defaults=wanted,
            create_defaults=wanted | {"next_run": timezone.now()},
        )
