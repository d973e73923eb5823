"""Why nobody, or no room, can be found: only what is true, and never nothing."""

from collections.abc import Iterator, Sequence

from .facts import Exclusion
from .intervals import Interval, first_overlap
from .people import Person, Staffing
from .plans import TOGETHER, Reason
from .promises import Law, Option, Row, can_serve, contested, only_unconditional, unconditional
from .rooms import Room, Rooming


def staff_obstacles(
    staffing: Staffing, rows: Sequence[Row], times: Sequence[Interval]
) -> Iterator[Reason]:
    """Yield a reason for each person who could serve an item that keeps the visit away."""
    items, stuck = list(staffing.wishes), _stuck(rows, staffing.ranking.law)
    told = False
    for row in stuck:
        for reason in _of_row(staffing, rows, row, items[row], times[items[row]]):
            told = True
            yield reason
    if stuck and not told:  # nobody is in the way, but it was too much to work out
        yield Reason("busy", items[stuck[0]], detail=TOGETHER)


def _of_row(
    staffing: Staffing, rows: Sequence[Row], row: int, at: int, time: Interval
) -> Iterator[Reason]:
    yield from _unsuited(staffing, at)
    for person in staffing.eligible[at]:
        yield from _hindrance(person, at, time, staffing.wishes[at].staff_buffer) or _elsewhere(
            rows, row, at, person.id
        )


def room_obstacles(
    rooming: Rooming, rows: Sequence[Row], times: Sequence[Interval]
) -> Iterator[Reason]:
    """Yield a reason for each item without a room; the cause where only one room is asked."""
    items = list(rooming.wishes)
    for row in _stuck(rows, rooming.ranking.law):
        at = items[row]
        start, end = times[at]
        wish, rooms = rooming.wishes[at], rooming.eligible[at]
        if len(rooms) != 1:
            yield Reason("no_room", at, room=wish.room)
        elif not rooming.ranking.law.alone and any(map(unconditional, rows[row])):
            yield Reason("no_room", at, room=rooms[0].id, detail=TOGETHER)
        else:
            has_core = bool(rows[row])
            yield _occupied(rooms[0], at, start, end + wish.room_buffer * has_core)


def _stuck(rows: Sequence[Row], law: Law) -> list[int]:
    """Return the rows to blame when the rows cannot all be served, else nothing.

    Those that cannot be served whatever is chosen elsewhere. Only if there are none: those that
    start together with too few people between them, or that need somebody to be chosen again in
    time; they fail each other.
    """
    if can_serve(rows, law):
        return []
    hopeless = [at for at in range(len(rows)) if not _servable_alone(rows, at)]
    if hopeless:
        return hopeless
    if short := contested(rows, law):
        return short if law.alone else short[-1:]  # of a party, the last comes too many
    if not law.alone:
        return [_one_too_many(rows, law)]
    conditional = [at for at, row in enumerate(rows) if not any(map(unconditional, row))]
    return conditional or contested(only_unconditional(rows), law) or [len(rows) - 1]


def _one_too_many(rows: Sequence[Row], law: Law) -> int:
    """Return the last row from which on nothing can be served any more."""
    count = len(rows)
    while not can_serve(rows[: count - 1], law):
        count -= 1
    return count - 1


def _servable_alone(rows: Sequence[Row], at: int) -> bool:
    return any(
        unconditional(option)
        or any(
            (again.who, again.guest) == (option.who, option.guest)
            and option.end <= again.start <= option.reach
            for row in rows[at + 1 :]
            for again in row
        )
        for option in rows[at]
    )


def _elsewhere(rows: Sequence[Row], row: int, at: int, who: int) -> Iterator[Reason]:
    """Yield the first other item that needs somebody who is free for this one."""
    mine = next(option for option in rows[row] if option.who == who)
    for option in (option for other in rows if other is not rows[row] for option in other):
        if option.who == who and _meet(mine, option):
            yield Reason("busy", at, who, None, option.start, option.busy_until, TOGETHER)
            return


def _meet(one: Option, other: Option) -> bool:
    """Return whether nobody can serve both; between items of one guest no buffer is needed."""
    if one.guest == other.guest:
        return one.start < other.end and other.start < one.end
    return one.start < other.busy_until and other.start < one.busy_until


def _unsuited(staffing: Staffing, at: int) -> Iterator[Reason]:
    if staffing.eligible[at]:
        return
    wish = staffing.wishes[at]
    if wish.staff is None:
        works_elsewhere = bool(wish.among and wish.able & wish.among)
    else:
        works_elsewhere = wish.staff in wish.able
    code = "not_working" if works_elsewhere else "cannot_do_service"
    yield Reason(code, at, staff=wish.staff)


def _hindrance(person: Person, at: int, time: Interval, buffer: int) -> list[Reason]:
    """Return the first thing that keeps a person from an item; nothing if they are free for it."""
    start, end = time
    shift = first_overlap(person.shifts, start, end)
    if shift is None:
        return [Reason("not_working", at, person.id)]
    if start < shift[0] or shift[1] < end:
        return [_off_duty(person, at, start, end, shift)]
    exclusion = person.exclusions.first(start, end)
    if exclusion is not None:
        return [
            Reason(
                "excluded", at, person.id, None, exclusion.start, exclusion.end, exclusion.reason
            )
        ]
    busy = person.busy.first(start, end + buffer)
    return [Reason("busy", at, person.id, None, busy.start, busy.end)] if busy else []


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
