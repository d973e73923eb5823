"""The job that keeps the figures of the gateway true, against one that answers as a test wants."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from spa.models import Alert, BreakerState, GatewayMinute
from spa.wompi import client as module
from spa.wompi import keys, transport
from tasks import figures
from tests.factories import at
from tests.spa.gateway.links import with_keys
from tests.spa.wompi import gateway as faulty
from tests.spa.wompi.gateway import KEYS, gateway, says
from tests.tills import make_worker

pytestmark = pytest.mark.django_db(transaction=True)
MERCHANT = {"data": {"id": 10042, "name": "Bruma", "active": True, "public_key": KEYS.public}}


class Day:
    """A clock, and a job that runs each minute."""

    def __init__(self, monkeypatch, here) -> None:
        self.now, self.here = at(9), here
        monkeypatch.setattr("spa.clock.now", lambda: self.now)
        monkeypatch.setattr(keys, "load", lambda: replace(KEYS, api_url=here.url))

    def run(self, *, minutes: int) -> int:
        """Let so many minutes pass; return how often Wompi was asked meanwhile."""
        before = len(self.here.calls)
        for _ in range(minutes):
            self.now += timedelta(minutes=1)
            figures.watch()
        return len(self.here.calls) - before


@pytest.fixture
def day(monkeypatch, settings):
    with_keys(settings)
    monkeypatch.setattr(transport, "READ_SECONDS", 0.3)
    monkeypatch.setattr(module, "BEFORE_READING_AGAIN", 0)

    def of(*answers):
        return Day(monkeypatch, context.enter_context(gateway(*answers)))

    with ExitStack() as context:
        yield of


def test_with_nothing_else_to_ask_it_asks_every_five_minutes_who_we_are(day):
    quiet = day(says(MERCHANT))

    assert quiet.run(minutes=11) == 3
    assert quiet.here.lines == ["GET /v1/merchants/info HTTP/1.1"] * 3
    assert set(GatewayMinute.objects.values_list("key", "failures")) == {("public", 0)}


def test_what_is_asked_for_its_own_sake_is_enough(day):
    busy = day(says(MERCHANT))
    for _ in range(3):
        module.Client.from_settings().merchant()
        assert busy.run(minutes=4) == 0
        busy.now += timedelta(minutes=1)


def test_while_it_is_left_alone_only_the_breakers_own_trial_goes_out(day):
    broken = day(faulty.resets)
    broken.run(minutes=3)
    assert BreakerState.objects.get().phase == "open"

    assert broken.run(minutes=5) == 0  # its pause, by the database's clock, has not passed


def test_a_trial_that_succeeds_ends_it(day):
    back = day(*[faulty.resets] * 5, says(MERCHANT))
    back.run(minutes=3)
    BreakerState.objects.update(opened_at=at(1))  # long ago by any clock

    assert back.run(minutes=1) == 1
    assert BreakerState.objects.get().phase == "closed"


def test_a_wrong_key_is_told_and_goes_by_itself(day):
    make_worker("manager")
    wrong = day(says({}, status=401), says(MERCHANT))

    wrong.run(minutes=1)
    assert Alert.objects.get(closed_at=None).kind == "gateway_keys"

    wrong.run(minutes=1)
    assert not Alert.objects.filter(closed_at=None).exists()


def test_without_a_gateway_nobody_is_asked(settings):
    settings.WOMPI_PUBLIC_KEY = settings.WOMPI_PRIVATE_KEY = ""
    settings.WOMPI_EVENTS_SECRET = settings.WOMPI_INTEGRITY_SECRET = ""

    assert figures.watch() == 0
    assert not GatewayMinute.objects.exists()
