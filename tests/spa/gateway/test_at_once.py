"""Two hands on one payment by link, each on its own connection: the money is posted once."""

import time

import pytest
from django.db import connection

from spa.errors import BusinessLogicError
from spa.models import Appointment, JournalEntry
from spa.services import gateway, payment_requests
from tests.concurrency import PATIENCE, Thread, open_transaction
from tests.seeds import Seed
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import with_keys
from tests.spa.gateway.truths import check, check_at_rest
from tests.spa.gateway.world import World
from tests.spa.money.till import card

SEED = Seed(World)


@pytest.fixture
def world(transactional_db, settings, monkeypatch):
    """A visit whose deposit was approved at Wompi, which nobody has told us yet."""
    with_keys(settings)
    world = SEED.sow()
    world.take_the_clock(monkeypatch)
    world.book()
    for move in ("attempt", "approve"):
        assert world.do(move)
    return world


def hear(world: World) -> None:
    reference = world.last_attempt().reference
    found = world.wompi.transactions_of(reference)
    gateway.settle(reference=reference, found=found, now=world.now)


def begin_again(world: World) -> None:
    request = world.last_attempt().request
    gateway.open_attempt(request=request, now=world.now)


def charge(world: World) -> None:
    world.till.charge(world.visit, card(180_000), now=world.now)


def end_the_link(world: World) -> None:
    payment_requests.end(appointment=world.visit, now=world.now, actor=DESK)


OTHERS = (hear, begin_again, charge, end_the_link, World.cancel)


@pytest.mark.parametrize("other", OTHERS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("is_first", [True, False])
def test_whoever_comes_first_the_money_is_posted_once(world, other, is_first):
    hands = [hear, other] if is_first else [other, hear]

    threads = [Thread(lambda hand=hand: hand(world)) for hand in hands]
    with open_transaction():
        Appointment.objects.select_for_update().get(pk=world.visit.pk)
        for number, thread in enumerate(threads, 1):
            thread.start()
            wait_until_so_many_wait(number)
    for thread in threads:
        allow_a_refusal(thread)

    assert JournalEntry.objects.exclude(gateway_id="").count() == 1
    check(world.wompi)
    world.come_to_rest()
    check_at_rest(world.wompi)


def wait_until_so_many_wait(number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND datname = current_database()"
            )
            if cursor.fetchone()[0] >= number:
                return
    raise AssertionError(f"no {number} wait for a lock")


def allow_a_refusal(thread: Thread) -> None:
    try:
        thread.outcome()
    except BusinessLogicError:
        assert thread.function.__defaults__ != (hear,)  # what Wompi says is never refused
