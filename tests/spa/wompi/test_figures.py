"""Each call that is sent is counted once, with how it ended and how long it took."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from spa.models import BreakerState, GatewayKey, GatewayMinute
from spa.wompi import client as module
from spa.wompi import figures, transport
from spa.wompi.client import Client
from spa.wompi.errors import GatewayError, GatewayUnavailable, InsideTransaction
from tests.concurrency import Thread
from tests.factories import at
from tests.spa.wompi import gateway as faulty
from tests.spa.wompi.gateway import ID, KEYS, gateway, is_known, is_unknown, says

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(9, 30) + timedelta(seconds=17)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    monkeypatch.setattr(transport, "READ_SECONDS", 0.3)
    monkeypatch.setattr(module, "READS", 1)


def ask(*answers, times: int = 1, call=lambda client: client.transaction(ID)) -> GatewayMinute:
    """Ask a gateway that answers so; return the minute in which it was counted."""
    with gateway(*answers) as here:
        for _ in range(times):
            with suppress(GatewayError):
                call(Client(replace(KEYS, api_url=here.url)))
    return GatewayMinute.objects.get()


def test_an_answer_is_counted_in_its_minute():
    row = ask(is_known())

    assert (row.minute, row.key, row.calls, row.failures) == (at(9, 30), "private", 1, 0)
    assert (row.answered_at, row.refused_at) == (NOW, None)


def test_the_calls_of_a_minute_are_one_row():
    row = ask(is_known(), faulty.resets, is_known(), times=3)

    assert (row.calls, row.failures, row.answered_at) == (3, 1, NOW)
    assert row.slowest_ms <= row.total_ms


def test_how_long_it_took_is_counted_too():
    row = ask(faulty.hangs)

    assert (row.failures, row.answered_at) == (1, None)
    assert 300 <= row.total_ms == row.slowest_ms < 3000


@pytest.mark.parametrize("status", [500, 503, 408, 429])
def test_a_fault_of_the_gateway_is_a_failure(status):
    row = ask(says({}, status=status))

    assert (row.failures, row.answered_at, row.refused_at) == (1, None, None)


def test_that_it_knows_no_such_transaction_is_an_answer():
    row = ask(is_unknown())

    assert (row.calls, row.failures, row.answered_at) == (1, 0, NOW)


@pytest.mark.parametrize("status", [401, 403])
def test_that_it_does_not_take_the_key_is_no_answer_and_no_failure(status):
    row = ask(says({}, status=status))

    assert (row.failures, row.answered_at) == (0, None)
    assert (row.refused_at, row.refused_with) == (NOW, status)


def test_the_public_key_is_counted_apart():
    assert ask(says({}, status=401), call=lambda client: client.merchant()).key == "public"


def test_what_was_not_sent_is_not_counted():
    row = ask(faulty.resets, times=5)
    assert BreakerState.objects.get().phase == "open"

    with pytest.raises(GatewayUnavailable):
        Client(KEYS).transaction(ID)
    with pytest.raises(InsideTransaction), transaction.atomic():
        Client(KEYS).transaction(ID)

    assert GatewayMinute.objects.get().calls == row.calls == 5


def test_processes_that_count_at_once_lose_nothing():
    def count():
        for _ in range(25):
            figures.count(GatewayKey.PRIVATE, seconds=0.01)

    threads = [Thread(count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.outcome()

    row = GatewayMinute.objects.get()
    assert (row.calls, row.total_ms, row.slowest_ms) == (100, 1000, 10)
