"""When the items of a visit take place, and of a party's visits all together."""

from collections.abc import Sequence

from .facts import Guest, Wish
from .intervals import Interval


def timetable(wishes: Sequence[Wish]) -> tuple[Interval, ...]:
    """Return each item's start and end, in minutes after the start of the visit.

    An item starts when all before it are over; a parallel one starts with the one listed before
    it. Nothing else in the engine computes the time of an item.
    """
    times: list[Interval] = []
    start = over = 0
    for wish in wishes:
        if not wish.parallel:
            start = over
        times.append((start, start + wish.duration))
        over = max(over, start + wish.duration)
    return tuple(times)


class Items:
    """The items of one guest's visit, or of a party's, in one list: guest after guest."""

    def __init__(self, guests: Sequence[Guest]) -> None:
        self.own = tuple(tuple(guest.wishes) for guest in guests)
        self.wishes = tuple(wish for guest in guests for wish in guest.wishes)
        self.times = tuple(time for guest in guests for time in timetable(guest.wishes))
        self.guests = tuple(number for number, guest in enumerate(guests) for _wish in guest.wishes)
        self.positions = tuple(at for guest in guests for at in range(len(guest.wishes)))
        # Whoever chooses goes by the clock; what starts together, by guest and item.
        self.order = tuple(sorted(range(len(self.wishes)), key=lambda at: (self.times[at][0], at)))
        self.alone = len(guests) == 1
        self.usual_staff = frozenset[int]().union(*(guest.usual_staff for guest in guests))

    @property
    def alike(self) -> tuple[int, ...]:
        """Return for each guest the first one who wants the same; nothing if all differ."""
        firsts: dict[tuple[Wish, ...], int] = {}
        found = tuple(firsts.setdefault(own, number) for number, own in enumerate(self.own))
        return () if len(firsts) == len(found) else found
