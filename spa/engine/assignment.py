"""Choosing the best person (or room) for every item of a visit."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .promises import (
    NONE,
    Feasibility,
    Law,
    Option,
    Row,
    Tie,
    can_serve,
    keep,
    starts_after,
    unconditional,
)

# How many choices are weighed for one start. The best of a three-item visit with ten people
# is always found; a longer one on a crowded day may have to make do with the best so far, and a
# party does so after a tenth of it.
EFFORT = 3_000


class Ranking(NamedTuple):
    """How complete choices compare: by cost, then a preferred person, then lowest ids."""

    again: Callable[[Option, Option], int]  # what the later of two items costs
    floor: Callable[[Sequence[Row], int, int | None], int]  # a row at least; and its forerunner
    law: Law
    preferred: frozenset[int] = frozenset()


class Choice(NamedTuple):
    options: tuple[Option, ...]
    cost: int
    preferred: bool


def choose(rows: Sequence[Row], ranking: Ranking) -> Choice | None:
    """Return the best choice of one option for each row, or None if there is none.

    None is exact. The choice is the best one by `ranking` as long as no more than `EFFORT`
    options had to be weighed, and otherwise the best of those; always the same one.
    """
    if not can_serve(rows, ranking.law):
        return None
    if len(rows) == 1:
        return _choose_one(rows[0], ranking)
    return _BranchAndBound(rows, ranking).run()


def _choose_one(row: Row, ranking: Ranking) -> Choice | None:
    """Shortcut for the commonest visit, which is searched for over whole months."""

    best: Choice | None = None
    for option in filter(unconditional, row):
        cost, preferred = option.first + option.last, option.who in ranking.preferred
        if best is None or (cost, not preferred) < (best.cost, not best.preferred):
            best = Choice((option,), cost, preferred)
            if not cost and (preferred or not ranking.preferred):
                break
    return best


def forerunners(rows: Sequence[Row]) -> list[int | None]:
    """Return for each row the guest's row before it; for her first one, the guest before her."""
    before: list[int | None] = []
    latest: dict[int, int] = {}
    first: int | None = None
    for at, row in enumerate(rows):
        guest = row[0].guest
        before.append(latest.get(guest, first))
        if guest not in latest:
            first = at
        latest[guest] = at
    return before


class _BranchAndBound:
    """Walks the options in order of id, so that of equal choices the first one stays."""

    def __init__(self, rows: Sequence[Row], ranking: Ranking) -> None:
        self.rows = rows
        self.ranking = ranking
        self.following = starts_after(rows)
        self.forerunners = forerunners(rows)
        self.feasibility: Feasibility | None = None
        self.bounds: _Bounds | None = None  # worked out when the first choice is not ideal
        self.chosen: list[Option] = []
        self.latest: dict[int, int] = {}  # who → index of their latest item
        self.best: Choice | None = None
        self.weighed = 0
        self.done = False

    def run(self) -> Choice | None:
        self._extend(0, NONE)
        if self.best is None:
            self._take_what_was_found()
        return self.best

    def _take_what_was_found(self) -> None:
        """Choose what `can_serve` knows of, where patience ended on the way here."""
        cost = 0
        for at, option in enumerate(Feasibility(self.rows, self.ranking.law).first() or ()):
            cost += self._step(at, option)
            self.chosen.append(option)
            self.latest[option.who] = at
        if self.chosen:
            self._compare(cost)

    def _extend(self, cost: int, ties: frozenset[Tie]) -> None:
        at = len(self.chosen)
        if at == len(self.rows):
            self._compare(cost)
            return
        for option in self.rows[at]:
            left = keep(ties, option, self.following[at], self.ranking.law)
            if left is None or (left and not self._servable(at + 1, left)):
                continue
            self._take(at, option, cost, left)
            if self.done:
                return

    def _take(self, at: int, option: Option, cost: int, ties: frozenset[Tie]) -> None:
        before = self.latest.get(option.who)
        cost += self._step(at, option)
        self.chosen.append(option)
        self.latest[option.who] = at
        if self._may_win(cost):
            self._extend(cost, ties)
        self.chosen.pop()
        if before is None:
            del self.latest[option.who]
        else:
            self.latest[option.who] = before

    def _step(self, at: int, option: Option) -> int:
        """Return what an item adds to the cost: after the person's last one, or the guest's."""
        exclusive = self.ranking.law.exclusive
        before = self.latest.get(option.who) if exclusive else self.forerunners[at]
        if before is None:
            return option.first
        return self.ranking.again(self.chosen[before], option)

    def _may_win(self, cost: int) -> bool:
        if self.best is None or self.bounds is None:
            return True
        self.weighed += 1
        if self.weighed > (EFFORT if self.ranking.law.alone else EFFORT // 10):
            self.done = True
            return False
        bound = self.bounds.lowest(self.chosen, self.latest, cost)
        return bound < (self.best.cost, not self.best.preferred)

    def _compare(self, cost: int) -> None:
        cost += sum(self.chosen[at].last for at in self.latest.values())
        preferred = not self.ranking.preferred.isdisjoint(self.latest)
        if self.best is None or (cost, not preferred) < (self.best.cost, not self.best.preferred):
            self.best = Choice(tuple(self.chosen), cost, preferred)
            self.done = self._ideal(self.best)

    def _ideal(self, choice: Choice) -> bool:
        if not choice.cost and (choice.preferred or not self.ranking.preferred):
            return True
        if self.bounds is None:
            self.bounds = _Bounds(self.rows, self.ranking)
        return (choice.cost, not choice.preferred) <= self.bounds.lowest([], {}, 0)

    def _servable(self, at: int, ties: frozenset[Tie]) -> bool:
        if self.feasibility is None:
            self.feasibility = Feasibility(self.rows, self.ranking.law)
        self.feasibility.tried = 0
        return self.feasibility.servable(at, ties)


class _Bounds:
    """What any completion of a half-made choice costs at least."""

    def __init__(self, rows: Sequence[Row], ranking: Ranking) -> None:
        self.preferred = ranking.preferred
        self.floors = [0]
        self.later: list[set[int]] = [set()]  # who may still come, before each row
        before = forerunners(rows)
        for at in reversed(range(len(rows))):
            self.floors.append(self.floors[-1] + ranking.floor(rows, at, before[at]))
            self.later.append(self.later[-1].union(option.who for option in rows[at]))
        self.floors.reverse()
        self.later.reverse()

    def lowest(
        self, chosen: Sequence[Option], latest: dict[int, int], cost: int
    ) -> tuple[int, bool]:
        later = self.later[len(chosen)]
        cost += self.floors[len(chosen)]
        for who, at in latest.items():
            if who not in later:
                cost += chosen[at].last
        hopeful = not (self.preferred.isdisjoint(later) and self.preferred.isdisjoint(latest))
        return cost, not hopeful
