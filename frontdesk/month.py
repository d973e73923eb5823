"""A month as weeks of days, to choose one from."""

from dataclasses import dataclass
from datetime import date, timedelta

from spa import localtime
from spa.models import AvailabilityExclusion, Location


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: tuple[tuple[date, ...], ...]  # Monday to Sunday, whole weeks
    holidays: frozenset[date]

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)


def around(day: date, location: Location) -> Month:
    """Return the month of `day`, with the days on which all of `location` is shut. One query."""
    first = day.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    following = (first + timedelta(days=31)).replace(day=1)
    count = -(-(following - monday).days // 7)
    weeks = tuple(
        tuple(monday + timedelta(days=7 * week + weekday) for weekday in range(7))
        for week in range(count)
    )
    return Month(first, weeks, _holidays(location, weeks[0][0], weeks[-1][-1]))


def _holidays(location: Location, first: date, last: date) -> frozenset[date]:
    """Return the days that a dated exclusion of the whole location covers from midnight on."""
    start, end = localtime.day_span(first, location.tz)[0], localtime.day_span(last, location.tz)[1]
    whole = AvailabilityExclusion.objects.filter(
        location=location, staff=None, room=None, starts_at__lt=end, ends_at__gt=start
    )
    return frozenset(
        day
        for starts_at, ends_at in whole.values_list("starts_at", "ends_at")
        for day in localtime.days(
            max(first, location.today(now=starts_at)), min(last, location.today(now=ends_at))
        )
        if starts_at <= localtime.day_span(day, location.tz)[0]
        and localtime.day_span(day, location.tz)[1] <= ends_at
    )
