"""One day of a location, a column for each therapist or for each room."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from spa import localtime
from spa.engine import Interval
from spa.models import (
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    Location,
    Room,
    StaffMember,
    User,
)
from spa.services.agenda.columns import By, Column, Stretch
from spa.services.agenda.items import busy_of, load_items, span_of
from spa.services.slots import house as houses

# What the axis shows of a day on which the spa is closed and nobody comes.
EMPTY_DAY = (8 * 60, 20 * 60)


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
    by: By = "staff"
    top: int | None = None  # of a day drawn by the clock on the wall: what that shows at the top

    @property
    def utilisation(self) -> int:
        working = sum(column.working_minutes for column in self.columns)
        booked = sum(column.booked_minutes for column in self.columns)
        return min(100, round(booked * 100 / working)) if working else 0

    @property
    def unpaid(self) -> list[Appointment]:
        """The visits that wait for their deposit, whose hold ends first before the others."""
        visits = {
            item.appointment_id: item.appointment
            for column in self.columns
            for item in column.items
            if item.appointment.status == AppointmentStatus.PENDING_PAYMENT
        }
        return sorted(visits.values(), key=lambda visit: visit.held_until)

    @property
    def gap_count(self) -> int:
        return sum(len(column.gaps) for column in self.columns)

    @property
    def gap_minutes(self) -> int:
        return sum(end - start for column in self.columns for start, end in column.gaps)

    def offset(self, minute: int) -> int:
        """Return how many minutes an instant lies below the top of the axis."""
        if self.top is None:
            return minute - self.start
        return wall(minute, self.location.tz) - self.top


def load(*, location: Location, day: date, user: User, now: datetime, by: By = "staff") -> Agenda:
    """Return the day as `user` may see it: a therapist her own column only.

    By room is for those who see the calendar; a therapist gets her own column all the same.
    Four queries by therapist and three by room, however many of them and of visits.
    """
    sees_all = user.has_perm("spa.view_calendar")
    house = houses.load(location, day, day)
    items = load_items(location, day, day, user)
    start, end = axis(house, items, day, location)
    stretch = Stretch(house, start, end, next_unit(now))
    if by == "room" and sees_all:
        columns = _by_room(stretch, items, _rooms(location))
    else:
        by, columns = "staff", _by_staff(stretch, items, location, day, user)
    closed, closure = closed_day(house, day, location)
    return Agenda(
        location=location,
        day=day,
        start=start,
        end=end,
        grid_minutes=house.policy["grid_minutes"],
        is_closed=closed,
        closure=closure,
        columns=tuple(columns),
        by=by,
    )


def closed_day(house: houses.House, day: date, location: Location) -> tuple[bool, str]:
    """Say whether the house is shut all day, and why, where somebody wrote it down."""
    return houses.shut(house, whole(day, location))


def whole(day: date, location: Location) -> Interval:
    """Return the two midnights of a local day as instants."""
    zone = location.tz
    return localtime.instant(day, 0, zone), localtime.instant(day, 1440, zone)


def wall(minute: int, zone: ZoneInfo) -> int:
    """Return the minute that the clock on the wall shows, counted from the epoch's midnight."""
    offset = localtime.moment(minute).astimezone(zone).utcoffset()
    return minute + int(offset.total_seconds() // 60)


def next_unit(now: datetime) -> int:
    """Return the next of the calendar's five-minute lines, from which on time can be sold."""
    minute = localtime.minutes(now, round_up=True)
    return minute + -minute % 5


def shown_spans(
    house: houses.House, items: Sequence[AppointmentItem], day: date, location: Location
) -> list[Interval]:
    """Return what a day has to show: the opening hours of it, and every visit."""
    first, last = whole(day, location)
    spans = [
        *((max(start, first), min(end, last)) for start, end in house.opening),
        *map(span_of, items),
    ]
    return [(start, end) for start, end in spans if start < end]


def axis(
    house: houses.House, items: Sequence[AppointmentItem], day: date, location: Location
) -> Interval:
    """Return the whole hours between which the day is drawn."""
    first, _last = whole(day, location)
    shown = shown_spans(house, items, day, location)
    if not shown:
        shown = [(first + EMPTY_DAY[0], first + EMPTY_DAY[1])]
    start, end = min(one[0] for one in shown), max(one[1] for one in shown)
    return start - (start - first) % 60, end + (first - end) % 60


def _staff(location: Location, user: User) -> list[StaffMember]:
    staff = StaffMember.objects.active().working_at(location).order_by("position", "pk")
    return list(staff if user.has_perm("spa.view_calendar") else staff.filter(user=user))


def _rooms(location: Location) -> list[Room]:
    rooms = Room.objects.active().filter(location=location).select_related("kind")
    return list(rooms.order_by("position", "pk"))


def _by_staff(
    stretch: Stretch, items: Iterable[AppointmentItem], location: Location, day: date, user: User
) -> Iterator[Column]:
    """Yield a column for each who works here or is booked, then for rooms without staff."""
    of_staff, of_rooms = defaultdict(list), defaultdict(list)
    for item in items:
        if item.staff_id:
            of_staff[item.staff_id].append(item)
        else:
            of_rooms[item.room_id].append(item)
    shown = {member.pk: member for member in _staff(location, user)}
    sees_all = user.has_perm("spa.view_calendar")
    for pk, found in of_staff.items():
        if sees_all or found[0].staff.user_id == user.pk:
            shown.setdefault(pk, found[0].staff)
    first, last = localtime.moment(stretch.start), localtime.moment(stretch.end)
    busy = busy_of(shown, first, last)
    for pk, member in shown.items():
        yield stretch.of_staff(member, of_staff[pk], busy[pk])
    if sees_all:
        for found in of_rooms.values():
            yield Column(None, found[0].room, tuple(found))


def _by_room(
    stretch: Stretch, items: Iterable[AppointmentItem], rooms: Iterable[Room]
) -> Iterator[Column]:
    """Yield a column for each room, then for the visits that need none."""
    of_rooms = defaultdict(list)
    for item in items:
        of_rooms[item.room_id].append(item)
    shown = {room.pk: room for room in rooms}
    for pk, found in of_rooms.items():
        if pk is not None:
            shown.setdefault(pk, found[0].room)
    for room in shown.values():
        yield stretch.of_room(room, of_rooms[room.pk])
    if of_rooms[None]:
        yield Column(None, None, tuple(of_rooms[None]))
