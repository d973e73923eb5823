"""Which slots are best, and why."""

from collections.abc import Iterator, Sequence
from heapq import nsmallest

from .assignment import Choice
from .plans import Merit, Slot
from .promises import busy_untils


def best(slots: Sequence[Slot], count: int = 3) -> list[Slot]:
    """Return the `count` best slots: least idle time left behind, then fewest changes of room,
    the usual therapist, the earliest start, the lowest ids.
    """
    return nsmallest(count, slots, key=_rank)


def _rank(slot: Slot) -> tuple:
    items = slot.plan.items
    return (
        slot.idle_minutes,
        slot.room_changes,
        not slot.usual,
        slot.plan.start,
        tuple(-1 if item.staff is None else item.staff for item in items),
        tuple(-1 if item.room is None else item.room for item in items),
    )


def merits(staff: Choice) -> Iterator[Merit]:
    """Yield what speaks for a choice of staff. A visit that needs nobody has no merits."""
    for minutes in _filled_gaps(staff):
        yield Merit("fills_gap", minutes)
    if staff.options and not staff.cost:
        yield Merit("no_gap")
    if staff.preferred:
        yield Merit("usual_therapist")


def _filled_gaps(staff: Choice) -> Iterator[int]:
    """Yield the length of each gap between two engagements that the visit fills to the minute."""
    filled: dict[tuple[int, int], int] = {}  # (who, start of the gap) → filled up to here
    for option, until in zip(staff.options, busy_untils(staff.options), strict=True):
        window = option.window
        gap = (option.who, window.start)
        if window.enclosed and option.start == filled.get(gap, window.start):
            filled[gap] = until
            if until >= window.end:
                yield window.end - window.start
