"""A week as it is typed: for each day its from–to rows, and what the buttons beside them do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from frontdesk.minutes import minute_of
from spa.models import Weekday
from spa.models.schedule import clock_of
from spa.services.schedule import MOST_A_DAY, Hours

SHOWN = 40  # characters of what was typed that come back


@dataclass(slots=True)
class Row:
    """One from–to as typed, and what is wrong with it."""

    start: str = ""
    end: str = ""
    error: str | Promise = ""
    fresh: bool = False  # just asked for: the cursor goes there

    @property
    def is_empty(self) -> bool:
        return not (self.start.strip() or self.end.strip())


@dataclass(slots=True)
class Day:
    """A weekday's rows; `error` is what is wrong with them together."""

    weekday: Weekday
    rows: list[Row]
    error: str | Promise = ""

    @property
    def hours(self) -> list[Hours]:
        """Return what can be read of it."""
        spans = [
            (minute_of(row.start), minute_of(row.end, is_end=True))
            for row in self.rows
            if not row.is_empty
        ]
        return [Hours(self.weekday, start, end) for start, end in spans if None not in (start, end)]

    @property
    def drawn(self) -> list[tuple[int, int]]:
        """Return where a bar of the day is filled: from which minute, how many."""
        return [
            (one.from_minute, one.to_minute - one.from_minute)
            for one in self.hours
            if one.from_minute < one.to_minute
        ]

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= MOST_A_DAY


class Week:
    """Seven days of rows."""

    def __init__(self, rows: Mapping[int, Iterable[Row]]) -> None:
        self.days = [Day(Weekday(one), list(rows.get(one, ()))) for one in Weekday.values]
        for day in self.days:
            day.rows = day.rows or [Row()]

    @classmethod
    def of(cls, hours: Iterable[Hours]) -> "Week":
        rows: dict[int, list[Row]] = {}
        for one in sorted(hours):
            row = Row(clock_of(one.from_minute), clock_of(one.to_minute))
            rows.setdefault(one.weekday, []).append(row)
        return cls(rows)

    @classmethod
    def typed(cls, data: QueryDict) -> "Week":
        return cls(
            {
                one: [
                    Row(start[:SHOWN], end[:SHOWN])
                    for start, end in zip_longest(
                        # One more than can be kept, so that the service says how many can.
                        data.getlist(f"from-{one}")[: MOST_A_DAY + 1],
                        data.getlist(f"to-{one}")[: MOST_A_DAY + 1],
                        fillvalue="",
                    )
                ]
                for one in Weekday.values
            }
        )

    @property
    def hours(self) -> list[Hours]:
        return [one for day in self.days for one in day.hours]

    def is_valid(self) -> bool:
        """Mark each row that cannot be read."""
        for day in self.days:
            for row in day.rows:
                if not row.is_empty and None in (
                    minute_of(row.start),
                    minute_of(row.end, is_end=True),
                ):
                    row.error = _("Write both times, such as 9:00 and 13:30.")
        return not any(row.error for day in self.days for row in day.rows)

    def refuse(self, weekday: int, detail: str | Promise) -> None:
        self.days[weekday - 1].error = detail

    def add(self, weekday: int) -> None:
        day = self.days[weekday - 1]
        if not day.is_full:
            day.rows.append(Row(fresh=True))

    def remove(self, weekday: int, at: int) -> None:
        day = self.days[weekday - 1]
        day.rows = [row for number, row in enumerate(day.rows) if number != at] or [Row()]

    def copy(self, weekday: int, to: Iterable[int]) -> None:
        """Give other days the rows of `weekday`."""
        rows = self.days[weekday - 1].rows
        for one in to:
            self.days[one - 1].rows = [Row(row.start, row.end) for row in rows]
