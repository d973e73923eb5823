"""The rules of placing a visit: one function for the list of slots and for the booking."""

from collections.abc import Iterable, Sequence

from .assignment import Choice, choose
from .explain import room_obstacles, staff_obstacles
from .facts import Facts, Wish
from .house import House
from .intervals import Interval
from .people import Staffing
from .plans import Plan, PlannedItem, Refused, Search, Slot
from .promises import busy_untils
from .ranking import merits
from .rooms import Rooming
from .timetable import timetable


def plan_at(start: int, wishes: Sequence[Wish], facts: Facts) -> Plan | Refused:
    """Place a visit at `start`, or say why that is impossible.

    Exact both ways: a plan breaks no rule, and a refusal means that no choice of staff, rooms
    and places would satisfy them all. `search` decides every start by this same rule.
    """
    answer = _Visit(wishes, facts).place(start)
    return answer.plan if isinstance(answer, Slot) else answer


def search(wishes: Sequence[Wish], facts: Facts) -> Search:
    """Try every start of the grid.

    Of the staff and rooms that are possible at a start, a slot has those that leave the least
    idle time, change rooms least, include a usual therapist, and have the lowest ids; see
    `assignment.choose` for how far that goes with many items.
    """
    visit = _Visit(wishes, facts)
    answers = [visit.place(start) for start in facts.grid]
    return Search(
        slots=tuple(answer for answer in answers if isinstance(answer, Slot)),
        refused=tuple(answer for answer in answers if isinstance(answer, Refused)),
    )


class _Visit:
    """Wishes and facts, prepared once for any number of starts."""

    def __init__(self, wishes: Sequence[Wish], facts: Facts) -> None:
        self.wishes = wishes
        self.times = timetable(wishes)
        self.house = House(facts)
        self.staffing = Staffing(wishes, facts, self.house)
        self.rooming = Rooming(wishes, facts)

    def place(self, start: int) -> Slot | Refused:
        times = [(start + begin, start + end) for begin, end in self.times]
        reasons = self.house.obstacles(start, times)
        staff_rows = self.staffing.rows(times)
        room_rows = self.rooming.rows(times)
        if not reasons:
            staff = choose(staff_rows, self.staffing.ranking)
            rooms = choose(room_rows, self.rooming.ranking)
            if staff is not None and rooms is not None:
                return self._slot(times, staff, rooms)
        reasons.extend(staff_obstacles(self.staffing, staff_rows, times))
        reasons.extend(room_obstacles(self.rooming, room_rows, times))
        return Refused(start, tuple(reasons))

    def _slot(self, times: Sequence[Interval], staff: Choice, rooms: Choice) -> Slot:
        return Slot(
            plan=self._plan(times, staff, rooms),
            idle_minutes=staff.cost,
            room_changes=rooms.cost,
            usual=staff.preferred,
            merits=tuple(merits(staff)),
        )

    def _plan(self, times: Sequence[Interval], staff: Choice, rooms: Choice) -> Plan:
        served = _by_item(self.staffing.wishes, staff)
        housed = _by_item(self.rooming.wishes, rooms)
        items = []
        for at, (start, end) in enumerate(times):
            person, staff_until = served.get(at, (None, end))
            room, room_until = housed.get(at, (None, end))
            place = None if room is None else self.rooming.rooms[room].place(start, room_until)
            items.append(
                PlannedItem(
                    service=self.wishes[at].service,
                    staff=person,
                    room=room,
                    place=place,
                    start=start,
                    end=end,
                    staff_busy_until=staff_until,
                    room_busy_until=room_until,
                )
            )
        return Plan(items[0].start, max(item.end for item in items), tuple(items))


def _by_item(items: Iterable[int], choice: Choice) -> dict[int, tuple[int, int]]:
    """Return, for each of the items chosen for, who it is and until when they are busy."""
    chosen = zip(choice.options, busy_untils(choice.options), strict=True)
    return {at: (option.who, until) for at, (option, until) in zip(items, chosen, strict=True)}
