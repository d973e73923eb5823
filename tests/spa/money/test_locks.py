"""Two at the same money: the second waits for the first, and is then refused.

Each has a control: the same without the lock in question, where the second does not see what the
first did; the database's own constraints are what is left then.
"""

import pytest
from django.db import IntegrityError, models

from spa.errors import RuleBroken, Stale
from spa.models import (
    Appointment,
    CashSession,
    Client,
    ClientCredit,
    CreditUse,
    Payment,
    Refund,
)
from spa.services import booking, cash, credit, verification
from spa.services.audit import Actor
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import at
from tests.spa.money.till import PRICE, Till, card, coins, fresh
from tests.tills import make_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(transactional_db):
    return Till()


def while_the_first_is_open(first, second, *, table: str):
    """Run `second` against an open `first`; return its thread once it has waited for a lock."""
    with open_transaction():
        first()
        thread = Thread(second)
        thread.start()
        waiting = wait_until_somebody_waits_for_a_lock()
    assert f'"{table}"' in waiting or f" {table}" in waiting
    return thread


def unlocked(monkeypatch, *querysets):
    """Let these querysets read without a lock."""
    for queryset in querysets:
        monkeypatch.setattr(queryset, "locked", lambda self: self.order_by("pk"))


def clean() -> bool:
    return list(verification.findings()) == []


# -- Two desks spend the same credit ----------------------------------------------------------
def two_visits_and_one_credit(till):
    till.give_credit(100_000)
    other = make_worker()
    first, second = till.visit(), till.visit(hour=14)
    return (
        lambda: till.charge(first, credit_cents=100_000_00),
        lambda: till.charge(second, credit_cents=100_000_00, by=other),
    )


def test_credit_is_spent_once(till):
    first, second = two_visits_and_one_credit(till)

    thread = while_the_first_is_open(first, second, table="spa_client")

    with pytest.raises(credit.NotEnoughCredit):
        thread.outcome()
    assert CreditUse.objects.count() == 1
    assert clean()


def test_without_the_locks_credit_would_be_spent_twice(till, monkeypatch):
    """The control: neither client nor lot is locked, and the second spends what it has read."""
    unlocked(monkeypatch, type(Client.objects.all()), type(ClientCredit.objects.all()))
    first, second = two_visits_and_one_credit(till)

    thread = while_the_first_is_open(first, second, table="spa_clientcredit")

    # It wrote over the lot as if nobody had spent it; only the proof at its commit is left.
    with pytest.raises(IntegrityError, match="of credit and"):
        thread.outcome()


# -- A drawer is closed while a payment is taken into it --------------------------------------
def a_drawer_and_a_payment(till):
    session, visit = till.drawer(pesos=0), till.visit()
    return (
        session,
        lambda: till.close(session, {}, by=till.manager),
        lambda: till.charge(visit, coins(180_000)),
    )


def test_a_payment_waits_for_a_close_and_finds_no_drawer(till):
    _session, close, pay = a_drawer_and_a_payment(till)

    thread = while_the_first_is_open(close, pay, table="spa_cashsession")

    with pytest.raises(cash.NoOpenDrawer):
        thread.outcome()
    assert not Payment.objects.exists()
    assert clean()


def test_a_close_waits_for_a_payment_and_counts_it(till):
    session, close, pay = a_drawer_and_a_payment(till)

    thread = while_the_first_is_open(pay, close, table="spa_cashsession")

    thread.outcome()
    session.refresh_from_db()
    assert (session.expected_cents, session.difference_cents) == (PRICE, -PRICE)
    assert clean()


def test_without_the_lock_a_payment_would_only_be_stopped_by_the_database(till, monkeypatch):
    """The control: the payment reads the session as open, and its movement is refused."""
    unlocked(monkeypatch, type(CashSession.objects.all()))
    _session, close, pay = a_drawer_and_a_payment(till)

    thread = while_the_first_is_open(close, pay, table="spa_cashmovement")

    with pytest.raises(IntegrityError, match="is closed"):
        thread.outcome()


def test_without_the_lock_a_close_would_not_count_the_payment(till, monkeypatch):
    """The control: the close counts what was there before, and is refused at its commit."""
    unlocked(monkeypatch, type(CashSession.objects.all()))
    _session, close, pay = a_drawer_and_a_payment(till)

    thread = while_the_first_is_open(pay, close, table="spa_cashsession")

    with pytest.raises(IntegrityError, match="moved 18000000"):
        thread.outcome()


# -- Two refunds of one payment ---------------------------------------------------------------
def two_refunds(till):
    _visit, payment = till.completed_visit()
    other = make_worker("manager")
    return (
        payment,
        lambda: till.refund(payment, 100_000),
        lambda: till.refund(payment, 100_000, by=other),
    )


def test_a_payment_is_refunded_once(till):
    payment, first, second = two_refunds(till)

    thread = while_the_first_is_open(first, second, table="spa_appointment")

    with pytest.raises(RuleBroken) as refused:
        thread.outcome()
    assert refused.value.facts["reason"] == "more_than_paid"
    assert fresh(payment).refunded_cents == 100_000_00
    assert clean()


def test_without_the_locks_two_refunds_would_be_paid_out_for_one(till, monkeypatch):
    """The control: no row is locked; the second writes what it has read, and both are paid."""
    unlocked(monkeypatch, type(Client.objects.all()), type(Payment.objects.all()))
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda self, **_how: self)
    _payment, first, second = two_refunds(till)

    thread = while_the_first_is_open(first, second, table="spa_appointment")

    with pytest.raises(IntegrityError):
        thread.outcome()
    assert Refund.objects.count() == 1


# -- Two charges of one visit -----------------------------------------------------------------
def two_charges(till):
    visit, other = till.visit("finished"), make_worker()
    return (
        visit,
        lambda: till.charge(visit, card(180_000), now=at(11)),
        lambda: till.charge(visit, card(180_000, reference="2"), now=at(11), by=other),
    )


def test_a_visit_is_charged_once(till):
    _visit, first, second = two_charges(till)

    thread = while_the_first_is_open(first, second, table="spa_appointment")

    with pytest.raises(RuleBroken) as refused:
        thread.outcome()
    assert refused.value.facts["reason"] == "more_than_owed"
    assert Payment.objects.count() == 1
    assert clean()


def test_who_shows_what_it_has_seen_is_told_that_it_changed(till):
    visit, first, _second = two_charges(till)

    thread = while_the_first_is_open(
        first,
        lambda: till.charge(visit, card(10), version=visit.version, now=at(11)),
        table="spa_appointment",
    )

    with pytest.raises(Stale):
        thread.outcome()


def test_without_the_locks_a_visit_would_be_charged_twice(till, monkeypatch):
    """The control: the second reads the visit as unpaid; the journal refuses it at its commit."""
    unlocked(monkeypatch, type(Client.objects.all()))
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda self, **_how: self)
    _visit, first, second = two_charges(till)

    thread = while_the_first_is_open(first, second, table="spa_appointment")

    with pytest.raises(IntegrityError):
        thread.outcome()
    assert Payment.objects.count() == 1


# -- A hold that is over is paid while it expires ---------------------------------------------
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
