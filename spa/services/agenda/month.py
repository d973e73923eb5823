"""How full each of many days is: what is worked, and what of it is still free."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from spa import localtime
from spa.engine import Interval, intersect, merge, subtract
from spa.models import Location, User
from spa.services.agenda.day import closed_day, next_unit
from spa.services.agenda.items import busy_of, span_of_days
from spa.services.slots import house as houses


@dataclass(frozen=True, slots=True)
class Fullness:
    """One day: minutes of all therapists together."""

    working_minutes: int
    free_minutes: int  # from now on
    is_closed: bool
    is_over: bool

    @property
    def percent(self) -> int:
        """How much of the day is taken, 0 to 100."""
        if not self.working_minutes:
            return 0
        return 100 - min(100, round(self.free_minutes * 100 / self.working_minutes))


def load_month(
    *, location: Location, first_day: date, last_day: date, user: User, now: datetime
) -> dict[date, Fullness]:
    """Return how full each day is: of all who work here, to a therapist her own time only.

    Two queries for any number of days; a third finds the therapist.
    """
    house = houses.load(location, first_day, last_day)
    whose = _whose(house, user)
    busy = busy_of(whose, *span_of_days(location, first_day, last_day))
    dates = tuple(localtime.days(first_day, last_day))
    edges = [localtime.instant(day, 0, location.tz) for day in (*dates, last_day + timedelta(1))]
    ahead = ((next_unit(now), edges[-1]),) if next_unit(now) < edges[-1] else ()
    working, free = [0] * len(dates), [0] * len(dates)
    for pk in whose:
        shift = intersect(house.shifts[pk], house.opening)
        closures = (*house.closures, *house.staff_closures.get(pk, ()))
        worked = subtract(shift, merge((one.start, one.end) for one in closures))
        left = subtract(intersect(worked, ahead), busy[pk])
        _spread(worked, edges, working)
        _spread(left, edges, free)
    today = location.today(now=now)
    return {
        day: Fullness(worked, left, closed_day(house, day, location)[0], day < today)
        for day, worked, left in zip(dates, working, free, strict=True)
    }


def _whose(house: houses.House, user: User) -> list[int]:
    if user.has_perm("spa.view_calendar"):
        return list(house.shifts)
    mine = getattr(user, "staff_member", None)
    return [mine.pk] if mine is not None and mine.pk in house.shifts else []


def _spread(spans: Iterable[Interval], edges: Sequence[int], minutes: list[int]) -> None:
    """Add each span's minutes to the days it lies in; what is outside of all days is left out."""
    for start, end in intersect(tuple(spans), ((edges[0], edges[-1]),)):
        day = bisect_right(edges, start) - 1
        while start < end:
            until = min(end, edges[day + 1])
            minutes[day] += until - start
            start, day = until, day + 1
