"""From a local day and minute to an instant and back (rule book §2 and §5).

The engine counts instants in whole minutes since the Unix epoch, UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 1440


def instant(day: date, minute: int, zone: ZoneInfo) -> int:
    """Return the instant of a local minute of `day` (0–1440; 1440 is the next midnight).

    A minute that the clock shows twice means the first time; one that it skips, the moment
    of the jump.
    """
    midnight = _even_day(day, zone)
    if midnight is not None:
        return midnight + minute
    if minute == MINUTES_PER_DAY:
        day, minute = day + timedelta(days=1), 0
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    at = minutes(local)
    if moment(at).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return at
    before = minutes(local.replace(fold=1))  # the offset after the jump gives an earlier instant
    while at - before > 1:
        middle = (at + before) // 2
        shown = moment(middle).astimezone(zone)
        if shown.utcoffset() == local.replace(fold=1).utcoffset():
            at = middle
        else:
            before = middle
    return at


@lru_cache(maxsize=2048)
def _even_day(day: date, zone: ZoneInfo) -> int | None:
    """Return the instant of local midnight if the day has 24 hours, else None.

    Nearly every day has; the table spares a conversion for each quarter of an hour.
    """
    first = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = first + timedelta(days=1)
    if first.utcoffset() != following.utcoffset() or minutes(following) != minutes(first) + 1440:
        return None
    return minutes(first)


def minutes(at: datetime, *, round_up: bool = False) -> int:
    """Return the whole minutes since the epoch at an aware datetime, seconds cut or rounded up."""
    seconds = at.timestamp()
    return int(-(-seconds // 60)) if round_up else int(seconds // 60)


def moment(at: int) -> datetime:
    """Return the datetime, aware and in UTC, of minutes since the epoch."""
    return datetime.fromtimestamp(at * 60, UTC)


def days(first: date, last: date) -> Iterator[date]:
    """Yield each date from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def grid(first: date, last: date, *, step: int, zone: ZoneInfo) -> tuple[int, ...]:
    """Return the instants of every `step`-th local minute of these days, ascending, each once."""
    return tuple(
        sorted(
            {
                instant(day, minute, zone)
                for day in days(first, last)
                for minute in range(0, MINUTES_PER_DAY, step)
            }
        )
    )


def day_span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the half-open span of a local day as aware datetimes in UTC."""
    return moment(instant(day, 0, zone)), moment(instant(day, MINUTES_PER_DAY, zone))
