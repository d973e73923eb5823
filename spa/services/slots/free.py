"""The free times of some days: of anyone, of a therapist, or of whichever of two."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from spa import engine, localtime
from spa.models import Appointment, Client, Location
from spa.services.slots import house as houses
from spa.services.slots.window import Member, PartyWindow, Wanted, Window, load, load_party

DAYS, COUNT = 14, 6
WHOLE_DAY = (0, 1440)

S = TypeVar("S", engine.Slot, engine.PartySlot)


@dataclass(frozen=True, slots=True)
class FreeDay(Generic[S]):
    day: date
    slots: tuple[S, ...]  # what is free within the hours asked for, in order of time
    is_closed: bool  # the house, all through these hours
    closure: str  # why it is, where somebody wrote it down
    is_staffed: bool  # for each treatment somebody who is wanted for it works then

    @property
    def count(self) -> int:
        return len(self.slots)

    @property
    def first(self) -> S | None:
        return self.slots[0] if self.slots else None


@dataclass(frozen=True, slots=True)
class FreeTimes(Generic[S]):
    """What is free on some days, at the hours asked for, with the search that found it."""

    days: tuple[FreeDay[S], ...]  # all that were asked for, without a gap
    first: tuple[S, ...]  # the earliest, in order of time
    best: tuple[S, ...]  # those ranked best, by `engine.best`; for a party as the first
    search: engine.Search[S] = field(compare=False)
    # The question, its grid cut to the hours asked for.
    window: Window | PartyWindow = field(compare=False)

    def on(self, day: date) -> tuple[S, ...]:
        """Return what is free on a day; nothing on one that was not asked for."""
        return next((one.slots for one in self.days if one.day == day), ())


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
    hours = _hours(first_day, days, between, location)
    window = _within(window, hours, between)
    search = window.search()
    return FreeTimes(
        days=tuple(_days(window, search.slots, hours)),
        first=search.slots[:count],
        best=tuple(engine.best(search.slots, count)),
        search=search,
        window=window,
    )


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
    hours = _hours(first_day, days, between, location)
    window = _within(window, hours, between)
    search = window.search()
    first = search.slots[:count]
    return FreeTimes(tuple(_days(window, search.slots, hours)), first, first, search, window)


def _hours(
    first_day: date, days: int, between: tuple[int, int], location: Location
) -> dict[date, engine.Interval]:
    """Return the hours asked for of each day, as instants."""
    last_day = first_day + timedelta(days=days - 1)
    return {
        day: tuple(localtime.instant(day, minute, location.tz) for minute in between)
        for day in localtime.days(first_day, last_day)
    }


W = TypeVar("W", Window, PartyWindow)


def _within(window: W, hours: dict[date, engine.Interval], between: tuple[int, int]) -> W:
    """Leave only those starts of the grid that lie within the hours asked for."""
    if between == WHOLE_DAY:
        return window
    starts = window.facts.grid
    grid: list[int] = []
    for first, end in hours.values():
        grid += starts[bisect_left(starts, first) : bisect_left(starts, end)]
    return replace(window, facts=replace(window.facts, grid=tuple(grid)))


def _days(
    window: Window | PartyWindow, found: Sequence[S], hours: dict[date, engine.Interval]
) -> Iterator[FreeDay[S]]:
    starts = [start_of(slot) for slot in found]
    for day, span in hours.items():
        own = found[bisect_left(starts, span[0]) : bisect_left(starts, span[1])]
        is_closed, closure = houses.shut(window.house, span)
        yield FreeDay(day, tuple(own), is_closed, closure, bool(own) or _is_staffed(window, span))


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


def start_of(slot: engine.Slot | engine.PartySlot) -> int:
    return (slot.plan if isinstance(slot, engine.Slot) else slot.plans[0]).start
