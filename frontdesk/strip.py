"""Among which days a time is chosen: how full each is, its first free time, parts of the day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import islice
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from spa import engine, localtime
from spa.services import slots

DAYS = 14
FIRST = 4  # days of which the first free time is told at once

# Parts of the day by the minutes between which a visit starts.
ANY = "any"
PARTS: dict[str, tuple[int, int]] = {
    ANY: slots.WHOLE_DAY,
    "morning": (0, 12 * 60),
    "afternoon": (12 * 60, 18 * 60),
    "evening": (18 * 60, localtime.MINUTES_PER_DAY),
}
WORDS: dict[str, str | Promise] = {
    ANY: gettext_lazy("Any hour"),
    "morning": pgettext_lazy("part of the day", "Morning"),
    "afternoon": gettext_lazy("Afternoon"),
    "evening": gettext_lazy("Evening"),
}


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    is_free: bool
    free: int | None  # how many starts; None: nobody counted
    shown: bool
    is_closed: bool
    closure: str  # why it is closed, where somebody wrote it down
    is_staffed: bool


@dataclass(frozen=True, slots=True)
class Part:
    value: str
    words: str | Promise
    chosen: bool


def draw_days(days: Iterable[slots.FreeDay], shown: date, *, counted: bool) -> tuple[Day, ...]:
    """Return the days of the strip; `counted` searches all of each, not just its first time."""
    return tuple(
        Day(
            date=one.day,
            is_free=one.first is not None,
            free=len(one.slots) if counted or one.day == shown else None,
            shown=one.day == shown,
            is_closed=one.is_closed,
            closure=one.closure,
            is_staffed=one.is_staffed,
        )
        for one in days
    )


def first_of_days(
    days: Iterable[slots.FreeDay], *, but: int | None = None
) -> list[engine.Slot | engine.PartySlot]:
    """Return the first free time of each of some days: of several in a row one says enough.

    `but`: where the visit stands already, which is no other time for it.
    """
    found = (_first(one, but) for one in days)
    return list(islice(filter(None, found), FIRST))


def _first(day: slots.FreeDay, but: int | None) -> engine.Slot | engine.PartySlot | None:
    if day.first is None or slots.start_of(day.first) != but:
        return day.first
    return next((slot for slot in day.slots if slots.start_of(slot) != but), None)


def parts(
    chosen: str, opening: Sequence[engine.Interval], days: Iterable[date], zone: ZoneInfo
) -> tuple[Part, ...]:
    """Return the parts of the day in which the house opens on any of the days, and the one chosen.

    A house that opens in one of them alone has none to choose from.
    """
    days = list(days)
    known = [
        part
        for part, hours in PARTS.items()
        if part == chosen or _opens(opening, days, hours, zone)
    ]
    if len(known) <= 2 and chosen == ANY:  # any hour, and the only part
        return ()
    return tuple(Part(part, WORDS[part], part == chosen) for part in known)


def holds(part: str, at: time) -> bool:
    """Say whether a visit that starts then starts in that part of the day."""
    start, end = PARTS[part]
    return start <= at.hour * 60 + at.minute < end


def _opens(
    opening: Sequence[engine.Interval], days: Iterable[date], hours: tuple[int, int], zone: ZoneInfo
) -> bool:
    spans = [tuple(localtime.instant(day, minute, zone) for minute in hours) for day in days]
    return bool(engine.intersect(opening, tuple(spans)))
