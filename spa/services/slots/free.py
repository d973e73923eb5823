"""The first free times: of anyone, of a therapist, or of whichever of two, over some days."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from spa import engine, localtime
from spa.models import Appointment, Client, Location
from spa.services.slots.window import Member, Wanted, load, load_party

DAYS, COUNT = 14, 6
WHOLE_DAY = (0, 1440)

S = TypeVar("S", engine.Slot, engine.PartySlot)


@dataclass(frozen=True, slots=True)
class FreeDay:
    day: date
    count: int  # of starts that are free within the hours asked for


@dataclass(frozen=True, slots=True)
class FreeTimes(Generic[S]):
    """What is free on some days, at the hours asked for."""

    days: tuple[FreeDay, ...]  # all that were asked for, without a gap
    first: tuple[S, ...]  # the earliest, in order of time
    best: tuple[S, ...]  # those ranked best, by `engine.best`; for a party as the first


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
    )
    facts = _within(window.facts, location, first_day, days, between)
    found = engine.search(window.wishes, facts).slots
    return FreeTimes(
        days=_days([slot.plan.start for slot in found], location, first_day, days),
        first=found[:count],
        best=tuple(engine.best(found, count)),
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
) -> FreeTimes[engine.PartySlot]:
    """Return as `first_free` when all members can start together."""
    first_day = first_day or location.today(now=now)
    window = load_party(
        location=location,
        members=members,
        first_day=first_day,
        last_day=first_day + timedelta(days=days - 1),
        now=now,
    )
    facts = _within(window.facts, location, first_day, days, between)
    found = engine.search_party(window.guests, facts).slots
    return FreeTimes(
        days=_days([slot.plans[0].start for slot in found], location, first_day, days),
        first=found[:count],
        best=found[:count],
    )


def _within(
    facts: engine.Facts, location: Location, first_day: date, days: int, between: tuple[int, int]
) -> engine.Facts:
    """Leave only those starts of the grid that lie within the hours asked for."""
    if between == WHOLE_DAY:
        return facts
    starts: list[int] = []
    for day in localtime.days(first_day, first_day + timedelta(days=days - 1)):
        from_minute, to_minute = (localtime.instant(day, minute, location.tz) for minute in between)
        starts += facts.grid[
            bisect_left(facts.grid, from_minute) : bisect_left(facts.grid, to_minute)
        ]
    return replace(facts, grid=tuple(starts))


def _days(
    starts: Sequence[int], location: Location, first_day: date, days: int
) -> tuple[FreeDay, ...]:
    counts = Counter(localtime.moment(start).astimezone(location.tz).date() for start in starts)
    last_day = first_day + timedelta(days=days - 1)
    return tuple(FreeDay(day, counts[day]) for day in localtime.days(first_day, last_day))
