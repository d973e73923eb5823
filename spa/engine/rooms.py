"""Which room, and which place in it, an item can have."""

from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from .assignment import Ranking
from .facts import Exclusion, Facts, PlaceBusy, RoomFacts
from .intervals import ALWAYS, Interval, Spans, merge, subtract
from .promises import Law, Option, Row
from .timetable import Items


class Place(NamedTuple):
    free: tuple[Interval, ...]
    starts: list[int]  # of `free`
    busy: Spans[PlaceBusy]  # what keeps this visit off the place

    def until(self, start: int, end: int) -> int | None:
        """Return how long the place stays free if it is in `[start, end)`; None if it is not."""
        at = bisect_right(self.starts, start) - 1
        if at < 0:
            return None
        until = self.free[at][1]
        return until if end <= until else None


class Room:
    """One room as the visit's group sees it."""

    def __init__(self, facts: RoomFacts, group: Hashable) -> None:
        self.id = facts.id
        self.exclusions: Spans[Exclusion] = Spans(facts.exclusions)
        self.places = [self._place(facts, number, group) for number in range(facts.places)]

    def _place(self, facts: RoomFacts, number: int, group: Hashable) -> Place:
        # Whoever has a room to themselves has all of its places, and shares them with nobody.
        busy = Spans(
            busy
            for busy in facts.busy
            if busy.place == number or not (facts.shared or busy.group == group)
        )
        taken = merge(busy.intervals() + self.exclusions.intervals())
        free = subtract(ALWAYS, taken)
        return Place(free, [start for start, _end in free], busy)

    def reach(self, start: int, end: int) -> int | None:
        """Return how long a place that is free in `[start, end)` stays so; None if none is."""
        longest = None
        for place in self.places:
            until = place.until(start, end)
            if until is not None and (longest is None or until > longest):
                longest = until
        return longest

    def reaches(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield each place that is free in `[start, end)`, and how long it stays so."""
        for number, place in enumerate(self.places):
            until = place.until(start, end)
            if until is not None:
                yield number, until

    def place(self, start: int, until: int) -> int:
        """Return the lowest place that is free; the caller knows that one is."""
        return next(number for number, _until in self.reaches(start, until))

    def obstacle(self, start: int, until: int) -> Exclusion | PlaceBusy | None:
        """Return what keeps every place from being free: an exclusion, or what ends first."""
        exclusion = self.exclusions.first(start, until)
        if exclusion is not None:
            return exclusion
        blockers = [place.busy.first(start, until) for place in self.places]
        return min((busy for busy in blockers if busy), key=lambda busy: busy.end, default=None)


class Rooming:
    """The rooms' side of a visit: which wishes need one, and which rooms come into question."""

    def __init__(self, items: Items, facts: Facts) -> None:
        self.guests = items.guests
        self.wishes = {
            at: items.wishes[at] for at in items.order if items.wishes[at].room_kind is not None
        }
        kinds = {wish.room_kind for wish in self.wishes.values()}
        self.rooms = {
            number: Room(room, facts.group)
            for number, room in sorted(facts.rooms.items())
            if room.kind in kinds
        }
        self.eligible = {
            at: [
                room
                for number, room in self.rooms.items()
                if facts.rooms[number].kind == wish.room_kind and wish.room in (None, number)
            ]
            for at, wish in self.wishes.items()
        }
        law = Law(exclusive=False, alone=items.alone, alike=items.alike)
        self.ranking = Ranking(_change_between, _fewest_changes, law)

    def rows(self, times: Sequence[Interval]) -> list[Row]:
        """Return, per wish that needs a room, which rooms could take it at that time."""
        row = self._row if self.ranking.law.alone else self._row_of_places
        return [row(at, *times[at]) for at in self.wishes]

    def _row(self, at: int, start: int, end: int) -> Row:
        busy_until = end + self.wishes[at].room_buffer
        return [
            Option(room.id, start, end, busy_until, reach)
            for room in self.eligible[at]
            if (reach := room.reach(start, end)) is not None
        ]

    def _row_of_places(self, at: int, start: int, end: int) -> Row:
        """Of a party each guest has a place of her own, so that all of them are weighed."""
        busy_until = end + self.wishes[at].room_buffer
        return [
            Option(room.id, start, end, busy_until, reach, guest=self.guests[at], place=place)
            for room in self.eligible[at]
            for place, reach in room.reaches(start, end)
        ]


def _change_between(earlier: Option, later: Option) -> int:
    return 0 if earlier.who == later.who else 1


def _fewest_changes(rows: Sequence[Row], at: int, before: int | None) -> int:
    if before is None:
        return 0
    rooms = {option.who for option in rows[before]}
    return 0 if any(option.who in rooms for option in rows[at]) else 1
