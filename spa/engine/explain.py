"""Why nobody, or no room, can be found: only what is true, and never nothing."""

from collections.abc import Iterator, Sequence

from .facts import Exclusion
from .intervals import Interval, first_overlap
from .people import Person, Staffing
from .plans import Reason
from .promises import Row, can_serve, unconditional
from .rooms import Room, Rooming


def staff_obstacles(
    staffing: Staffing, rows: Sequence[Row], times: Sequence[Interval]
) -> Iterator[Reason]:
    """Yield a reason for each person who could serve an item that keeps the visit away."""
    items = list(staffing.wishes)
    for row in _stuck(rows):
        at = items[row]
        start, end = times[at]
        yield from _unsuited(staffing, at)
        for person in staffing.eligible[at]:
            yield _hindrance(person, at, start, end, staffing.wishes[at].staff_buffer)


def room_obstacles(
    rooming: Rooming, rows: Sequence[Row], times: Sequence[Interval]
) -> Iterator[Reason]:
    """Yield a reason for each item without a room; the cause where only one room is asked."""
    items = list(rooming.wishes)
    for row in _stuck(rows):
        at = items[row]
        start, end = times[at]
        wish, rooms = rooming.wishes[at], rooming.eligible[at]
        if len(rooms) == 1:
            has_core = bool(rows[row])
            yield _occupied(rooms[0], at, start, end + wish.room_buffer * has_core)
        else:
            yield Reason("no_room", at, room=wish.room)


def _stuck(rows: Sequence[Row]) -> list[int]:
    """Return the rows to blame when the rows cannot all be served, else nothing.

    Those that cannot be served whatever is chosen elsewhere. Only if there are none: those
    that need somebody to be chosen again in time, since they fail each other.
    """
    if can_serve(rows):
        return []
    hopeless = [at for at in range(len(rows)) if not _servable_alone(rows, at)]
    return hopeless or [at for at, row in enumerate(rows) if not any(map(unconditional, row))]


def _servable_alone(rows: Sequence[Row], at: int) -> bool:
    return any(
        unconditional(option)
        or any(
            again.who == option.who and again.start <= option.reach
            for row in rows[at + 1 :]
            for again in row
        )
        for option in rows[at]
    )


def _unsuited(staffing: Staffing, at: int) -> Iterator[Reason]:
    if staffing.eligible[at]:
        return
    wish = staffing.wishes[at]
    works_elsewhere = wish.staff in wish.able
    code = "not_working" if works_elsewhere else "cannot_do_service"
    yield Reason(code, at, staff=wish.staff)


def _hindrance(person: Person, at: int, start: int, end: int, buffer: int) -> Reason:
    """Return the first thing that keeps a person from an item; the caller knows there is one."""
    shift = first_overlap(person.shifts, start, end)
    if shift is None:
        return Reason("not_working", at, person.id)
    if start < shift[0] or shift[1] < end:
        return _off_duty(person, at, start, end, shift)
    exclusion = person.exclusions.first(start, end)
    if exclusion is not None:
        return Reason(
            "excluded", at, person.id, None, exclusion.start, exclusion.end, exclusion.reason
        )
    busy = person.busy.first(start, end + buffer)
    return Reason("busy", at, person.id, None, busy.start, busy.end)


def _off_duty(person: Person, at: int, start: int, end: int, shift: Interval) -> Reason:
    """Name the edges of the shift that an item sticks out of: "she leaves at 17:00"."""
    begins, ends = shift
    return Reason(
        "not_working",
        at,
        person.id,
        start=begins if start < begins else None,
        end=ends if ends < end else None,
    )


def _occupied(room: Room, at: int, start: int, until: int) -> Reason:
    obstacle = room.obstacle(start, until)
    if obstacle is None:  # a room without places
        return Reason("no_room", at, room=room.id)
    detail = obstacle.reason if isinstance(obstacle, Exclusion) else ""
    return Reason("no_room", at, None, room.id, obstacle.start, obstacle.end, detail)
