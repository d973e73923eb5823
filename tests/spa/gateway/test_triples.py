"""Whatever three things happen, in whatever order, the money is where it belongs.

Ordered triples of the moves, after a visit was booked and its payment begun. They are walked as
a tree, so that each step is made once; what must hold is checked after each, and once more after
Wompi was asked about everything. A way on from where another has led already is not walked again.
All single moves and pairs come with `./run test`, of the triples only a sixth, another one each
time: all of them take minutes, and are a drill.
"""

import os
import random
import zlib

import pytest

from tests.spa.gateway.links import with_keys
from tests.spa.gateway.truths import check, check_at_rest
from tests.spa.gateway.world import World

MOVES = (
    *("attempt", "second_tab", "approve", "decline", "wrong_amount", "wrong_currency"),
    *("event", "event_twice", "event_at_once", "event_lost", "swapped_reference", "old_event"),
    *("poll", "hold_expires", "cancel", "void", "breaker"),
)

DEEPEST = 3
PARTS = int(os.environ.get("SPA_PARTS_OF_TRIPLES", "6"))
CHOSEN = int(os.environ.get("SPA_PART_OF_TRIPLES", random.randrange(PARTS)))


@pytest.fixture
def world(db, settings, monkeypatch):
    with_keys(settings)
    world = World()
    world.take_the_clock(monkeypatch)
    world.book()
    world.do("attempt")
    return world


seen: set = set()  # by this process


@pytest.mark.parametrize("first", MOVES)
def test_any_three_things_leave_the_money_where_it_belongs(world, first):
    walk(world, (first,))


def walk(world: World, path: tuple[str, ...]) -> None:
    """Go on from where `path` leads, if that is somewhere new; check it before and after."""
    if len(path) == DEEPEST and zlib.crc32(repr(path).encode()) % PARTS != CHOSEN:
        return
    with world.branch():
        could = world.do(path[-1])
        looks = repr((len(path) == DEEPEST, world.looks()))
        if not could or looks in seen:
            return  # as without it; or as on another way
        seen.add(looks)
        try:
            check(world.wompi)
            with world.branch():
                world.come_to_rest()
                check_at_rest(world.wompi)
        except Exception as error:
            error.add_note(f"after {', '.join(path)}; part {CHOSEN} of {PARTS}")
            raise
        if len(path) < DEEPEST:
            for move in MOVES:
                walk(world, (*path, move))
