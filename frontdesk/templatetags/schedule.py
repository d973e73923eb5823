"""How hours of the week and time taken away are written."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django import template
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from frontdesk.templatetags.spa import clock, day_as
from spa.models import AvailabilityExclusion
from spa.models.schedule import clock_of
from spa.services.schedule import Hours, Taken

register = template.Library()
DAY = timedelta(days=1)
register.filter("of_day", clock_of)


@register.filter
def at(items: Sequence, number: int) -> object:
    return items[number]


@register.filter
def less(one: int, other: int) -> int:
    return one - other


@register.filter
def bars(hours: Sequence[Hours]) -> list[tuple[int, int]]:
    """Return from which minute each of a day's hours lasts how long."""
    return [(one.from_minute, one.to_minute - one.from_minute) for one in hours]


@register.filter
def cuts_on(taken: Iterable[Taken] | str, weekday: int) -> list[tuple[int, int]]:
    """Return from which minute how long something is taken away every week on a day."""
    rows = [one.exclusion for one in taken or () if weekday in one.weekdays]
    return [(row.from_minute, row.to_minute - row.from_minute) for row in rows]


@register.filter
def weekdays(days: Sequence[int]) -> str:
    """Return weekdays in short: `lun–vie`, `mar, jue`; all seven are every day."""
    if len(days) == 7:
        return _("Every day")
    names = [str(WEEKDAYS_ABBR[day - 1]).lower() for day in days]
    together = all(later == earlier + 1 for earlier, later in pairwise(days))
    return f"{names[0]}–{names[-1]}" if len(days) > 2 and together else ", ".join(names)


@register.filter
def on_dates(exclusion: AvailabilityExclusion, zone: ZoneInfo) -> str:
    """Return when a dated exclusion is; whole days without their hours."""
    start, end = (at.astimezone(zone) for at in (exclusion.starts_at, exclusion.ends_at))
    first = day_as(start.date(), "D j M Y")
    if (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0):
        last = day_as((end.date() - DAY), "D j M Y")
        return first if first == last else f"{first} – {last}"
    last = day_as(end.date(), "D j M Y")
    if first == last:
        return f"{first}, {clock(start, zone)}–{clock(end, zone)}"
    return f"{first}, {clock(start, zone)} – {last}, {clock(end, zone)}"
