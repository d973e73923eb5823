"""When the items of a visit take place."""

from collections.abc import Sequence
from itertools import accumulate

from .facts import Wish
from .intervals import Interval


def timetable(wishes: Sequence[Wish]) -> tuple[Interval, ...]:
    """Return each item's start and end, in minutes after the start of the visit.

    An item starts when the one before it ends. Nothing else in the engine computes the time
    of an item; parallel ones begin here.
    """
    ends = tuple(accumulate(wish.duration for wish in wishes))
    return tuple(zip((0, *ends), ends, strict=False))
