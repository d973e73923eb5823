"""Who can serve an item, and the idle time that this leaves them."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from .assignment import Ranking
from .facts import Facts, StaffFacts, Wish
from .house import House
from .intervals import FOREVER, Interval, Spans, merge, subtract
from .promises import Law, Option, Row
from .timetable import Items


class Window(NamedTuple):
    """A stretch of a shift without exclusion and without anything booked."""

    start: int
    end: int
    reach: int  # a buffer may run past `end`, up to their next engagement
    enclosed: bool  # an exclusion or a booking on either side, not a shift's edge


class Person:
    """One staff member's time, prepared for quick look-ups."""

    __slots__ = ("_starts", "_windows", "busy", "exclusions", "id", "shifts")

    def __init__(self, facts: StaffFacts) -> None:
        self.id = facts.id
        self.shifts = merge(facts.shifts)
        self.exclusions = Spans(facts.exclusions)
        self.busy = Spans(facts.busy)
        self._windows = self._free_windows()
        self._starts = [window.start for window in self._windows]

    def _free_windows(self) -> list[Window]:
        engaged = merge(self.busy.intervals() + self.exclusions.intervals())
        begins, ends = {start for start, _ in engaged}, {end for _, end in engaged}
        bookings = [span.start for span in self.busy.spans]
        windows = []
        for start, end in subtract(self.shifts, engaged):
            following = bisect_left(bookings, end)
            reach = bookings[following] if following < len(bookings) else FOREVER
            windows.append(Window(start, end, reach, start in ends and end in begins))
        return windows

    def window(self, start: int, end: int) -> Window | None:
        """Return the free stretch that holds all of `[start, end)`."""
        at = bisect_right(self._starts, start) - 1
        if at < 0:
            return None
        window = self._windows[at]
        return window if end <= window.end else None


class Staffing:
    """The staff's side of a visit: which wishes need somebody, and who comes into question."""

    def __init__(self, items: Items, facts: Facts, house: House) -> None:
        self.house = house
        self.sellable = facts.sellable
        self.guests = items.guests
        self.wishes = {at: items.wishes[at] for at in items.order if items.wishes[at].needs_staff}
        able = {at: _asked_for(wish) for at, wish in self.wishes.items()}
        here = sorted(facts.staff.keys() & frozenset().union(*able.values()))
        persons = [Person(facts.staff[who]) for who in here]
        self.eligible = {at: [p for p in persons if p.id in able[at]] for at in self.wishes}
        law = Law(exclusive=True, alone=items.alone, alike=items.alike)
        self.ranking = Ranking(self._idle_between, _least_idle, law, items.usual_staff)

    def rows(self, start: int, times: Sequence[Interval]) -> list[Row]:
        """Return, per wish that needs somebody, who could serve it at that time."""
        bounds = self.house.sellable_around(start)
        return [self._row(at, *times[at], bounds) for at in self.wishes]

    def _row(self, at: int, start: int, end: int, bounds: Interval) -> Row:
        opens, closes = bounds
        busy_until = end + self.wishes[at].staff_buffer
        sellable, guest = self.sellable, self.guests[at]
        row = []
        for person in self.eligible[at]:
            window = person.window(start, end)
            if window is None:
                continue
            begins, ends, reach, _enclosed = window
            before = start - (begins if begins > opens else opens)
            after = (ends if ends < closes else closes) - busy_until
            if after < 0:
                after = self._gap_from(busy_until, person)
            first = before if 0 < before < sellable else 0
            last = after if 0 < after < sellable else 0
            row.append(Option(person.id, start, end, busy_until, reach, first, last, window, guest))
        return row

    def _gap_from(self, minute: int, person: Person) -> int:
        """Return how long somebody is free from `minute` on, a buffer having outrun a window."""
        window = person.window(minute, minute)
        if window is None:
            return 0
        return min(window.end, self.house.sellable_around(minute)[1]) - minute

    def _idle_between(self, earlier: Option, later: Option) -> int:
        until = min(earlier.busy_until, later.start)
        if until < later.window.start:  # something else comes between
            return earlier.last + later.first
        gap = later.start - until
        return gap if gap < self.sellable else 0


def _asked_for(wish: Wish) -> frozenset[int]:
    able = wish.able if wish.among is None else wish.able & wish.among
    return able if wish.staff is None else able & {wish.staff}


def _least_idle(rows: Sequence[Row], at: int, _before: int | None) -> int:
    """Return the idle minutes that a row leaves whatever else is chosen.

    Whoever cannot be chosen before certainly leaves the gap before, and so on.
    """
    earlier = {option.who for row in rows[:at] for option in row}
    later = {option.who for row in rows[at + 1 :] for option in row}
    return min(
        (0 if option.who in earlier else option.first) + (0 if option.who in later else option.last)
        for option in rows[at]
    )
