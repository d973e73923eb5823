"""Taking a payment back whole, on its own day, as if it had not been."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.errors import RuleBroken, Stale
from spa.services import cash, credit
from spa.services.audit import Actor
from spa.services.rights import NotAllowed
from tests.factories import TODAY, at
from tests.spa.money.till import PRICE, books, card, coins, fresh, rows


def refusal(till, payment, *, error=RuleBroken, **fields) -> dict:
    before = rows()
    with pytest.raises(error) as refused:
        till.void(payment, **fields)
    assert rows() == before
    return refused.value.facts


def test_what_was_paid_and_tipped_is_open_once_more(till):
    tips = {till.house.paola.pk: 20_000_00}
    visit, payment = till.paid_visit(card(200_000), tips=tips)

    till.void(payment)

    visit, payment = fresh(visit), fresh(payment)
    assert (visit.paid_cents, visit.balance_cents) == (0, PRICE)
    assert (payment.state, payment.voided_at) == ("voided", at(12))
    assert books() == {}
    assert cash.tips_owed() == {}


def test_a_completed_visit_is_owed_until_it_is_paid_rightly(till):
    visit, payment = till.completed_visit()

    till.void(payment)
    assert (fresh(visit).status, fresh(visit).debt_cents) == ("completed", PRICE)
    till.drawer(pesos=0)
    till.charge(visit, coins(180_000), now=at(12))

    assert fresh(visit).debt_cents == 0
    assert books() == {"cash": 180_000, "service_revenue": -180_000}


def test_a_payment_of_a_debt_is_owed_again(till):
    visit = till.visit("finished")
    till.charge(visit, by=till.manager, complete=True, debt_reason="left", now=at(11))
    payment = till.charge(visit, card(180_000), now=at(11)).payments[0]

    till.void(payment)

    assert fresh(visit).debt_cents == PRICE


def test_cash_leaves_the_drawer_that_it_came_into(till):
    session = till.drawer(pesos=20_000)
    _visit, payment = till.paid_visit(coins(180_000))

    till.void(payment)

    assert cash.in_drawer(session) == 20_000_00


def test_cash_that_lies_no_longer_in_its_drawer(till):
    session = till.drawer(pesos=0)
    _visit, payment = till.paid_visit(coins(180_000))
    cash.move_by_hand(
        session=session, cents=-100, reason="bank", now=at(10), actor=Actor(user=till.desk)
    )

    assert refusal(till, payment, error=cash.DrawerIsShort)["reason"] == "drawer_is_short"


def test_a_drawer_that_was_closed(till):
    session = till.drawer(pesos=0)
    _visit, payment = till.paid_visit(coins(180_000))
    till.close(session, {100_000: 1, 50_000: 1, 10_000: 3}, now=at(10))

    assert refusal(till, payment)["reason"] == "drawer_closed"


def test_what_was_too_much_comes_back_out_of_its_credit_or_not_at_all(till):
    _visit, payment = till.paid_visit(card(200_000), excess_to_credit=True)
    later = till.visit(hour=15)
    till.charge(later, credit_cents=20_000_00)
    assert refusal(till, payment, error=credit.NotEnoughCredit)["reason"] == "credit_was_spent"

    till.cancel(later, by="spa")
    till.void(payment)

    assert books() == {}


def test_a_visit_that_became_cheaper_gives_back_the_credit_too(till):
    visit, payment = till.paid_visit()
    till.make_cheaper(visit)

    till.void(payment)

    assert (fresh(visit).paid_cents, till.credit_left()) == (0, 0)
    assert books() == {}


def test_until_midnight_in_bogota_and_no_longer(till):
    late = at(23, 59)  # tomorrow, in UTC
    _visit, payment = till.paid_visit(now=at(19, 30))
    assert refusal(till, payment, now=at(0, day=TODAY + timedelta(days=1)))["reason"] == (
        "not_of_today"
    )

    assert till.void(payment, now=late).state == "voided"


def test_what_was_given_back_in_part_is_refunded_instead(till):
    _visit, payment = till.paid_visit()
    till.refund(payment, 1)

    assert refusal(till, payment)["reason"] == "refunded_already"


def test_the_visit_will_not_be(till):
    visit, payment = till.paid_visit()
    till.cancel(visit, by="spa")

    assert refusal(till, payment)["reason"] == "visit_is_over"


def test_twice(till):
    _visit, payment = till.paid_visit()
    key = uuid4()
    till.void(payment, request_id=key)

    assert till.void(payment, request_id=key) == payment
    refusal(till, payment, error=Stale)


def test_the_desk_takes_nothing_back(till):
    _visit, payment = till.paid_visit()

    refusal(till, payment, by=till.desk, error=NotAllowed)
