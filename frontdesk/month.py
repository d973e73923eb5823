"""A month as weeks of days, to choose one from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from spa.services.agenda import Fullness


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the month, and how full it is once that was asked for."""

    day: date
    is_outside: bool
    fullness: Fullness | None

    @property
    def is_closed(self) -> bool:
        return self.fullness is not None and self.fullness.is_closed

    @property
    def tells_fullness(self) -> bool:
        """Whether there is time to sell on it, or was: neither gone by nor without anybody."""
        known = self.fullness
        return known is not None and bool(known.working_minutes) and not known.is_over

    @property
    def free_hours(self) -> int:
        return self.fullness.free_minutes // 60


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    days: tuple[date, ...]  # Monday to Sunday, whole weeks
    fullness: Mapping[date, Fullness] = field(default_factory=dict)

    @property
    def weeks(self) -> list[list[Cell]]:
        cells = [
            Cell(day, day.month != self.first.month, self.fullness.get(day)) for day in self.days
        ]
        return [cells[start : start + 7] for start in range(0, len(cells), 7)]

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)


def around(day: date) -> Month:
    """Return the month of `day`; how full its days are is asked for apart."""
    first = day.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    following = (first + timedelta(days=31)).replace(day=1)
    weeks = -(-(following - monday).days // 7)
    return Month(first, tuple(monday + timedelta(days=number) for number in range(7 * weeks)))
