"""Which day and start a form asks for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from frontdesk import strip
from spa.errors import RuleBroken
from spa.models import Location

FARTHEST = timedelta(days=740)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which day and start were asked for; what nobody asked for is the page's to choose."""

    day: date
    first: date  # of the strip
    start: datetime | None = None
    day_is_automatic: bool = False
    part: str = strip.ANY  # of the day, in which a visit is to start

    @classmethod
    def read(cls, chosen: dict, *, location: Location, now: datetime) -> "Asked":
        """Take day and start from a form; `default_day` stands in for a day not given.

        What the page had chosen by itself is nobody's choice: it is made anew.

        :raises RuleBroken: the day is out of all reach (reason `too_far`)
        """
        today = location.today(now=now)
        start = None if chosen["start"] == chosen["auto_start"] else chosen["start"]
        day = chosen["go"] or (None if chosen["day"] == chosen["auto_day"] else chosen["day"])
        if chosen["take"]:
            start, day = chosen["take"], None
        if day is None and start is not None:
            day = location.today(now=start)
        day = day or chosen.get("default_day")
        automatic, day = day is None, day or today
        if abs(day - today) > FARTHEST:
            raise RuleBroken(
                _("Visits cannot be booked so far away. Choose a nearer day."), reason="too_far"
            )
        part = chosen["within"] or chosen["part"] or strip.ANY
        if start is not None and not _is_wanted(start, day, part, location):
            start = None
        return cls(day, _first(chosen["first"], day, today), start, automatic, part)


def _is_wanted(start: datetime, day: date, part: str, location: Location) -> bool:
    local = start.astimezone(location.tz)
    return local.date() == day and strip.holds(part, local.time())


def _first(first: date | None, day: date, today: date) -> date:
    days = timedelta(days=strip.DAYS)
    if first is not None and first <= day < first + days:
        return first
    if today <= day < today + days:
        return today
    return day if day < today else day - timedelta(days=1)


def start_is_of_its_day(chosen: dict, location: Location) -> bool:
    """Return whether a form has a start, and one of the day that it shows."""
    start, day = chosen["start"], chosen["day"]
    return start is not None and day in (None, location.today(now=start))
