"""Whether a reason is true, each on its own, by naive look at the facts."""

from spa.engine import TOGETHER, Busy

from .oracle import candidates, ending, item_times, minutes, overlap, place_is_free


def is_true(reason, start, wishes, facts):
    return CHECKS[reason.code](reason, start, wishes, facts)


def off_grid(reason, start, wishes, facts):
    return start not in list(facts.grid)


def lead_time(reason, start, wishes, facts):
    return start < facts.earliest == reason.end


def too_far(reason, start, wishes, facts):
    return start >= facts.latest == reason.start


def closed(reason, start, wishes, facts):
    opened = minutes(facts.opening)
    since = -10_000 if reason.start is None else reason.start
    until = 10_000 if reason.end is None else reason.end
    shut = set(range(*item_times(start, wishes)[reason.item])) & set(range(since, until))
    return bool(shut) and not shut & opened


def excluded(reason, start, wishes, facts):
    begin, end = item_times(start, wishes)[reason.item]
    by = facts.exclusions if reason.staff is None else facts.staff[reason.staff].exclusions
    eligible = reason.staff is None or reason.staff in candidates(wishes[reason.item], facts)
    return eligible and names_one_of(by, reason, begin, end)


def client_busy(reason, start, wishes, facts):
    return names_one_of(facts.client_busy, reason, start, ending(start, wishes))


def cannot_do_service(reason, start, wishes, facts):
    wish = wishes[reason.item]
    if wish.staff is not None:
        return reason.staff == wish.staff and wish.staff not in wish.able
    if wish.among is not None:
        return wish.needs_staff and not wish.able & wish.among
    return wish.needs_staff and not any(who in wish.able for who in facts.staff)


def not_working(reason, start, wishes, facts):
    wish, (begin, end) = wishes[reason.item], item_times(start, wishes)[reason.item]
    if reason.staff is None:
        return bool(wish.able & wish.among) and not candidates(wish, facts)
    if reason.staff not in candidates(wish, facts):
        return reason.staff == wish.staff
    shift = minutes(facts.staff[reason.staff].shifts)
    edges_are_real = (
        reason.end is None
        or (begin < reason.end < end and reason.end - 1 in shift and reason.end not in shift)
    ) and (
        reason.start is None
        or (begin < reason.start < end and reason.start in shift and reason.start - 1 not in shift)
    )
    met = bool(shift & set(range(begin, end)))
    says_edge = reason.start is not None or reason.end is not None
    return not set(range(begin, end)) <= shift and edges_are_real and met == says_edge


def busy(reason, start, wishes, facts):
    wish, (begin, end) = wishes[reason.item], item_times(start, wishes)[reason.item]
    if reason.detail == TOGETHER:
        return reason.staff in candidates(wish, facts) and any(
            overlap(begin, end, reason)
            and (reason.start, reason.end) == (time[0], time[1] + other.staff_buffer)
            and reason.staff in candidates(other, facts)
            for at, (other, time) in enumerate(zip(wishes, item_times(start, wishes), strict=True))
            if at != reason.item and overlap(*time, Busy(begin, end, 0))
        )
    return reason.staff in candidates(wish, facts) and names_one_of(
        facts.staff[reason.staff].busy, reason, begin, end + wish.staff_buffer
    )


def no_room(reason, start, wishes, facts):
    wish, (begin, end) = wishes[reason.item], item_times(start, wishes)[reason.item]
    rooms = [
        room
        for room in facts.rooms.values()
        if room.kind == wish.room_kind and wish.room in (None, room.id)
    ]
    until = end + wish.room_buffer
    if any(
        place_is_free(room, place, begin, until, facts.group)
        for room in rooms
        for place in range(room.places)
    ):
        return False
    if len(rooms) != 1:
        return reason.room == wish.room and reason.start is None
    (room,) = rooms
    causes = (*room.exclusions, *room.busy)
    return reason.room == room.id and names_one_of(causes, reason, begin, until)


def names_one_of(spans, reason, begin, end):
    return any(
        (reason.start, reason.end, reason.detail)
        == (span.start, span.end, getattr(span, "reason", ""))
        and overlap(begin, end, span)
        for span in spans
    )


CHECKS = {
    "off_grid": off_grid,
    "lead_time": lead_time,
    "too_far": too_far,
    "closed": closed,
    "excluded": excluded,
    "client_busy": client_busy,
    "cannot_do_service": cannot_do_service,
    "not_working": not_working,
    "busy": busy,
    "no_room": no_room,
}
