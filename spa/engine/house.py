"""What stands in the way whoever serves: the calendar, the location, the client."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from .facts import Facts, Guest
from .intervals import FOREVER, Interval, Spans, around, contains, merge, subtract
from .plans import Reason
from .timetable import Items


class House:
    """The rules for every item alike, prepared for any number of starts."""

    def __init__(self, facts: Facts, guests: Sequence[Guest], items: Items) -> None:
        self.facts = facts
        self.guests = items.guests
        self.opening = merge(facts.opening)
        self.exclusions = Spans(facts.exclusions)
        self.clients = [Spans(guest.client_busy) for guest in guests]
        self._open = subtract(self.opening, merge(self.exclusions.intervals()))

    def obstacles(self, start: int, times: Sequence[Interval]) -> Iterator[Reason]:
        """Yield what stands in the way; hours that are excluded twice come twice."""
        yield from self._calendar(start)
        for at, (begin, end) in enumerate(times):
            # One look-up is enough for the many items that nothing keeps from happening.
            if not contains(self._open, begin, end):
                yield from self._location(at, begin, end)
        for guest, client in enumerate(self.clients):
            if client.spans:
                finish = max(end for at, (_, end) in enumerate(times) if self.guests[at] == guest)
                for busy in client.all(start, finish):
                    yield Reason("client_busy", start=busy.start, end=busy.end, guest=guest)

    def sellable_around(self, start: int) -> Interval:
        """Return the time around `start` in which the location can still sell anything."""
        opens, closes = around(self._open, start, start) or (start, start)
        return max(opens, self.facts.earliest), closes

    def _calendar(self, start: int) -> Iterator[Reason]:
        grid = self.facts.grid
        at = bisect_left(grid, start)
        if at == len(grid) or grid[at] != start:
            yield Reason("off_grid")
        if start < self.facts.earliest:
            yield Reason("lead_time", end=self.facts.earliest)
        if start >= self.facts.latest:
            yield Reason("too_far", start=self.facts.latest)

    def _location(self, at: int, begin: int, end: int) -> Iterator[Reason]:
        if not contains(self.opening, begin, end):
            yield self._closed(at, begin)
        for exclusion in self.exclusions.all(begin, end):
            yield Reason(
                "excluded",
                at,
                start=exclusion.start,
                end=exclusion.end,
                detail=exclusion.reason,
            )

    def _closed(self, at: int, begin: int) -> Reason:
        """Name the closed time that an item meets first, from closing to opening."""
        following = bisect_right(self.opening, (begin, FOREVER))
        closes = self.opening[following - 1][1] if following else None
        opens = self.opening[following][0] if following < len(self.opening) else None
        return Reason("closed", at, start=closes, end=opens)
