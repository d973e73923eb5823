"""One therapist's stretch of time, or one room's: what is closed, taken, free."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from spa.engine import Interval, intersect, merge, subtract
from spa.models import AppointmentItem, Room, StaffMember
from spa.services.agenda.items import busy_span, span_of
from spa.services.slots.house import Closure, House

By = Literal["staff", "room"]


@dataclass(frozen=True, slots=True)
class Off:
    """A stretch that cannot be booked; `kind` is closed, off_shift, elsewhere or an exclusion's."""

    start: int
    end: int
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One therapist's day, or one room's; with neither, the visits that need no room."""

    staff: StaffMember | None
    room: Room | None
    items: tuple[AppointmentItem, ...]
    off: tuple[Off, ...] = ()
    gaps: tuple[Interval, ...] = ()  # free, long enough to sell, beside a visit
    free: tuple[Interval, ...] = ()  # all that is free from now on
    working_minutes: int = 0  # of a room: of all its places
    booked_minutes: int = 0

    @property
    def utilisation(self) -> int:
        """Booked time as a percentage of working time, 0 to 100."""
        if not self.working_minutes:
            return 0
        return min(100, round(self.booked_minutes * 100 / self.working_minutes))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Builds the columns between two instants; free is what lies after `now`."""

    house: House
    start: int
    end: int
    now: int

    def of_staff(
        self, member: StaffMember, items: Sequence[AppointmentItem], busy: tuple[Interval, ...]
    ) -> Column:
        """Free is what nothing keeps her from; `busy` is all that does, in any house."""
        opening = self._opening()
        shift = intersect(self.house.shifts.get(member.pk, ()), opening)
        closures = [*self.house.closures, *self.house.staff_closures.get(member.pk, ())]
        occupying = [item for item in items if item.occupies]
        shown = merge(busy_span(item, "staff_busy_until") for item in occupying)
        closures += [Closure(*one, "elsewhere", "") for one in subtract(busy, shown)]
        working = subtract(shift, _spans(closures))
        free = subtract(self._ahead(working), busy)
        return Column(
            staff=member,
            room=None,
            items=tuple(items),
            off=tuple(self._off(opening, shift, closures)),
            gaps=tuple(gap for gap in free if self._is_gap(gap, busy)),
            free=free,
            working_minutes=_length(working),
            booked_minutes=_length(merge(map(span_of, occupying))),
        )

    def of_room(self, room: Room, items: Sequence[AppointmentItem]) -> Column:
        """Free is when a place of it is; a gap is a therapist's affair, not a room's."""
        opening = self._opening()
        closures = [*self.house.closures, *self.house.room_closures.get(room.pk, ())]
        working = subtract(opening, _spans(closures))
        places, booked = defaultdict(list), defaultdict(list)
        for item in items:
            if item.occupies:
                places[item.place].append(busy_span(item, "room_busy_until"))
                booked[item.place].append(span_of(item))
        # Full while every place is taken, which cannot be while one of them has no visit at all.
        full = ((self.start, self.end),) if len(places) >= room.places else ()
        for spans in places.values():
            full = intersect(full, merge(spans))
        return Column(
            staff=None,
            room=room,
            items=tuple(items),
            off=tuple(self._off(opening, opening, closures)),
            free=subtract(self._ahead(working), full),
            working_minutes=_length(working) * room.places,
            booked_minutes=sum(_length(merge(spans)) for spans in booked.values()),
        )

    def _opening(self) -> tuple[Interval, ...]:
        return intersect(self.house.opening, ((self.start, self.end),))

    def _ahead(self, working: tuple[Interval, ...]) -> tuple[Interval, ...]:
        first = max(self.start, self.now)
        return intersect(working, ((first, self.end),)) if first < self.end else ()

    def _off(
        self,
        opening: tuple[Interval, ...],
        shift: tuple[Interval, ...],
        closures: Iterable[Closure],
    ) -> Iterator[Off]:
        """Yield what cannot be booked and why, nothing twice."""
        for start, end in subtract(((self.start, self.end),), opening):
            yield Off(start, end, "closed")
        told: tuple[Interval, ...] = ()
        for closure in closures:
            span = intersect(_spans([closure]), opening)
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


def _spans(closures: Iterable[Closure]) -> tuple[Interval, ...]:
    return merge((one.start, one.end) for one in closures)


def _length(intervals: Iterable[Interval]) -> int:
    return sum(end - start for start, end in intervals)
