"""Who and what is taken when: the bookkeeping by which planned visits stay out of each other's way.

Instants are whole minutes since the epoch, as in the engine.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from spa.engine.intervals import Interval, contains, intersect, merge, overlaps, subtract
from spa.models import Location, Room, Service, StaffMember
from spa.services.slots.house import House

DAY = 1440


@dataclass(frozen=True, slots=True)
class Piece:
    """One service of a planned visit: who, where, from–to."""

    service: Service
    staff: StaffMember | None
    room: Room
    place: int
    start: int
    end: int
    staff_until: int
    room_until: int
    staff_buffer: int
    room_buffer: int


@dataclass(slots=True)
class Planned:
    """A visit that somebody will have booked; a party's share their group."""

    group: UUID
    pieces: tuple[Piece, ...]
    is_party: bool = False

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end


class Site:
    """One house as it works: its people, rooms and services, and when each of them is there."""

    def __init__(
        self,
        location: Location,
        house: House,
        staff: Iterable[StaffMember],
        rooms: Iterable[Room],
        services: Iterable[Service],
    ) -> None:
        self.location, self.zone = location, location.tz
        self.buffer = house.policy["default_buffer_minutes"]
        self.grid = house.policy["grid_minutes"]
        self.deposit_percent = house.policy["deposit_percent"]
        self.open = subtract(house.opening, _spans(house.closures))
        self.staff = [member for member in staff if member.pk in house.shifts]
        self.working = {
            pk: subtract(intersect(shift, self.open), _spans(house.staff_closures.get(pk, ())))
            for pk, shift in house.shifts.items()
        }
        self.rooms = defaultdict(list)
        for room in rooms:
            if room.location_id == location.pk:
                self.rooms[room.kind_id].append(room)
        self.room_closures = {pk: _spans(found) for pk, found in house.room_closures.items()}
        skills = {one.pk: {skill.pk for skill in one.skills.all()} for one in self.staff}
        self.services = [one for one in services if self.rooms[one.room_kind_id]]
        self.able = {
            one.pk: [
                member
                for member in self.staff
                if {skill.pk for skill in one.skills.all()} <= skills[member.pk]
            ]
            for one in self.services
        }

    def works(self, staff: StaffMember | None, start: int, end: int) -> bool:
        spans = self.working[staff.pk] if staff else self.open
        return contains(spans, start, end)

    def is_usable(self, room: Room, start: int, until: int) -> bool:
        return not overlaps(self.room_closures.get(room.pk, ()), start, until)

    def shift(self, staff: StaffMember, span: Interval) -> tuple[Interval, ...]:
        return intersect(self.working[staff.pk], (span,))


class Board:
    """What is taken of people, places and clients, by day, so that a look-up stays short."""

    def __init__(self) -> None:
        self._taken: dict[tuple, list[tuple]] = defaultdict(list)

    def take(
        self, who: tuple, start: int, until: int, place: int = 0, group: UUID | None = None
    ) -> None:
        if start >= until:
            return
        for day in _days(start, until):
            self._taken[(*who, day)].append((start, until, place, group))

    def _clashes(self, who: tuple, start: int, until: int) -> Iterator[tuple]:
        for day in _days(start, until):
            for one in self._taken.get((*who, day), ()):
                if one[0] < until and start < one[1]:
                    yield one

    def copy(self) -> Self:
        """Return a board that stands as this one does, to try things on."""
        other = type(self)()
        for key, taken in self._taken.items():
            other._taken[key] = list(taken)
        return other

    def is_free(self, who: tuple, start: int, until: int) -> bool:
        return next(self._clashes(who, start, until), None) is None

    def has_place(self, room: Room, place: int, start: int, until: int, group: UUID) -> bool:
        return all(
            other_place != place and (room.shared or other_group == group)
            for _start, _until, other_place, other_group in self._clashes(
                ("room", room.pk), start, until
            )
        )

    def has_time(self, staff: StaffMember, start: int, until: int) -> bool:
        return self.is_free(_of(staff), start, until)

    def holds(self, visit: Planned) -> bool:
        """Say whether nobody and nothing that the visit needs is taken."""
        return all(
            (piece.staff is None or self.has_time(piece.staff, piece.start, piece.staff_until))
            and self.has_place(piece.room, piece.place, piece.start, piece.room_until, visit.group)
            for piece in visit.pieces
        )

    def add(self, visit: Planned) -> None:
        for piece in visit.pieces:
            if piece.staff:
                self.take(_of(piece.staff), piece.start, piece.staff_until)
            self.take(
                ("room", piece.room.pk), piece.start, piece.room_until, piece.place, visit.group
            )


def _of(staff: StaffMember) -> tuple:
    return ("staff", staff.pk)


def _days(start: int, until: int) -> range:
    return range(start // DAY, (until - 1) // DAY + 1)


def _spans(closures: Iterable) -> tuple[Interval, ...]:
    return merge((one.start, one.end) for one in closures)
