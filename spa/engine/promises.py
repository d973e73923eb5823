"""Whether every item of a visit can have somebody (or some room).

The choices hang together. A busy time ends where the same visit's next item with the same person
starts, so a buffer that runs into another engagement is still fine if that person serves again
in time. Nobody serves two items at once. And of a party, whoever serves one guest is kept from
the others until their buffer is over.

Whoever is chosen is *tied* for as long as that matters to what follows. What can still follow
depends on the ties alone.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from .intervals import FOREVER


class Option(NamedTuple):
    """Somebody who is free for an item; `first` and `last` are costs of the ranking."""

    who: int
    start: int
    end: int
    busy_until: int  # with the whole buffer
    reach: int  # nothing else of theirs begins before it
    first: int = 0  # what it costs if this is their first item
    last: int = 0  # and if it is their last
    window: Any = None  # the free time that the item lies in
    guest: int = 0
    place: int | None = None  # in a room, where several guests may have one each


class Law(NamedTuple):
    """What the rows of a choice may share."""

    exclusive: bool  # a person serves one item at a time; a room takes a guest's items together
    alone: bool  # there is one guest only
    alike: tuple[int, ...] = ()  # for each guest, the first one who wants the same; if any do


class Tie(NamedTuple):
    """Somebody chosen, as far as that matters to the items that follow."""

    who: int
    guest: int
    place: int | None
    end: int  # before it they serve nobody else
    clear: int  # before it they serve no other guest
    by: int  # they must be chosen again, for the same guest, for an item that starts by then


# How many options are tried for one start of a visit until it counts as impossible.
PATIENCE = 20_000

Row = Sequence[Option]  # one item's options, by id; rows are in order of start
NONE: frozenset[Tie] = frozenset()


def unconditional(option: Option) -> bool:
    return option.busy_until <= option.reach


def keep(ties: frozenset[Tie], option: Option, following: int, law: Law) -> frozenset[Tie] | None:
    """Return what ties are left after `option`, or None if it breaks one.

    `following` is the start of the next item, the next chance to be chosen again.
    """
    if not ties and option.busy_until <= option.reach and option.end <= following and law.alone:
        return NONE
    left = _beside(ties, option, law)
    if left is None:
        return None
    by = FOREVER if unconditional(option) else option.reach
    left.append(Tie(option.who, option.guest, option.place, option.end, option.busy_until, by))
    if any(tie.by < following for tie in left):
        return None
    return frozenset(_still_tied(left, following, law))


def _beside(ties: frozenset[Tie], option: Option, law: Law) -> list[Tie] | None:
    left = []
    for tie in ties:
        if tie.who == option.who:
            if tie.guest == option.guest:
                if tie.end <= option.start:
                    continue  # chosen again: their busy time before ends here
                if law.exclusive:
                    return None
            elif law.exclusive or tie.place == option.place:
                if option.start < (tie.clear if law.exclusive else tie.end):
                    return None
                if option.start < tie.clear:
                    # The place is theirs only if the other guest goes on in this room elsewhere.
                    tie = tie._replace(by=min(tie.by, option.start))
        left.append(tie)
    return left


def _still_tied(ties: Sequence[Tie], following: int, law: Law) -> Iterator[Tie]:
    for tie in ties:
        end = tie.end if tie.end > following else 0
        clear = tie.clear if tie.clear > following and not law.alone else 0
        if end or clear or tie.by < FOREVER:
            yield Tie(tie.who, tie.guest, tie.place, end, clear, tie.by)


def starts_after(rows: Sequence[Row]) -> list[int]:
    """Return for each row when the one after it starts. No row may be empty."""
    return [*(row[0].start for row in rows[1:]), FOREVER]


class Feasibility:
    """Whether the rows from `at` on can be served, with these ties.

    Exact as long as no more than `PATIENCE` options had to be tried, which only a large party
    on a crowded day can need; what is not found by then counts as impossible. Always the same.
    """

    def __init__(self, rows: Sequence[Row], law: Law) -> None:
        self.rows, self.law = rows, law
        self.following = starts_after(rows)
        self.known: dict[tuple, bool] = {}
        self.tried = 0
        self.path: list[Option] = []  # from the end; of the first call that succeeds

    def servable(self, at: int, ties: frozenset[Tie]) -> bool:
        if at == len(self.rows):
            return True
        key = at, self._key(at, ties)
        if key not in self.known:
            served = self._serve(at, ties)
            if self.tried > PATIENCE and not served:
                return False
            self.known[key] = served
        return self.known[key]

    def first(self) -> tuple[Option, ...] | None:
        """Return the first choice that serves all rows, if there is one; ask it first."""
        return tuple(reversed(self.path)) if self.servable(0, NONE) else None

    def _serve(self, at: int, ties: frozenset[Tie]) -> bool:
        seen = set()
        for option in self.rows[at]:
            self.tried += 1
            if self.tried > PATIENCE:
                return False
            left = keep(ties, option, self.following[at], self.law)
            if left is not None and left not in seen:
                seen.add(left)
                if self.servable(at + 1, left):
                    self.path.append(option)
                    return True
        return False

    def _key(self, at: int, ties: frozenset[Tie]) -> object:
        """Return what two states have in common that differ only in which of some friends is which.

        Whenever all rows of a start are done, guests who want the same are interchangeable.
        """
        alike = self.law.alike
        if not alike or not ties or not at:
            return ties
        if self.rows[at][0].start == self.rows[at - 1][0].start:
            return ties
        of_guests: dict[int, list[tuple]] = {}
        for tie in ties:
            of_guests.setdefault(tie.guest, []).append((tie.who, *tie[2:]))
        return tuple(sorted((alike[guest], tuple(sorted(own))) for guest, own in of_guests.items()))


def can_serve(rows: Sequence[Row], law: Law) -> bool:
    if not all(rows):
        return False
    free = all(any(map(unconditional, row)) for row in rows)
    if law.alone and free and not (law.exclusive and at_once(rows)):
        return True
    if contested(rows, law):
        return False
    if law.alone and free and not contested(only_unconditional(rows), law):
        return True
    return Feasibility(rows, law).servable(0, NONE)


def only_unconditional(rows: Sequence[Row]) -> list[Row]:
    return [[*filter(unconditional, row)] for row in rows]


def at_once(rows: Sequence[Row]) -> bool:
    """Return whether any two rows start together."""
    return any(one[0].start == other[0].start for one, other in pairwise(rows))


def contested(rows: Sequence[Row], law: Law) -> list[int]:
    """Return rows that last at one moment and have too few people, or places, between them.

    None if all is well. A guest needs one place however many items of hers go on at once.
    """
    if law.alone and not law.exclusive:
        return []
    for moment in dict.fromkeys(row[0].start for row in rows):
        going_on = [at for at, row in enumerate(rows) if row[0].start <= moment < row[0].end]
        if not law.exclusive:
            going_on = list({rows[at][0].guest: at for at in reversed(going_on)}.values())
        if len(going_on) > 1 and (short := _short(rows, sorted(going_on), law)):
            return short
    return []


def _short(rows: Sequence[Row], going_on: Sequence[int], law: Law) -> list[int]:
    """Match the rows with different people or places; return those that fight over too few."""
    taken: dict[tuple, int] = {}  # by which row

    def find(at: int, seen: set[tuple]) -> bool:
        for option in rows[at]:
            what = option.who, option.place
            if what not in seen:
                seen.add(what)
                if what not in taken or find(taken[what], seen):
                    taken[what] = at
                    return True
        return False

    for at in going_on:
        seen: set[tuple] = set()
        if not find(at, seen):
            return sorted({at, *(taken[what] for what in seen)})
    return []


def busy_untils(chosen: Sequence[Option]) -> list[int]:
    """Return when each chosen option's busy time ends: at the guest's next item with them, if
    that is sooner.
    """
    untils: list[int] = []
    following: dict[tuple[int, int], tuple[int, int]] = {}  # starts: the next, and the one after
    for option in reversed(chosen):
        key = option.guest, option.who
        start, later = following.get(key, (FOREVER, FOREVER))
        if option.start < start:  # else both start together, in one room
            start, later = option.start, start
        untils.append(min(option.busy_until, later))
        following[key] = start, later
    return untils[::-1]
