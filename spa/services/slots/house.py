"""When a location is open and who works there: hours, shifts, rooms, exclusions, policy.

One query for any number of days; the weekly rules are unrolled here, in the location's zone.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from spa import engine, localtime
from spa.models import ExclusionKind, Location
from spa.services.slots.statements import HOUSE
from spa.services.slots.statements import rows as run

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Closure:
    """One exclusion within the window, as the engine and the calendar need it."""

    start: int
    end: int
    kind: str
    text: str  # the note that was written, else the kind in the reader's language
    pk: int | None = None  # of the exclusion

    @property
    def exclusion(self) -> engine.Exclusion:
        return engine.Exclusion(self.start, self.end, self.text)


@dataclass(frozen=True, slots=True)
class House:
    """A location's working time between two local days; instants in minutes since the epoch."""

    opening: tuple[engine.Interval, ...]
    shifts: dict[int, tuple[engine.Interval, ...]]  # by staff member, all who work here
    rooms: tuple[dict, ...]  # id, kind, places, shared, name
    closures: tuple[Closure, ...]  # of the whole location
    staff_closures: dict[int, tuple[Closure, ...]]
    room_closures: dict[int, tuple[Closure, ...]]
    policy: dict[str, int]
    sellable: int  # minutes of the shortest service on offer: a shorter gap sells nothing
    worthwhile: int  # of the middling one with its buffer: a shorter gap sells little


def load(location: Location, first_day: date, last_day: date) -> House:
    """Load what is open on these local days and the nights around them. One query."""
    opening, shifts, rooms, exclusions, policy, shortest, middling = _row(
        location, first_day - DAY, last_day + DAY
    )
    dates = list(localtime.days(first_day - DAY, last_day + DAY))
    zone = location.tz
    weekly = defaultdict(list)
    for shift in shifts:
        weekly[shift["staff_id"]].append(shift)
    closures = defaultdict(list)
    for exclusion in exclusions:
        closures[exclusion["staff_id"], exclusion["room_id"]] += _closures(exclusion, dates, zone)
    return House(
        opening=engine.merge(_unroll(opening, dates, zone)),
        shifts={pk: engine.merge(_unroll(own, dates, zone)) for pk, own in weekly.items()},
        rooms=tuple(rooms),
        closures=_sorted(closures.pop((None, None), ())),
        staff_closures={s: _sorted(found) for (s, _r), found in closures.items() if s},
        room_closures={r: _sorted(found) for (_s, r), found in closures.items() if r},
        policy=policy,
        sellable=shortest or 30,
        worthwhile=(middling or 30) + policy["default_buffer_minutes"],
    )


def shut(house: House, span: engine.Interval) -> tuple[bool, str]:
    """Say whether the house is closed all through a span, and why, where somebody wrote it down."""
    closures = [one for one in house.closures if one.start < span[1] and span[0] < one.end]
    taken = engine.merge((one.start, one.end) for one in closures)
    opening = engine.subtract(engine.intersect(house.opening, (span,)), taken)
    return not opening, closures[0].text if closures and not opening else ""


def _row(location: Location, first: date, last: date) -> tuple:
    """Return the parts of the house in the order of the statement. One query."""
    found = run(
        HOUSE,
        location=location.pk,
        first=first,
        last=last,
        weekdays=sorted({day.isoweekday() for day in localtime.days(first, last)}),
        start=localtime.day_span(first, location.tz)[0],
        end=localtime.day_span(last, location.tz)[1],
    )
    if not found:
        raise Location.DoesNotExist
    return found[0]


def _unroll(weekly: Iterable[dict], dates: list[date], zone) -> list[engine.Interval]:
    """Return the intervals of weekly rows on these dates, in no order."""
    return [
        (
            localtime.instant(day, row["from_minute"], zone),
            localtime.instant(day, row["to_minute"], zone),
        )
        for day in dates
        for row in weekly
        if row["weekday"] == day.isoweekday() and _in_force(row, day)
    ]


def _in_force(row: dict, day: date) -> bool:
    """Compare as ISO text, which is how JSON brings dates and sorts as they do."""
    valid_from, valid_until = row.get("valid_from"), row.get("valid_until")
    on = day.isoformat()
    return (valid_from is None or valid_from <= on) and (valid_until is None or on <= valid_until)


def _closures(row: dict, dates: list[date], zone) -> list[Closure]:
    text = row["note"] or str(ExclusionKind(row["kind"]).label)
    if row["weekday"] is None:
        spans = [(row["starts_at"], row["ends_at"])]
    else:
        spans = _unroll([row], dates, zone)
    return [Closure(start, end, row["kind"], text, row["id"]) for start, end in spans]


def _sorted(closures: Iterable[Closure]) -> tuple[Closure, ...]:
    return tuple(sorted(closures, key=lambda closure: (closure.start, closure.end, closure.text)))
