"""What the bank took back is open once more, or owed."""

from uuid import uuid4

import pytest

from spa.errors import RuleBroken
from spa.models import Refund
from spa.services import credit
from spa.services.rights import NotAllowed
from tests.factories import ask_for_deposits, at
from tests.spa.money.till import PRICE, books, card, coins, fresh, held, rows


def refusal(till, *arguments, error=RuleBroken, **fields) -> dict:
    before = rows()
    with pytest.raises(error) as refused:
        till.charge_back(*arguments, **fields)
    assert rows() == before
    return refused.value.facts


def test_of_a_visit_ahead_it_is_to_be_paid_again(till):
    visit, payment = till.paid_visit()

    row = till.charge_back(payment, 100_000)

    assert (fresh(visit).paid_cents, fresh(visit).balance_cents) == (80_000_00, 100_000_00)
    assert (row.way, row.reason_code, row.reference) == ("", "chargeback", "B-9")
    assert books() == {"card_terminal": 80_000, "client_deposits": -80_000}


def test_of_a_completed_visit_the_client_owes_it_and_can_pay_it(till):
    visit, payment = till.completed_visit()

    till.charge_back(payment, 180_000)
    assert (fresh(visit).debt_cents, fresh(visit).paid_cents) == (PRICE, 0)
    till.charge(visit, card(180_000), now=at(12))

    assert books() == {"card_terminal": 180_000, "service_revenue": -180_000}


def test_of_a_cancelled_visit_the_client_owes_it_and_can_pay_it(till):
    ask_for_deposits()
    visit, payment = till.paid_visit(card(72_000))
    till.cancel(visit)

    till.charge_back(payment, 72_000)
    visit = fresh(visit)
    assert (visit.status, visit.balance_cents) == ("cancelled", 72_000_00)
    assert held("receivables", f"visit:{visit.code}") == 72_000

    visit = till.charge(visit, card(72_000), now=at(12)).visit
    assert (visit.status, visit.balance_cents, visit.paid_cents) == ("cancelled", 0, 0)
    assert books() == {"card_terminal": 72_000, "cancellation_income": -72_000}


def test_what_had_become_credit_is_taken_from_there(till):
    visit, payment = till.paid_visit(card(200_000), excess_to_credit=True)
    till.make_cheaper(visit)

    till.charge_back(payment, 200_000)

    assert (fresh(visit).paid_cents, till.credit_left()) == (0, 0)
    assert books() == {}


def test_credit_that_was_spent_cannot_be_taken(till):
    visit, payment = till.paid_visit(card(200_000), excess_to_credit=True)
    till.charge(till.visit(hour=15), credit_cents=20_000_00)

    refusal(till, payment, 200_000, error=credit.NotEnoughCredit)
    till.charge_back(payment, 180_000)

    assert fresh(visit).paid_cents == 0


def test_a_chargeback_that_cannot_be(till):
    _visit, payment = till.paid_visit()

    assert refusal(till, payment, 0)["reason"] == "amount_not_positive"
    assert refusal(till, payment, 180_001)["reason"] == "more_than_paid"
    assert refusal(till, payment, 1, reference=" ")["reason"] == "reference_missing"
    refusal(till, payment, 1, by=till.desk, error=NotAllowed)


def test_no_bank_takes_cash_back(till):
    till.drawer()
    _visit, payment = till.paid_visit(coins(180_000))

    assert refusal(till, payment, 1)["reason"] == "no_bank_in_cash"


def test_what_was_refunded_is_not_charged_back_as_well(till):
    _visit, payment = till.completed_visit()
    till.refund(payment, 100_000)

    assert refusal(till, payment, 80_001)["reason"] == "more_than_paid"
    till.charge_back(payment, 80_000)


def test_sent_twice_it_is_one(till):
    _visit, payment = till.paid_visit()
    key = uuid4()
    first = till.charge_back(payment, 10, request_id=key)

    assert till.charge_back(payment, 10, request_id=key) == first
    assert Refund.objects.count() == 1
