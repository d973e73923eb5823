"""One therapist's week: seven days on one axis."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from spa import localtime
from spa.engine import Interval
from spa.models import AppointmentItem, Location, StaffMember, User
from spa.services.agenda.columns import Stretch
from spa.services.agenda.day import (
    EMPTY_DAY,
    Agenda,
    closed_day,
    next_unit,
    shown_spans,
    wall,
)
from spa.services.agenda.items import busy_of, load_items, span_of_days
from spa.services.slots import house as houses

EPOCH = date(1970, 1, 1)
Items = Mapping[date, Sequence[AppointmentItem]]


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday of one therapist, each an agenda with her column alone."""

    location: Location
    staff: StaffMember
    monday: date
    hours: tuple[int, int]  # local hours between which every day is drawn; the second may be > 24
    days: tuple[Agenda, ...]

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def working_minutes(self) -> int:
        return sum(day.columns[0].working_minutes for day in self.days)

    @property
    def booked_minutes(self) -> int:
        return sum(day.columns[0].booked_minutes for day in self.days)

    @property
    def utilisation(self) -> int:
        if not self.working_minutes:
            return 0
        return min(100, round(self.booked_minutes * 100 / self.working_minutes))

    @property
    def gap_count(self) -> int:
        return sum(day.gap_count for day in self.days)

    @property
    def gap_minutes(self) -> int:
        return sum(day.gap_minutes for day in self.days)


def load_week(
    *, location: Location, staff: StaffMember, day: date, user: User, now: datetime
) -> Week:
    """Return the week that `day` lies in; whether `user` may see it is the caller's affair.

    Its days start at the same hour on the wall, also where the clock was put forward between
    them. Three queries, however full it is.
    """
    monday = day - timedelta(days=day.weekday())
    dates = tuple(localtime.days(monday, monday + timedelta(days=6)))
    house = houses.load(location, dates[0], dates[-1])
    of_day = defaultdict(list)
    for item in load_items(location, dates[0], dates[-1], user, staff=staff):
        of_day[location.today(now=item.appointment.starts_at)].append(item)
    hours = _hours(house, of_day, dates, location)
    # To the end of the last night: an axis may run past midnight.
    first, last = span_of_days(location, dates[0], dates[-1] + timedelta(days=1))
    busy = busy_of([staff.pk], first, last)[staff.pk]
    days = tuple(
        _day(house, of_day[date], busy, date, location, hours=hours, staff=staff, now=now)
        for date in dates
    )
    return Week(location, staff, monday, hours, days)


def _hours(
    house: houses.House, of_day: Items, dates: Sequence[date], location: Location
) -> tuple[int, int]:
    """Return the local hours that hold every day's opening and visits."""
    shown = [
        (wall(start, location.tz) - _midnight(day), wall(end - 1, location.tz) + 1 - _midnight(day))
        for day in dates
        for start, end in shown_spans(house, of_day[day], day, location)
    ] or [EMPTY_DAY]
    return min(start for start, _end in shown) // 60, -(-max(end for _start, end in shown) // 60)


def _midnight(day: date) -> int:
    """Return what `wall` counts at midnight, also where the clock never shows it."""
    return (day - EPOCH).days * localtime.MINUTES_PER_DAY


def _day(
    house: houses.House,
    items: Sequence[AppointmentItem],
    busy: tuple[Interval, ...],
    day: date,
    location: Location,
    *,
    hours: tuple[int, int],
    staff: StaffMember,
    now: datetime,
) -> Agenda:
    start, end = (_instant(day, hour * 60, location) for hour in hours)
    closed, closure = closed_day(house, day, location)
    return Agenda(
        location=location,
        day=day,
        start=start,
        end=end,
        grid_minutes=house.policy["grid_minutes"],
        is_closed=closed,
        closure=closure,
        columns=(Stretch(house, start, end, next_unit(now)).of_staff(staff, items, busy),),
        top=_midnight(day) + hours[0] * 60,
    )


def _instant(day: date, minute: int, location: Location) -> int:
    """Return the instant of a local minute; past midnight it belongs to the day after."""
    past = max(0, minute - localtime.MINUTES_PER_DAY)
    return localtime.instant(day, minute - past, location.tz) + past
