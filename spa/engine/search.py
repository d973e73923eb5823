"""The rules of placing a visit: one function for the list of slots and for the booking."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from .assignment import Choice, choose
from .explain import room_obstacles, staff_obstacles
from .facts import Facts, Guest, Wish
from .house import House
from .intervals import Interval
from .people import Staffing
from .plans import (
    PartySlot,
    Plan,
    PlannedItem,
    Reason,
    Refused,
    Search,
    Slot,
)
from .promises import Option, busy_untils
from .ranking import merits
from .rooms import Rooming
from .timetable import Items

S = TypeVar("S", Slot, PartySlot)


def plan_at(start: int, wishes: Sequence[Wish], facts: Facts) -> Plan | Refused:
    """Place a visit at `start`, or say why that is impossible.

    Exact both ways: a plan breaks no rule, and a refusal means that no choice of staff, rooms
    and places would satisfy them all. `search` decides every start by this same rule.
    """
    answer = _Visits([_lone(wishes, facts)], facts).place(start)
    return answer if isinstance(answer, Refused) else answer.plans[0]


def search(wishes: Sequence[Wish], facts: Facts) -> Search[Slot]:
    """Try every start of the grid.

    Of the staff and rooms that are possible at a start, a slot has those that leave the least
    idle time, change rooms least, include a usual therapist, and have the lowest ids; see
    `assignment.choose` for how far that goes with many items.
    """
    found = search_party([_lone(wishes, facts)], facts)
    return replace(found, slots=tuple(map(_lone_slot, found.slots)))


def party_at(start: int, guests: Sequence[Guest], facts: Facts) -> tuple[Plan, ...] | Refused:
    """Place a party at `start`: a plan for each guest, or why they cannot all come.

    Exact as `plan_at` is. Nobody serves two guests at once; where one serves both, her buffer
    lies between them. A room that is not shared is the whole party's, a place each.
    """
    answer = _Visits(guests, facts).place(start)
    return answer if isinstance(answer, Refused) else answer.plans


def search_party(guests: Sequence[Guest], facts: Facts) -> Search[PartySlot]:
    """Try every start of the grid for all guests together; ranked as `search` does."""
    visits = _Visits(guests, facts)
    offers = [visits.offer(start) for start in facts.grid]
    return Search(
        slots=tuple(offer for offer in offers if offer is not None),
        others=tuple(
            start for start, offer in zip(facts.grid, offers, strict=True) if offer is None
        ),
        explain=visits.explain,
    )


class Finder(Generic[S]):
    """The same question about one start after the other, each answered once, when it is asked."""

    def __init__(self, visits: "_Visits", drawn: Callable[[PartySlot], S]) -> None:
        self._visits, self._drawn = visits, drawn
        self._offers: dict[int, S | None] = {}

    def offer(self, start: int) -> S | None:
        """Return what can be had at a start, as `search` would list it."""
        if start not in self._offers:
            found = self._visits.offer(start)
            self._offers[start] = None if found is None else self._drawn(found)
        return self._offers[start]

    def explain(self, start: int) -> Refused:
        """Say what stands in the way of a start for which there is no offer."""
        return self._visits.explain(start)


def finder(wishes: Sequence[Wish], facts: Facts) -> Finder[Slot]:
    return Finder(_Visits([_lone(wishes, facts)], facts), _lone_slot)


def party_finder(guests: Sequence[Guest], facts: Facts) -> Finder[PartySlot]:
    return Finder(_Visits(guests, facts), lambda found: found)


def _lone(wishes: Sequence[Wish], facts: Facts) -> Guest:
    return Guest(tuple(wishes), facts.client_busy, facts.usual_staff)


def _lone_slot(one: PartySlot) -> Slot:
    return Slot(one.plans[0], one.idle_minutes, one.room_changes, one.usual, one.merits)


class _Visits:
    """Guests and facts, prepared once for any number of starts."""

    def __init__(self, guests: Sequence[Guest], facts: Facts) -> None:
        self.items = Items(guests)
        self.house = House(facts, guests, self.items)
        self.staffing = Staffing(self.items, facts, self.house)
        self.rooming = Rooming(self.items, facts)

    def place(self, start: int) -> PartySlot | Refused:
        return self.offer(start) or self.explain(start)

    def offer(self, start: int) -> PartySlot | None:
        times = self._times(start)
        if next(self.house.obstacles(start, times), None) is not None:
            return None
        staff = choose(self.staffing.rows(start, times), self.staffing.ranking)
        if staff is None:
            return None
        rooms = choose(self.rooming.rows(times), self.rooming.ranking)
        return None if rooms is None else self._slot(times, staff, rooms)

    def explain(self, start: int) -> Refused:
        """Say what stands in the way of a start for which there is no offer."""
        times = self._times(start)
        reasons = list(dict.fromkeys(self.house.obstacles(start, times)))
        reasons += staff_obstacles(self.staffing, self.staffing.rows(start, times), times)
        reasons += room_obstacles(self.rooming, self.rooming.rows(times), times)
        return Refused(start, tuple(map(self._of_its_guest, reasons)))

    def _times(self, start: int) -> list[Interval]:
        return [(start + begin, start + end) for begin, end in self.items.times]

    def _of_its_guest(self, reason: Reason) -> Reason:
        """Number an item within its guest's visit."""
        if self.items.alone:
            return reason._replace(guest=None) if reason.guest is not None else reason
        if reason.item is None:
            return reason
        at = reason.item
        return reason._replace(item=self.items.positions[at], guest=self.items.guests[at])

    def _slot(self, times: Sequence[Interval], staff: Choice, rooms: Choice) -> PartySlot:
        return PartySlot(
            plans=self._plans(times, staff, rooms),
            idle_minutes=staff.cost,
            room_changes=rooms.cost,
            usual=staff.preferred,
            merits=tuple(merits(staff)),
        )

    def _plans(self, times: Sequence[Interval], staff: Choice, rooms: Choice) -> tuple[Plan, ...]:
        served = _by_item(self.staffing.wishes, staff)
        housed = _by_item(self.rooming.wishes, rooms)
        visits: list[list[PlannedItem]] = []
        for at, (start, end) in enumerate(times):
            if not self.items.positions[at]:
                visits.append([])
            person, staff_until = served.get(at, (None, end))
            room, room_until = housed.get(at, (None, end))
            visits[-1].append(
                PlannedItem(
                    service=self.items.wishes[at].service,
                    staff=person and person.who,
                    room=room and room.who,
                    place=room and self._place(room, room_until),
                    start=start,
                    end=end,
                    staff_busy_until=staff_until,
                    room_busy_until=room_until,
                )
            )
        return tuple(
            Plan(items[0].start, max(item.end for item in items), tuple(items)) for items in visits
        )

    def _place(self, room: Option, until: int) -> int:
        if room.place is not None:
            return room.place
        return self.rooming.rooms[room.who].place(room.start, until)


def _by_item(items: Iterable[int], choice: Choice) -> dict[int, tuple[Option, int]]:
    """Return, for each of the items chosen for, what was chosen and until when it is busy."""
    chosen = zip(choice.options, busy_untils(choice.options), strict=True)
    return dict(zip(items, chosen, strict=True))
