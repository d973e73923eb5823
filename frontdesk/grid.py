"""The day as it is drawn: five-minute units from the first hour shown, one-based as CSS counts.

`scale.css` has a class for each number, since the content policy forbids `style` attributes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from spa import localtime
from spa.models import Appointment, AppointmentItem
from spa.services.agenda import Agenda, By, Column, Off, span_of

UNIT = 5  # minutes
MOST_SIDE_BY_SIDE = 4


@dataclass(frozen=True, slots=True)
class Card:
    """One item of a visit in its column."""

    item: AppointmentItem
    start: int
    length: int
    buffer: int  # 0: nothing is kept free after it
    part: int
    parts: int
    vip: bool
    outside: bool = False  # it waits in time that is closed or was taken away since
    beside: int = 1  # which of `abreast` cards that share the time, from the left
    abreast: int = 1

    @property
    def visit(self) -> Appointment:
        return self.item.appointment

    @property
    def scale(self) -> str:
        """The classes that place it."""
        classes = [f"s-{self.start}", f"n-{self.length}"]
        if self.buffer:
            classes.append(f"b-{self.buffer}")
        if self.abreast > 1:
            classes.append(f"at-{self.beside} of-{self.abreast}")
        return " ".join(classes)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A closed stretch or a gap: where it lies and what it says."""

    start: int
    length: int
    minutes: int
    at: datetime
    off: Off | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One column, drawn."""

    column: Column
    cards: tuple[Card, ...]
    off: tuple[Stretch, ...]
    gaps: tuple[Stretch, ...]
    cells: tuple[tuple[int, datetime], ...]  # starts that are free, on the grid

    @property
    def visit_count(self) -> int:
        """How many visits it holds that took place or still may."""
        return len({card.visit.pk for card in self.cards if card.item.occupies})


@dataclass(frozen=True, slots=True)
class Grid:
    """A whole day, drawn."""

    agenda: Agenda
    hours: tuple[datetime, ...]
    now: int | None  # the unit in which it is now; None when that is outside
    lanes: tuple[Lane, ...]

    @property
    def units(self) -> int:
        return (self.agenda.end - self.agenda.start) // UNIT

    @property
    def step(self) -> int:
        """How many units lie between two starts of the grid."""
        return max(1, self.agenda.grid_minutes // UNIT)


def draw(agenda: Agenda, *, now: datetime) -> Grid:
    """Place everything of `agenda`; no query."""
    zone = agenda.location.tz
    hours = range(agenda.start, agenda.end, 60)
    minute = localtime.minutes(now)
    return Grid(
        agenda=agenda,
        hours=tuple(localtime.moment(hour).astimezone(zone) for hour in hours),
        now=_unit(agenda, minute) if agenda.start <= minute < agenda.end else None,
        lanes=tuple(_lane(agenda, column) for column in agenda.columns),
    )


def _lane(agenda: Agenda, column: Column) -> Lane:
    return Lane(
        column=column,
        cards=tuple(_cards(agenda, column)),
        off=tuple(_stretch(agenda, off.start, off.end, off) for off in column.off),
        gaps=tuple(_stretch(agenda, start, end) for start, end in column.gaps),
        cells=tuple(_cells(agenda, column)),
    )


def _unit(agenda: Agenda, minute: int) -> int:
    return agenda.offset(minute) // UNIT + 1


def _units(agenda: Agenda, start: int, end: int) -> tuple[int, int]:
    """Return in which unit a stretch begins and how many it touches, at least one."""
    first = _unit(agenda, start)
    return first, max(1, _unit(agenda, end - 1) + 1 - first)


def _stretch(agenda: Agenda, start: int, end: int, off: Off | None = None) -> Stretch:
    first, length = _units(agenda, start, end)
    at = localtime.moment(_on_grid(agenda, start)).astimezone(agenda.location.tz)
    return Stretch(first, length, end - start, at, off)


def _on_grid(agenda: Agenda, minute: int) -> int:
    """Return the first start of the grid that is not before `minute`."""
    return minute + (agenda.start - minute) % agenda.grid_minutes


def _cells(agenda: Agenda, column: Column) -> Iterator[tuple[int, datetime]]:
    zone = agenda.location.tz
    for start, end in column.free:
        for minute in range(_on_grid(agenda, start), end, agenda.grid_minutes):
            yield _unit(agenda, minute), localtime.moment(minute).astimezone(zone)


def _cards(agenda: Agenda, column: Column) -> Iterator[Card]:
    for cluster in _clusters(column.items):
        lanes = _side_by_side(cluster)
        for item, beside in lanes:
            first, length = _units(agenda, *span_of(item))
            yield Card(
                item=item,
                start=first,
                length=length,
                buffer=_buffer(item, agenda.by),
                part=item.position + 1,
                parts=item.parts,
                vip=item.appointment.client.is_vip(on=agenda.day),
                outside=item.appointment.is_movable and _is_outside(item, column),
                beside=min(beside, MOST_SIDE_BY_SIDE),
                abreast=min(max(beside for _item, beside in lanes), MOST_SIDE_BY_SIDE),
            )


def _is_outside(item: AppointmentItem, column: Column) -> bool:
    start, end = span_of(item)
    return any(
        off.kind != "elsewhere" and off.start < end and start < off.end for off in column.off
    )


def _buffer(item: AppointmentItem, by: By) -> int:
    if not item.occupies:
        return 0
    of_staff = item.staff_id and (by == "staff" or not item.room_id)
    until = item.staff_busy_until if of_staff else item.room_busy_until
    return max(0, round((until - item.ends_at).total_seconds() / 60 / UNIT))


def _clusters(items: Iterable[AppointmentItem]) -> Iterator[list[AppointmentItem]]:
    """Yield runs of items, in order of time, that overlap one another.

    Cancelled ones are drawn aside, and only on demand: they push nobody.
    """
    run: list[AppointmentItem] = []
    until = 0
    for item in items:
        start, end = span_of(item)
        if item.appointment.look in ("cancelled", "expired"):
            yield [item]
            continue
        if run and start >= until:
            yield run
            run = []
        run.append(item)
        until = max(until, end) if len(run) > 1 else end
    if run:
        yield run


def _side_by_side(items: Sequence[AppointmentItem]) -> list[tuple[AppointmentItem, int]]:
    """Give each of overlapping items the first place from the left that is free by its start."""
    ends: dict[int, int] = {}
    placed = []
    for item in items:
        start, end = span_of(item)
        beside = next(place for place in count(1) if ends.get(place, 0) <= start)
        ends[beside] = end
        placed.append((item, beside))
    return placed
