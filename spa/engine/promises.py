"""Whether every item of a visit can have somebody (or some room).

The choices hang together: a busy time ends where the same person's next item starts, so a
buffer that runs into another engagement is still fine if that person serves again in time.
Whoever is chosen on that condition owes a *promise*: to be chosen again for an item that
starts by a certain minute. What can still follow depends on the open promises alone.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from .intervals import FOREVER


class Option(NamedTuple):
    """Somebody who is free for an item; `first` and `last` are costs of the ranking."""

    who: int
    start: int
    busy_until: int  # with the whole buffer
    reach: int  # nothing else of theirs begins before it
    first: int  # what it costs if this is their first item of the visit
    last: int  # and if it is their last
    window: Any = None  # the free time that the item lies in


Row = Sequence[Option]  # one item's options, by id
Promise = tuple[int, int]  # (who, by when)
NONE: frozenset[Promise] = frozenset()


def unconditional(option: Option) -> bool:
    return option.busy_until <= option.reach


def keep(promises: frozenset[Promise], option: Option, following: int) -> frozenset[Promise] | None:
    """Return what is owed after `option`, or None if a promise is broken.

    `following` is the start of the next item, the next chance to keep one.
    """
    if not promises and option.busy_until <= option.reach:
        return NONE
    left = {promise for promise in promises if promise[0] != option.who}
    if not unconditional(option):
        left.add((option.who, option.reach))
    return None if any(by < following for _, by in left) else frozenset(left)


def starts_after(rows: Sequence[Row]) -> list[int]:
    """Return for each row when the one after it starts. No row may be empty."""
    return [*(row[0].start for row in rows[1:]), FOREVER]


class Feasibility:
    """Whether the rows from `at` on can be served, with these promises open. Exact."""

    def __init__(self, rows: Sequence[Row]) -> None:
        following = starts_after(rows)

        @cache
        def servable(at: int, promises: frozenset[Promise]) -> bool:
            if at == len(rows):
                return True
            kept = (keep(promises, option, following[at]) for option in rows[at])
            return any(left is not None and servable(at + 1, left) for left in set(kept))

        self.servable = servable


def can_serve(rows: Sequence[Row]) -> bool:
    if not all(rows):
        return False
    if all(any(map(unconditional, row)) for row in rows):
        return True
    return Feasibility(rows).servable(0, NONE)


def busy_untils(chosen: Sequence[Option]) -> list[int]:
    """Return when each chosen option's busy time ends: at their next item, if that is sooner."""
    untils: list[int] = []
    following: dict[int, int] = {}
    for option in reversed(chosen):
        untils.append(min(option.busy_until, following.get(option.who, FOREVER)))
        following[option.who] = option.start
    return untils[::-1]
