"""Which room, and which place in it, an item can have."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from .assignment import Ranking
from .facts import Exclusion, Facts, PlaceBusy, RoomFacts, Wish
from .intervals import ALWAYS, Interval, Spans, around, merge, subtract
from .promises import Option, Row


class Place(NamedTuple):
    free: tuple[Interval, ...]
    busy: Spans[PlaceBusy]  # what keeps this visit off the place


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
        return Place(subtract(ALWAYS, taken), busy)

    def reach(self, start: int, end: int) -> int | None:
        """Return how long a place that is free in `[start, end)` stays so; None if none is."""
        longest = None
        for place in self.places:
            window = around(place.free, start, end)
            if window is not None and (longest is None or window[1] > longest):
                longest = window[1]
        return longest

    def place(self, start: int, until: int) -> int:
        """Return the lowest place that is free; the caller knows that one is."""
        return next(
            number
            for number, place in enumerate(self.places)
            if around(place.free, start, until) is not None
        )

    def obstacle(self, start: int, until: int) -> Exclusion | PlaceBusy | None:
        """Return what keeps every place from being free: an exclusion, or what ends first."""
        exclusion = self.exclusions.first(start, until)
        if exclusion is not None:
            return exclusion
        blockers = [place.busy.first(start, until) for place in self.places]
        return min((busy for busy in blockers if busy), key=lambda busy: busy.end, default=None)


class Rooming:
    """The rooms' side of a visit: which wishes need one, and which rooms come into question."""

    def __init__(self, wishes: Sequence[Wish], facts: Facts) -> None:
        self.wishes = {at: wish for at, wish in enumerate(wishes) if wish.room_kind is not None}
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
        self.ranking = Ranking(_change_between, _fewest_changes)

    def rows(self, times: Sequence[Interval]) -> list[Row]:
        """Return, per wish that needs a room, which rooms could take it at that time."""
        return [self._row(at, first == 0, *times[at]) for first, at in enumerate(self.wishes)]

    def _row(self, at: int, is_first: bool, start: int, end: int) -> Row:
        busy_until = end + self.wishes[at].room_buffer
        change = 0 if is_first else 1
        return [
            Option(room.id, start, busy_until, reach, change, 0)
            for room in self.eligible[at]
            if (reach := room.reach(start, end)) is not None
        ]


def _change_between(_earlier: Option, _later: Option, is_next: bool) -> int:
    return 0 if is_next else 1


def _fewest_changes(rows: Sequence[Row], at: int) -> int:
    if at == 0:
        return 0
    before = {option.who for option in rows[at - 1]}
    return 0 if any(option.who in before for option in rows[at]) else 1
