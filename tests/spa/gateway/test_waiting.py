"""Holds beside the gateway: kept while it is out of reach, waited for while it works (§6.7)."""

from datetime import timedelta

import pytest

from spa.models import BreakerState
from spa.services import booking
from tasks import holds
from tests.concurrency import Thread, open_transaction
from tests.factories import at, make_client
from tests.spa.gateway.links import Links, fresh, later, reported, with_keys
from tests.spa.money.locking import beside_an_open, clean
from tests.spa.money.till import Till

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def links(transactional_db, settings):
    with_keys(settings)
    return Links(Till())


def breaker(phase):
    BreakerState.objects.update_or_create(
        name="wompi", defaults={"phase": phase, "opened_at": at(7) if phase != "closed" else None}
    )


def run_at(monkeypatch, moment) -> int:
    monkeypatch.setattr("spa.clock.now", lambda: moment)
    return holds.expire()


# -- The job ----------------------------------------------------------------------------------
@pytest.mark.parametrize(("phase", "kept"), [("closed", False), ("open", True)])
def test_while_the_gateway_is_left_alone_nothing_expires(links, monkeypatch, phase, kept):
    visit = links.till.hold(minutes=20)
    breaker(phase)

    assert run_at(monkeypatch, at(7, 20)) == (0 if kept else 1)

    visit = fresh(visit)
    assert (visit.status == "pending_payment") == kept
    if kept:
        assert visit.held_until == at(8, 20)


def test_without_a_gateway_an_old_breaker_keeps_nothing(links, monkeypatch, settings):
    visit = links.till.hold(minutes=20)
    breaker("open")
    settings.WOMPI_PUBLIC_KEY = settings.WOMPI_PRIVATE_KEY = ""
    settings.WOMPI_EVENTS_SECRET = settings.WOMPI_INTEGRITY_SECRET = ""

    assert run_at(monkeypatch, at(7, 20)) == 1
    assert fresh(visit).status == "expired"


# -- Kept -------------------------------------------------------------------------------------
def test_it_is_kept_shortly_before_its_end_for_an_hour_with_its_reason(links):
    visit = links.till.hold(minutes=20)

    assert booking.prolong_due(now=later(at(7, 18), seconds=-1)) == 0
    assert booking.prolong_due(now=at(7, 18)) == 1

    visit = fresh(visit)
    change = visit.changes.latest("version")
    assert visit.held_until == at(8, 18)
    assert (change.action, change.reason_code, change.origin) == ("keep", "gateway_down", "system")


def test_twice_in_a_row_it_is_kept_once(links):
    visit = links.till.hold(minutes=20)

    assert [booking.prolong_due(now=at(7, 19)) for _ in range(3)] == [1, 0, 0]
    assert fresh(visit).version == 2


def test_it_is_never_kept_past_its_start_and_then_not_at_all(links):
    visit = links.till.hold(minutes=170)  # until 9:50, of a visit at ten

    assert booking.prolong_due(now=at(9, 49)) == 1
    assert fresh(visit).held_until == at(10)
    assert booking.prolong_due(now=at(9, 59)) == 0
    assert booking.expire_due(now=at(10)) == 1


def test_two_at_once_keep_it_once(links):
    visit = links.till.hold(minutes=20)

    assert (
        beside_an_open(
            lambda: booking.prolong_due(now=at(7, 19)), lambda: booking.prolong_due(now=at(7, 19))
        )
        == 0
    )

    assert fresh(visit).version == 2
    assert clean()


def test_who_is_held_keeps_nobody_else_from_being_kept(links):
    first = links.till.hold(minutes=20)
    second = links.till.hold(minutes=20, hour=14, client=make_client())

    with open_transaction():
        type(first).objects.select_for_update().get(pk=first.pk)
        thread = Thread(lambda: booking.prolong_due(now=at(7, 19)))
        thread.start()
        assert thread.outcome() == 1

    assert fresh(second).held_until == at(8, 19)


def test_the_attempt_may_be_paid_for_as_long(links):
    visit, payment = links.hold(minutes=20)
    booking.prolong_due(now=at(7, 19))

    assert links.begin(payment.request, now=at(8)).reference == payment.reference
    links.hear(reported(payment), now=at(8, 15))

    assert fresh(visit).status == "confirmed"


# -- Waited for -------------------------------------------------------------------------------
JUST = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("status", "waits"),
    [(None, True), ("PENDING", True), ("DECLINED", False), ("ERROR", False), ("VOIDED", False)],
)
def test_it_waits_ten_minutes_for_what_may_still_come_and_not_for_what_failed(links, status, waits):
    visit, payment = links.hold(minutes=20)
    if status:
        links.hear(reported(payment, status), now=at(7, 19))

    assert booking.expire_due(now=at(7, 20)) == (0 if waits else 1)
    assert booking.expire_due(now=at(7, 30) - JUST) == 0
    assert booking.expire_due(now=at(7, 30)) == (1 if waits else 0)
    assert fresh(visit).status == "expired"


def test_a_second_attempt_is_waited_for_though_the_first_failed(links):
    _visit, payment = links.hold(minutes=20)
    links.hear(reported(payment, "DECLINED"), now=at(7, 10))
    links.begin(fresh(payment).request, now=at(7, 11))

    assert booking.expire_due(now=at(7, 20)) == 0
    assert booking.expire_due(now=at(7, 30)) == 1


def test_run_twice_and_at_once_it_expires_once(links):
    visit, _payment = links.hold(minutes=20)

    others = beside_an_open(
        lambda: booking.expire_due(now=at(7, 30)), lambda: booking.expire_due(now=at(7, 30))
    )

    assert (others, booking.expire_due(now=at(7, 31))) == (0, 0)
    assert visit.changes.filter(action="expire").count() == 1
    assert clean()
