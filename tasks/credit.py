"""Credit whose last day is over: what was not spent becomes income of the house."""

from spa import clock
from spa.models import Location
from spa.services import credit
from tasks.jobs import job


@job
def expire() -> int:
    """Let credit expire once its last day is over at every house; return how many lots."""
    now = clock.now()
    days = [location.today(now=now) for location in Location.objects.all()]
    return credit.expire_due(today=min(days), now=now) if days else 0
