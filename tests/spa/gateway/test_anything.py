"""Whatever happens to payments by link: the money is right at every step, and found in the end."""

import os

import pytest

from tests.spa.gateway.anything import let_anything_happen
from tests.spa.gateway.links import with_keys
from tests.spa.gateway.world import World

FEW = 12
EXAMPLES = int(os.environ.get("SPA_GATEWAY_EXAMPLES", FEW))  # a drill asks for more


@pytest.fixture
def world(db, settings, monkeypatch):
    with_keys(settings)
    world = World()
    world.take_the_clock(monkeypatch)
    return world


def test_whatever_happens_the_money_is_right_at_every_step(world):
    done = let_anything_happen(world, examples=EXAMPLES, patiently=EXAMPLES > FEW)

    assert sum(done.values()) > done["refused"] > 0, done
