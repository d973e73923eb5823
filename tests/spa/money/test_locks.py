"""Two at the same money: the second waits for the first, and is then refused.

Each has a control: the same without the lock in question, where the second does not see what the
first did; the database's own constraints are what is left then.
"""

import pytest
from django.db import IntegrityError

from spa.errors import RuleBroken, Stale
from spa.models import Appointment, Client, DebtReason, JournalEntry, Payment, Refund
from spa.services import booking
from spa.services.audit import Actor
from tests.factories import at
from tests.spa.money.locking import (
    beside_an_open,
    clean,
    nothing_locks,
    unlocked,
    while_the_first_is_open,
)
from tests.spa.money.till import PRICE, Till, card, fresh, owed_by
from tests.tills import make_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(transactional_db):
    return Till()


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
    nothing_locks(monkeypatch, type(Client.objects.all()), type(Payment.objects.all()))
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
    nothing_locks(monkeypatch, type(Client.objects.all()))
    _visit, first, second = two_charges(till)

    thread = while_the_first_is_open(first, second, table="spa_appointment")

    with pytest.raises(IntegrityError):
        thread.outcome()
    assert Payment.objects.count() == 1


# -- A payment is taken back twice ------------------------------------------------------------
def two_who_take_back(till):
    _visit, payment = till.paid_visit()
    other = make_worker("manager")
    return payment, lambda: till.void(payment), lambda: till.void(payment, by=other)


def test_a_payment_is_taken_back_once(till):
    payment, first, second = two_who_take_back(till)

    thread = while_the_first_is_open(first, second, table="spa_appointment")

    with pytest.raises(Stale):
        thread.outcome()
    assert fresh(payment).state == "voided"
    assert JournalEntry.objects.filter(event="payment_voided").count() == 1
    assert clean()


def test_without_the_locks_a_payment_would_be_taken_back_twice(till, monkeypatch):
    """The control: the second reads it as paid, and posts it once more until its commit."""
    nothing_locks(monkeypatch, type(Client.objects.all()), type(Payment.objects.all()))
    _payment, first, second = two_who_take_back(till)

    thread = while_the_first_is_open(first, second, table="spa_payment")

    with pytest.raises(IntegrityError):
        thread.outcome()
    assert JournalEntry.objects.filter(event="payment_voided").count() == 1


# -- A debt is left while another desk books for the client -----------------------------------
def a_debt_and_a_booking(till):
    visit = till.visit("finished")

    def leave():
        booking.complete(
            appointment=visit,
            debt_reason=DebtReason.PAYS_LATER,
            now=at(11),
            actor=Actor(user=till.manager),
        )

    def book():
        return till.house.book(
            client=till.client, starts_at=at(15), now=at(11), actor=Actor(user=till.desk)
        )

    return leave, book


def test_who_leaves_a_debt_cannot_book_at_another_desk_meanwhile(till):
    leave, book = a_debt_and_a_booking(till)

    thread = while_the_first_is_open(leave, book, table="spa_client")

    with pytest.raises(booking.ClientOwes):
        thread.outcome()
    assert Appointment.objects.count() == 1
    assert clean()


def test_without_the_lock_who_owes_would_have_booked(till, monkeypatch):
    """The control: whoever books reads the debt before it is there."""
    unlocked(monkeypatch, type(Client.objects.all()))
    leave, book = a_debt_and_a_booking(till)

    booked = beside_an_open(leave, book)

    assert booked.status == "confirmed"
    assert owed_by(till.client) == PRICE
