"""A day as it stands: who works when, which visits there are, what is closed, what is free.

Reads and never decides. Instants are whole minutes since the epoch, as in the engine.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from spa import localtime
from spa.engine import Interval, intersect, merge, subtract
from spa.models import (
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    Location,
    Room,
    StaffMember,
    User,
)
from spa.services.slots import house as houses

# What the axis shows of a day on which the spa is closed and nobody comes.
EMPTY_DAY = (8 * 60, 20 * 60)


@dataclass(frozen=True, slots=True)
class Off:
    """A stretch that cannot be booked; `kind` is closed, off_shift or an exclusion's."""

    start: int
    end: int
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One therapist's day, or one room's for visits that need no therapist."""

    staff: StaffMember | None
    room: Room | None
    items: tuple[AppointmentItem, ...]
    off: tuple[Off, ...] = ()
    gaps: tuple[Interval, ...] = ()  # free, long enough to sell, beside a visit
    free: tuple[Interval, ...] = ()  # all that is free from now on
    working_minutes: int = 0
    booked_minutes: int = 0

    @property
    def utilisation(self) -> int:
        """Booked time as a percentage of working time, 0 to 100."""
        if not self.working_minutes:
            return 0
        return min(100, round(self.booked_minutes * 100 / self.working_minutes))


@dataclass(frozen=True, slots=True)
class Agenda:
    """A day of a location, between two instants on whole hours."""

    location: Location
    day: date
    start: int
    end: int
    grid_minutes: int
    is_closed: bool
    closure: str  # why the whole day is closed, where somebody wrote it down
    columns: tuple[Column, ...]

    @property
    def utilisation(self) -> int:
        working = sum(column.working_minutes for column in self.columns)
        booked = sum(column.booked_minutes for column in self.columns)
        return min(100, round(booked * 100 / working)) if working else 0

    @property
    def gap_count(self) -> int:
        return sum(len(column.gaps) for column in self.columns)

    @property
    def gap_minutes(self) -> int:
        return sum(end - start for column in self.columns for start, end in column.gaps)


def load(*, location: Location, day: date, user: User, now: datetime) -> Agenda:
    """Return the day as `user` may see it: a therapist her own column only.

    Three queries, however many staff and visits.
    """
    house = houses.load(location, day, day)
    items = _items(location, day, user)
    staff = _staff(location, user)
    span = localtime.instant(day, 0, location.tz), localtime.instant(day, 1440, location.tz)
    start, end = _axis(house, items, span)
    closed = tuple((closure.start, closure.end) for closure in house.closures)
    opening = subtract(intersect(house.opening, (span,)), merge(closed))
    columns = _Columns(house, items, start, end, _next_unit(now), user)
    return Agenda(
        location=location,
        day=day,
        start=start,
        end=end,
        grid_minutes=house.policy["grid_minutes"],
        is_closed=not opening,
        closure=next((one.text for one in house.closures if not opening), ""),
        columns=tuple(columns.all(staff)),
    )


def _items(location: Location, day: date, user: User) -> list[AppointmentItem]:
    """Return the items of the day's visits; `returning`: the client was here before. One query."""
    first, last = localtime.day_span(day, location.tz)
    visits = Appointment.objects.visible_to(user).filter(location=location)
    earlier = Appointment.objects.filter(
        client=OuterRef("appointment__client"),
        status__in=(AppointmentStatus.COMPLETED, AppointmentStatus.IN_SERVICE),
        starts_at__lt=OuterRef("appointment__starts_at"),
    )
    return list(
        AppointmentItem.objects.filter(appointment__in=visits.starting_between(first, last))
        .annotate(returning=Exists(earlier))
        .select_related("appointment__client", "service", "room", "staff")
        .order_by("starts_at", "position", "pk")
    )


def _staff(location: Location, user: User) -> list[StaffMember]:
    staff = StaffMember.objects.active().working_at(location).order_by("position", "pk")
    return list(staff if user.has_perm("spa.view_calendar") else staff.filter(user=user))


def span_of(item: AppointmentItem) -> Interval:
    return localtime.minutes(item.starts_at), localtime.minutes(item.ends_at, round_up=True)


def _next_unit(now: datetime) -> int:
    """Return the next of the calendar's five-minute lines, from which on time can be sold."""
    minute = localtime.minutes(now, round_up=True)
    return minute + -minute % 5


def _axis(house: houses.House, items: Sequence[AppointmentItem], span: Interval) -> tuple[int, int]:
    """Return the whole hours between which the day is drawn: opening, and every visit."""
    first, last = span
    shown = [
        *((max(start, first), min(end, last)) for start, end in house.opening),
        *map(span_of, items),
    ]
    shown = [(start, end) for start, end in shown if start < end]
    if not shown:
        shown = [(first + EMPTY_DAY[0], first + EMPTY_DAY[1])]
    start, end = min(one[0] for one in shown), max(one[1] for one in shown)
    return start - (start - first) % 60, end + (first - end) % 60


@dataclass(frozen=True, slots=True)
class _Columns:
    """Builds the columns of one day."""

    house: houses.House
    items: Sequence[AppointmentItem]
    start: int
    end: int
    now: int
    user: User

    def all(self, staff: Iterable[StaffMember]) -> Iterator[Column]:
        """Yield a column for each who works here or is booked, then for rooms without staff."""
        of_staff, of_rooms = defaultdict(list), defaultdict(list)
        for item in self.items:
            if item.staff_id:
                of_staff[item.staff_id].append(item)
            else:
                of_rooms[item.room_id].append(item)
        shown = {member.pk: member for member in staff}
        sees_all = self.user.has_perm("spa.view_calendar")
        for pk, items in of_staff.items():
            if sees_all or items[0].staff.user_id == self.user.pk:
                shown.setdefault(pk, items[0].staff)
        for member in shown.values():
            yield self._of_member(member, of_staff[member.pk])
        if sees_all:
            for items in of_rooms.values():
                yield Column(None, items[0].room, tuple(items))

    def _of_member(self, member: StaffMember, items: list[AppointmentItem]) -> Column:
        day = ((self.start, self.end),)
        opening = intersect(self.house.opening, day)
        shift = intersect(self.house.shifts.get(member.pk, ()), opening)
        closures = [*self.house.closures, *self.house.staff_closures.get(member.pk, ())]
        working = subtract(shift, merge((one.start, one.end) for one in closures))
        occupying = [item for item in items if item.occupies]
        busy = merge(
            (localtime.minutes(i.starts_at), localtime.minutes(i.staff_busy_until, round_up=True))
            for i in occupying
        )
        ahead = intersect(working, ((max(self.start, self.now), self.end),))
        free = subtract(ahead, busy)
        return Column(
            staff=member,
            room=None,
            items=tuple(items),
            off=tuple(self._off(opening, shift, closures)),
            gaps=tuple(gap for gap in free if self._is_gap(gap, busy)),
            free=free,
            working_minutes=sum(end - start for start, end in working),
            booked_minutes=sum(end - start for start, end in merge(map(span_of, occupying))),
        )

    def _off(
        self, opening: tuple[Interval, ...], shift: tuple[Interval, ...], closures: list
    ) -> Iterator[Off]:
        """Yield what cannot be booked and why, nothing twice."""
        for start, end in subtract(((self.start, self.end),), opening):
            yield Off(start, end, "closed")
        told: tuple[Interval, ...] = ()
        for closure in closures:
            span = intersect(((closure.start, closure.end),), opening)
            for start, end in subtract(span, told):
                yield Off(start, end, closure.kind, closure.text)
            told = merge((*told, *span))
        for start, end in subtract(subtract(opening, shift), told):
            yield Off(start, end, "off_shift")

    def _is_gap(self, free: Interval, busy: tuple[Interval, ...]) -> bool:
        """Say whether free time is worth selling: long enough, and beside a visit."""
        start, end = free
        if end - start < self.house.sellable:
            return False
        return any(edge in (start, end) for one in busy for edge in one)
