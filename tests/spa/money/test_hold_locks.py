"""A hold that is over while somebody pays it, keeps it or confirms it: one of them is first."""

import pytest
from django.db import IntegrityError

from spa.models import Appointment, Client, Payment
from spa.services import booking
from spa.services.audit import Actor
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import at, make_client
from tests.spa.money.locking import clean, nothing_locks, while_the_first_is_open
from tests.spa.money.till import Till, card, fresh

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(transactional_db):
    return Till()


def expire():
    return booking.expire_due(now=at(9))


def confirm(till, hold):
    return booking.confirm_without_deposit(
        appointment=hold, reason_code="regular", now=at(9), actor=Actor(user=till.manager)
    )


def test_a_hold_that_is_being_paid_is_passed_over_and_stays(till):
    hold = till.hold(minutes=20)

    with open_transaction():
        till.charge(hold, card(72_000))
        expiring = Thread(lambda: booking.expire_due(now=at(9)))
        expiring.start()
        assert expiring.outcome() == 0  # it did not even wait

    assert booking.expire_due(now=at(9)) == 0
    assert fresh(hold).status == "confirmed"
    assert clean()


def test_a_payment_waits_for_the_hold_to_expire_and_is_refused(till):
    hold = till.hold(minutes=20)

    thread = while_the_first_is_open(
        lambda: booking.expire_due(now=at(9)),
        lambda: till.charge(hold, card(72_000)),
        table="spa_appointment",
    )

    with pytest.raises(booking.IllegalTransition):
        thread.outcome()
    assert not Payment.objects.exists()
    assert clean()


def test_keeping_it_waits_for_the_hold_to_expire_and_is_refused(till):
    hold = till.hold(minutes=20)

    thread = while_the_first_is_open(
        lambda: booking.expire_due(now=at(9)),
        lambda: booking.keep(appointment=hold, minutes=60, now=at(9), actor=Actor()),
        table="spa_appointment",
    )

    with pytest.raises(booking.IllegalTransition):
        thread.outcome()


def test_confirming_it_waits_for_the_hold_to_expire_and_is_refused(till):
    hold = till.hold(minutes=20)

    thread = while_the_first_is_open(expire, lambda: confirm(till, hold), table="spa_appointment")

    with pytest.raises(booking.IllegalTransition):
        thread.outcome()
    assert fresh(hold).status == "expired"
    assert clean()


def test_two_who_confirm_it_do_so_once(till):
    hold = till.hold(minutes=20)

    thread = while_the_first_is_open(
        lambda: confirm(till, hold), lambda: confirm(till, hold), table="spa_appointment"
    )

    with pytest.raises(booking.IllegalTransition):
        thread.outcome()
    assert fresh(hold).version == 2


def test_without_the_lock_an_expired_visit_would_be_confirmed(till, monkeypatch):
    """The control: a manager reads it as waiting still; its history is all that stops her."""
    nothing_locks(monkeypatch, type(Client.objects.all()))
    hold = till.hold(minutes=20)

    with open_transaction():
        expire()
        thread = Thread(lambda: confirm(till, hold))
        thread.start()
        wait_until_somebody_waits_for_a_lock()

    with pytest.raises(IntegrityError):
        thread.outcome()


def test_a_client_who_is_held_for_long_keeps_nobody_elses_hold(till, settings):
    first = till.charge(till.hold(minutes=20), card(10_000)).visit
    second = till.hold(minutes=30, hour=14, client=make_client())
    settings.LOCK_TIMEOUT = "50ms"

    with open_transaction():
        Client.objects.locked().get(pk=first.client_id)
        expiring = Thread(expire)
        expiring.start()
        assert expiring.outcome() == 1

    assert (fresh(first).status, fresh(second).status) == ("pending_payment", "expired")
    assert expire() == 1


def test_without_the_lock_a_paid_visit_would_expire(till, monkeypatch):
    """The control: expiry reads past the open payment; the database is what is left then."""
    hold = till.hold(minutes=20)
    monkeypatch.setattr(
        type(Appointment.objects.all()), "select_for_update", lambda self, **_options: self
    )

    with open_transaction():
        till.charge(hold, card(72_000))
        expiring = Thread(lambda: booking.expire_due(now=at(9)))
        expiring.start()
        wait_until_somebody_waits_for_a_lock()

    with pytest.raises(IntegrityError):
        expiring.outcome()
