"""One day of one house as it will turn out: pure, and the same whenever it is asked for."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from spa import localtime
from spa.demo.board import Board, Piece, Planned, Site
from spa.demo.life import Fate, fate_of, group_with, lead_days
from spa.models import Room, Service, StaffMember

# Visits of several services, in their order; the last ones stay in one pair of hands.
SEQUENCES = (
    ("Masaje relajante", "Limpieza facial"),
    ("Sauna", "Masaje descontracturante"),
    ("Manicure spa", "Pedicure spa"),
    ("Exfoliación corporal", "Facial hidratante"),
    ("Sauna", "Exfoliación corporal", "Masaje relajante"),
    ("Espalda y cuello", "Reflexología"),
    ("Piedras calientes", "Manicure spa"),
)
TOGETHER = ("Masaje relajante", "Piedras calientes", "Masaje descontracturante")
# When the services without a therapist begin, and how many strangers come at most.
BY_THEMSELVES = (
    *((7 * 60, 3), (9 * 60, 2), (10 * 60 + 30, 3), (12 * 60, 2), (14 * 60 + 45, 3)),
    *((16 * 60, 3), (17 * 60 + 15, 2), (18 * 60 + 30, 3), (19 * 60 + 45, 2)),
)
TRIES = 8
MORNING, NOON, EVENING = 8 * 60 + 45, 13 * 60, 18 * 60 + 30


class DayPlan:
    """The visits of a day, laid one after the other onto a board."""

    def __init__(self, site: Site, board: Board, day: date, turn: int) -> None:
        self.site, self.board, self.day, self.turn = site, board, day, turn
        self.chance = self._chance("day")
        self.midnight = localtime.instant(day, 0, site.zone)
        self.span = (self.midnight, localtime.instant(day, localtime.MINUTES_PER_DAY, site.zone))
        self.visits: list[Planned] = []
        self.by_name = {service.name: service for service in site.services}

    def lay(self) -> list[Planned]:
        """Return the day's visits by their start, each with a life of its own."""
        self._together()
        self._sequences()
        for member in self.site.staff:
            self._one_after_the_other(member)
        self._by_themselves()
        self.visits.sort(key=lambda visit: (visit.start, visit.group))
        self._cast()
        return self.visits

    def _chance(self, what: str) -> random.Random:
        # One for each therapist: a change of her shift leaves the others' days as they were.
        return random.Random(f"{self.site.location.name} {self.day} {self.turn} {what}")

    def _new_group(self, chance: random.Random) -> UUID:
        # What is added to a thin day has been booked before: it has to be there at once.
        return group_with(chance, lambda group: self.turn == 0 or lead_days(group) > 0)

    def _together(self) -> None:
        """Two who come together, in the room that holds two."""
        twins = [
            room
            for rooms in self.site.rooms.values()
            for room in rooms
            if room.places == 2 and not room.shared
        ]
        service = self.by_name.get(self.chance.choice(TOGETHER))
        if not twins or not service or service.room_kind_id != twins[0].kind_id:
            return
        for _try in range(TRIES):
            start = self._some_start(10, 17)
            pair = self.chance.sample(
                self.site.able[service.pk], min(2, len(self.site.able[service.pk]))
            )
            group = self._new_group(self.chance)
            visits = [
                Planned(group, (self._piece(service, member, twins[0], place, start),), True)
                for place, member in enumerate(pair)
            ]
            if len(visits) == 2 and all(map(self._suits, visits)):
                for visit in visits:
                    self._add(visit)
                return

    def _sequences(self) -> None:
        """Visits of two or three services, with one therapist or several."""
        wanted = 1 + (len(self.site.staff) > 4) * 3
        for names in self.chance.sample(SEQUENCES, len(SEQUENCES)):
            services = [self.by_name[name] for name in names if name in self.by_name]
            if len(services) < len(names):
                continue
            if wanted and any(self._sequence(services) for _try in range(TRIES)):
                wanted -= 1

    def _sequence(self, services: list[Service]) -> bool:
        start, group = self._some_start(8, 18), self._new_group(self.chance)
        pieces: list[Piece] = []
        for service in services:
            at = pieces[-1].end if pieces else start
            piece = self._place(service, self._somebody(service, pieces), at, group)
            if piece is None:
                return False
            pieces.append(piece)
        pieces = [self._cut(piece, pieces[number + 1 :]) for number, piece in enumerate(pieces)]
        self._add(Planned(group, tuple(pieces)))
        return True

    def _somebody(self, service: Service, before: list[Piece]) -> StaffMember | None:
        able = self.site.able[service.pk]
        same = [piece.staff for piece in before[-1:] if piece.staff in able]
        return (same or [self.chance.choice(able)])[0] if service.needs_staff and able else None

    def _cut(self, piece: Piece, later: list[Piece]) -> Piece:
        """A buffer never reaches into the visit's own next item with the same staff or room."""
        staff = [one.start for one in later if piece.staff and one.staff == piece.staff]
        room = [one.start for one in later if one.room == piece.room]
        return replace(
            piece,
            staff_until=min([piece.staff_until, *staff]),
            room_until=min([piece.room_until, *room]),
        )

    def _one_after_the_other(self, member: StaffMember) -> None:
        """Fill one therapist's shift, with a breath here and there."""
        chance = self._chance(member.name)
        mine = [
            service
            for service in self.site.services
            if service.needs_staff and member in self.site.able[service.pk]
        ]
        for start, end in self.site.shift(member, self.span):
            minute = self._on_grid(start)
            while minute < end:
                group = self._new_group(chance)
                choice = chance.sample(mine, len(mine))
                pieces = (self._place(service, member, minute, group) for service in choice)
                piece = next(filter(None, pieces), None)
                if piece is None:
                    minute += self.site.grid
                    continue
                self._add(Planned(group, (piece,)))
                pause = chance.choice((0, 0, 0, 0, 15))
                minute = self._on_grid(piece.staff_until) + pause

    def _by_themselves(self) -> None:
        """Strangers who use the places of one room at the same time, without a therapist."""
        for service in self.site.services:
            if service.needs_staff:
                continue
            for minute, most in BY_THEMSELVES:
                for _stranger in range(self.chance.randint(1 + (most > 2), most)):
                    group = self._new_group(self.chance)
                    piece = self._place(service, None, self.midnight + minute, group)
                    if piece:
                        self._add(Planned(group, (piece,)))

    def _cast(self) -> None:
        """See to it that at any hour of the day each status is to be seen somewhere."""
        free = [visit for visit in self.visits if not visit.is_party]
        self.chance.shuffle(free)
        for fate, fits in (
            (Fate.NO_SHOW, lambda visit: visit.start <= self.midnight + 8 * 60 + 30),
            (Fate.TREATED, lambda visit: visit.end <= self.midnight + MORNING),
            (Fate.CANCELLED, lambda visit: visit.start < self.midnight + NOON),
            (Fate.MOVED, lambda visit: visit.start >= self.midnight + EVENING),
            (Fate.TREATED, lambda visit: visit.start >= self.midnight + EVENING),
        ):
            self._give(fate, next(filter(fits, free), None), free)

    def _give(self, fate: Fate, visit: Planned | None, free: list[Planned]) -> None:
        if visit is None:
            return
        free.remove(visit)
        visit.group = group_with(
            self.chance, lambda group: fate_of(group) is fate and lead_days(group) > 0
        )

    # -- The pieces ------------------------------------------------------------------------
    def _place(
        self, service: Service, staff: StaffMember | None, start: int, group: UUID
    ) -> Piece | None:
        """Return the piece in the first room that takes it; None where it cannot be."""
        if service.needs_staff and (staff is None or not self._has_time(service, staff, start)):
            return None
        for room in self._rooms(service, staff):
            for place in range(room.places):
                piece = self._piece(service, staff, room, place, start)
                if self._suits(Planned(group, (piece,))):
                    return piece
        return None

    def _has_time(self, service: Service, staff: StaffMember, start: int) -> bool:
        end = start + service.duration_minutes
        until = end + self._buffer(service.staff_buffer_minutes)
        return self.site.works(staff, start, end) and self.board.has_time(staff, start, until)

    def _rooms(self, service: Service, staff: StaffMember | None) -> Iterator[Room]:
        """Yield the rooms in the order of preference: each therapist has one she is used to."""
        rooms = self.site.rooms[service.room_kind_id]
        first = self.site.staff.index(staff) % len(rooms) if staff else 0
        yield from (*rooms[first:], *rooms[:first])

    def _piece(
        self, service: Service, staff: StaffMember | None, room: Room, place: int, start: int
    ) -> Piece:
        end = start + service.duration_minutes
        buffers = [
            self._buffer(service.staff_buffer_minutes),
            self._buffer(service.room_buffer_minutes),
        ]
        until = [end + buffer for buffer in buffers]
        return Piece(service, staff, room, place, start, end, *until, *buffers)

    def _buffer(self, minutes: int | None) -> int:
        return self.site.buffer if minutes is None else minutes

    def _suits(self, visit: Planned) -> bool:
        return all(
            self.site.works(piece.staff, piece.start, piece.end)
            and self.site.is_usable(piece.room, piece.start, piece.room_until)
            for piece in visit.pieces
        ) and self.board.holds(visit)

    def _add(self, visit: Planned) -> None:
        self.board.add(visit)
        self.visits.append(visit)

    def _some_start(self, earliest: int, latest: int) -> int:
        return self.midnight + self.chance.randrange(earliest * 60, latest * 60, self.site.grid)

    def _on_grid(self, minute: int) -> int:
        return minute + -(minute - self.midnight) % self.site.grid


def lay(site: Site, board: Board, day: date, *, turn: int = 0) -> list[Planned]:
    return DayPlan(site, board, day, turn).lay()
