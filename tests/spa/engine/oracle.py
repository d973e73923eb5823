"""The rule book once more, as directly as it can be said, and as slowly.

Nothing here is shared with the engine but the shapes of facts and plans. Staff and rooms are
tried apart from each other: no rule speaks of both.
"""

from dataclasses import replace
from itertools import combinations, pairwise, product


def overlap(start, end, other):
    return start < other.end and other.start < end


def minutes(intervals):
    return {minute for start, end in intervals for minute in range(start, end)}


def item_times(start, wishes):
    times = []
    for wish in wishes:
        if times:
            # With the one listed before it, or when all of them are over.
            start = times[-1][0] if wish.parallel else max(end for _, end in times)
        times.append((start, start + wish.duration))
    return times


def ending(start, wishes):
    return max(end for _, end in item_times(start, wishes))


def until(at, who, times, buffer):
    """The end of item `at` and its buffer, but never past the next item of the same one."""
    begin, end = times[at]
    nexts = [
        times[other][0]
        for other in range(len(times))
        if who[other] == who[at] and times[other][0] > begin
    ]
    return min([end + buffer, *nexts])


# -- what everybody must respect --


def house_allows(start, wishes, facts):
    times = item_times(start, wishes)
    return (
        start in list(facts.grid)
        and facts.earliest <= start < facts.latest
        and all(set(range(*time)) <= minutes(facts.opening) for time in times)
        and not any(overlap(*time, e) for time in times for e in facts.exclusions)
        and not any(overlap(start, ending(start, wishes), busy) for busy in facts.client_busy)
    )


# -- staff --


def candidates(wish, facts):
    if not wish.needs_staff:
        return [None]
    return [
        who
        for who in sorted(facts.staff)
        if who in wish.able
        and (wish.staff is None or wish.staff == who)
        and (wish.among is None or who in wish.among)
    ]


def staff_allow(team, start, wishes, facts):
    times = item_times(start, wishes)
    for at, who in enumerate(team):
        if who is None:
            continue
        person, (begin, end) = facts.staff[who], times[at]
        busy_until = until(at, team, times, wishes[at].staff_buffer)
        if not set(range(begin, end)) <= minutes(person.shifts):
            return False
        if any(overlap(begin, end, exclusion) for exclusion in person.exclusions):
            return False
        if any(overlap(begin, busy_until, busy) for busy in person.busy):
            return False
        for other in range(at):
            if team[other] == who and times[other][0] < end and begin < times[other][1]:
                return False  # two items at once
    return True


def teams(start, wishes, facts):
    for team in product(*(candidates(wish, facts) for wish in wishes)):
        if staff_allow(team, start, wishes, facts):
            yield team


# -- rooms --


def places(wish, facts):
    if wish.room_kind is None:
        return [None]
    return [
        (room.id, place)
        for room in facts.rooms.values()
        if room.kind == wish.room_kind and wish.room in (None, room.id)
        for place in range(room.places)
    ]


def place_is_free(room, place, start, end, group):
    if any(overlap(start, end, exclusion) for exclusion in room.exclusions):
        return False
    for busy in room.busy:
        if not overlap(start, end, busy):
            continue
        if busy.place == place or (not room.shared and busy.group != group):
            return False
    return True


def rooms_allow(stay, start, wishes, facts):
    times = item_times(start, wishes)
    rooms = [where and where[0] for where in stay]
    return all(
        place_is_free(
            facts.rooms[where[0]],
            where[1],
            times[at][0],
            until(at, rooms, times, wishes[at].room_buffer),
            facts.group,
        )
        for at, where in enumerate(stay)
        if where is not None
    )


def stays(start, wishes, facts):
    for stay in product(*(places(wish, facts) for wish in wishes)):
        if rooms_allow(stay, start, wishes, facts):
            yield stay


# -- a whole plan --


def is_lawful(plan, wishes, facts):
    team = [item.staff for item in plan.items]
    rooms = [item.room for item in plan.items]
    stay = [None if item.room is None else (item.room, item.place) for item in plan.items]
    times = item_times(plan.start, wishes)
    return (
        house_allows(plan.start, wishes, facts)
        and tuple(team) in set(teams(plan.start, wishes, facts))
        and tuple(stay) in set(stays(plan.start, wishes, facts))
        and plan.end == ending(plan.start, wishes)
        and [item.service for item in plan.items] == [wish.service for wish in wishes]
        and [(item.start, item.end) for item in plan.items] == times
        and all(
            item.staff_busy_until
            == (item.end if item.staff is None else until(at, team, times, wish.staff_buffer))
            and item.room_busy_until
            == (item.end if item.room is None else until(at, rooms, times, wish.room_buffer))
            for at, (item, wish) in enumerate(zip(plan.items, wishes, strict=True))
        )
    )


def is_allowed(start, wishes, facts):
    return (
        house_allows(start, wishes, facts)
        and any(True for _ in teams(start, wishes, facts))
        and any(True for _ in stays(start, wishes, facts))
    )


# -- what is best --


def idle_minutes(team, start, wishes, facts):
    times = item_times(start, wishes)
    total = 0
    for who in set(team) - {None}:
        own = [
            (times[at][0], until(at, team, times, wishes[at].staff_buffer))
            for at in range(len(team))
            if team[at] == who
        ]
        free = free_minutes(facts.staff[who], facts) - minutes(own)
        gaps = set()
        for begin, end in own:
            first, last = begin, end
            while first - 1 in free and first - 1 >= facts.earliest:
                first -= 1
            while last in free:
                last += 1
            gaps |= {(first, begin), (end, last)}
        lengths = [last - first for first, last in gaps]
        total += sum(length for length in lengths if length < facts.sellable)
    return total


def free_minutes(person, facts):
    taken = [(e.start, e.end) for e in (*facts.exclusions, *person.exclusions, *person.busy)]
    return (minutes(person.shifts) & minutes(facts.opening)) - minutes(taken)


def room_changes(rooms):
    rooms = [room for room in rooms if room is not None]
    return sum(before != after for before, after in pairwise(rooms))


def best_team(start, wishes, facts):
    """The least idle minutes, then somebody usual, then the lowest ids."""
    return min(
        (
            idle_minutes(team, start, wishes, facts),
            facts.usual_staff.isdisjoint(team),
            [who or 0 for who in team],
        )
        for team in teams(start, wishes, facts)
    )


def best_stay(start, wishes, facts):
    """The fewest changes of room, then the lowest ids and places."""
    return min(
        (room_changes(rooms), [room or 0 for room in rooms], [where and where[1] for where in stay])
        for stay in stays(start, wishes, facts)
        for rooms in [[where and where[0] for where in stay]]
    )


# -- parties --


def party_is_allowed(start, guests, facts):
    """Everybody fits in, and nobody is in another's way."""
    alone = [replace(facts, client_busy=guest.client_busy) for guest in guests]
    return all(
        house_allows(start, guest.wishes, own) for guest, own in zip(guests, alone, strict=True)
    ) and all(
        any(fits_together(choice, start, guests, kind) for choice in product(*choices))
        for kind, choices in (
            ("staff", [list(teams(start, guest.wishes, facts)) for guest in guests]),
            ("room", [list(stays(start, guest.wishes, facts)) for guest in guests]),
        )
    )


def fits_together(choice, start, guests, kind):
    taken = [
        engagements(one, start, guest, kind) for one, guest in zip(choice, guests, strict=True)
    ]
    return not any(
        what == other and begin < other_until and other_begin < busy_until
        for one, two in combinations(taken, 2)
        for what, begin, busy_until in one
        for other, other_begin, other_until in two
    )


def engagements(choice, start, guest, kind):
    times = item_times(start, guest.wishes)
    who = choice if kind == "staff" else [where and where[0] for where in choice]
    return [
        (choice[at], times[at][0], until(at, who, times, getattr(wish, f"{kind}_buffer")))
        for at, wish in enumerate(guest.wishes)
        if choice[at] is not None
    ]


def party_is_lawful(plans, guests, facts):
    """Each plan alone keeps the rules, and no two of them meet."""
    choices = {
        "staff": [[item.staff for item in plan.items] for plan in plans],
        "room": [
            [None if item.room is None else (item.room, item.place) for item in plan.items]
            for plan in plans
        ],
    }
    start = plans[0].start
    return (
        len({plan.start for plan in plans}) == 1
        and all(
            is_lawful(plan, guest.wishes, replace(facts, client_busy=guest.client_busy))
            for plan, guest in zip(plans, guests, strict=True)
        )
        and all(fits_together(choice, start, guests, kind) for kind, choice in choices.items())
    )
