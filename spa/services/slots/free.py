"""The free times of some days: of anyone, of a therapist, or of whichever of two."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import chain, islice
from typing import Generic, TypeVar

from spa import engine, localtime
from spa.models import Appointment, Client, Location
from spa.services.slots import house as houses
from spa.services.slots.window import Member, PartyWindow, Wanted, Window, load, load_party

DAYS, COUNT = 14, 6
WHOLE_DAY = (0, localtime.MINUTES_PER_DAY)

S = TypeVar("S", engine.Slot, engine.PartySlot)


@dataclass(frozen=True)
class FreeDay(Generic[S]):
    """One day, searched when it is asked about: its first time costs less than all of them."""

    day: date
    starts: tuple[int, ...]  # of the grid, within the hours asked for
    is_closed: bool  # the house, all through these hours
    closure: str  # why it is, where somebody wrote it down
    is_staffed: bool  # for each treatment somebody who is wanted for it works then
    finder: engine.Finder[S] = field(compare=False, repr=False)

    @cached_property
    def first(self) -> S | None:
        return next(filter(None, map(self.finder.offer, self.starts)), None)

    @cached_property
    def slots(self) -> tuple[S, ...]:
        """What is free, in order of time."""
        return tuple(filter(None, map(self.finder.offer, self.starts)))

    @property
    def refused(self) -> tuple[engine.Refused, ...]:
        """What stands in the way of each other start."""
        others = (start for start in self.starts if self.finder.offer(start) is None)
        return tuple(map(self.finder.explain, others))


@dataclass(frozen=True)
class FreeTimes(Generic[S]):
    """What is free on some days, at the hours asked for, as far as it is asked about."""

    days: tuple[FreeDay[S], ...]  # all that were asked for, without a gap
    window: Window | PartyWindow = field(compare=False)  # the grid cut to the hours asked for
    count: int = COUNT

    @property
    def slots(self) -> Iterator[S]:
        """Yield all that is free, in order of time."""
        return (slot for day in self.days for slot in day.slots)

    @property
    def first(self) -> tuple[S, ...]:
        """The earliest, in order of time."""
        return tuple(islice(self.slots, self.count))

    @property
    def best(self) -> tuple[S, ...]:
        """Those ranked best; for a party, which is hard to seat, the first."""
        return best(self.slots, self.count)

    def on(self, day: date) -> FreeDay[S]:
        return next(one for one in self.days if one.day == day)


def first_free(
    *,
    location: Location,
    wanted: Sequence[Wanted],
    client: Client | None,
    now: datetime,
    first_day: date | None = None,
    days: int = DAYS,
    between: tuple[int, int] = WHOLE_DAY,
    count: int = COUNT,
    for_client: bool = False,
    moving: Appointment | None = None,
    forgotten: bool = False,
) -> FreeTimes[engine.Slot]:
    """Return the first `count` free times from `first_day` (None: today) on, and the best.

    `between` holds local minutes of the day: a visit starts at the first or later, and before
    the second. Runs as many queries as `load`, however many days. Raises what `load` does.
    """
    first_day = first_day or location.today(now=now)
    window = load(
        location=location,
        wanted=wanted,
        first_day=first_day,
        last_day=first_day + timedelta(days=days - 1),
        client=client,
        now=now,
        for_client=for_client,
        moving=moving,
        forgotten=forgotten,
    )
    return _free_times(window, _hours(first_day, days, between, location), count)


def first_free_for_party(
    *,
    location: Location,
    members: Sequence[Member],
    now: datetime,
    first_day: date | None = None,
    days: int = DAYS,
    between: tuple[int, int] = WHOLE_DAY,
    count: int = COUNT,
    forgotten: bool = False,
) -> FreeTimes[engine.PartySlot]:
    """Return as `first_free` when all members can start together."""
    first_day = first_day or location.today(now=now)
    window = load_party(
        location=location,
        members=members,
        first_day=first_day,
        last_day=first_day + timedelta(days=days - 1),
        now=now,
        forgotten=forgotten,
    )
    return _free_times(window, _hours(first_day, days, between, location), count)


def _hours(
    first_day: date, days: int, between: tuple[int, int], location: Location
) -> dict[date, engine.Interval]:
    """Return the hours asked for of each day, as instants."""
    last_day = first_day + timedelta(days=days - 1)
    return {
        day: tuple(localtime.instant(day, minute, location.tz) for minute in between)
        for day in localtime.days(first_day, last_day)
    }


def _free_times(
    window: Window | PartyWindow, hours: dict[date, engine.Interval], count: int
) -> FreeTimes:
    """Prepare the search of each day; the window's grid keeps only starts within the hours."""
    starts = {day: _between(window.facts.grid, *span) for day, span in hours.items()}
    window = replace(window, facts=replace(window.facts, grid=tuple(chain(*starts.values()))))
    finder = window.finder()
    days = (
        FreeDay(
            day,
            starts[day],
            *houses.shut(window.house, span),
            is_staffed=_is_staffed(window, span),
            finder=finder,
        )
        for day, span in hours.items()
    )
    return FreeTimes(tuple(days), window, count)


def _between(grid: tuple[int, ...], start: int, end: int) -> tuple[int, ...]:
    return grid[bisect_left(grid, start) : bisect_left(grid, end)]


def _is_staffed(window: Window | PartyWindow, span: engine.Interval) -> bool:
    guests = [window.wishes] if isinstance(window, Window) else [g.wishes for g in window.guests]
    at_work = {pk for pk, one in window.facts.staff.items() if _works(one, span)}
    return all(
        at_work & (frozenset({wish.staff}) if wish.staff else wish.among or wish.able)
        for wishes in guests
        for wish in wishes
        if wish.needs_staff
    )


def _works(person: engine.StaffFacts, span: engine.Interval) -> bool:
    away = engine.merge((one.start, one.end) for one in person.exclusions)
    return bool(engine.subtract(engine.intersect(person.shifts, (span,)), away))


def best(found: Iterable[S], count: int) -> tuple[S, ...]:
    """Return what suits best, by `engine.best`; of a party what comes first."""
    found = list(found)
    if found and isinstance(found[0], engine.PartySlot):
        return tuple(found[:count])
    return tuple(engine.best(found, count))


def start_of(slot: engine.Slot | engine.PartySlot) -> int:
    return (slot.plan if isinstance(slot, engine.Slot) else slot.plans[0]).start
