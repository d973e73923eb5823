"""Giving money back: never more than was paid, out of where it is by now."""

from uuid import uuid4

import pytest

from spa.errors import RuleBroken
from spa.models import AuditLog, Refund
from spa.services import cash, credit
from spa.services.idempotency import KeyMismatch
from spa.services.rights import NotAllowed
from tests.factories import ask_for_deposits, at
from tests.spa.money.till import PRICE, books, card, coins, fresh, held, rows


def refusal(till, *arguments, error=RuleBroken, **fields) -> dict:
    before = rows()
    with pytest.raises(error) as refused:
        till.refund(*arguments, **fields)
    assert rows() == before
    return refused.value.facts


def test_a_refund_of_a_visit_ahead_lowers_what_is_paid(till):
    visit, payment = till.paid_visit()

    till.refund(payment, 80_000)

    assert fresh(visit).paid_cents == 100_000_00
    assert till.credit_left() == 80_000
    assert books() == {
        "card_terminal": 180_000,
        "client_deposits": -100_000,
        "client_credit": -80_000,
    }


def test_a_refund_of_a_completed_visit_counts_as_a_discount(till):
    visit, payment = till.completed_visit()

    till.refund(payment, 50_000, "bank_transfer", reference="T-5")

    visit = fresh(visit)
    assert (visit.paid_cents, visit.discount_cents, visit.balance_cents) == (
        130_000_00, 50_000_00, 0,
    )  # fmt: skip
    assert books() == {
        "card_terminal": 180_000,
        "bank_transfer": -50_000,
        "discounts": 50_000,
        "service_revenue": -180_000,
    }
    assert AuditLog.objects.get(action="PAYMENT_REFUNDED").facts == {
        "cents": 50_000_00,
        "way": "bank_transfer",
    }


def test_a_refund_in_cash_leaves_the_managers_drawer(till):
    _visit, payment = till.completed_visit()
    session = till.drawer(till.manager, pesos=60_000)

    till.refund(payment, 60_000, "cash")

    assert cash.in_drawer(session) == 0
    assert held("cash") == 0


def test_nothing_beyond_what_lies_in_the_drawer(till):
    _visit, payment = till.completed_visit()
    assert refusal(till, payment, 10, "cash")["reason"] == "no_open_drawer"

    till.drawer(till.manager, pesos=60_000)
    assert refusal(till, payment, 60_001, "cash")["reason"] == "drawer_is_short"


def test_a_payment_is_given_back_in_parts_and_never_beyond(till):
    _visit, payment = till.completed_visit()

    till.refund(payment, 100_000)
    facts = refusal(till, payment, 80_001)
    till.refund(payment, 80_000)

    assert (facts["reason"], facts["left_cents"]) == ("more_than_paid", 80_000_00)
    assert refusal(till, payment, 1)["reason"] == "more_than_paid"


def test_tips_are_never_refunded(till):
    tips = {till.house.paola.pk: 20_000_00}
    _visit, payment = till.completed_visit(card(200_000), tips=tips)

    assert refusal(till, payment, 180_001)["reason"] == "more_than_paid"
    till.refund(payment, 180_000)

    assert held("tips_payable") == -20_000


def test_money_of_a_cancelled_visit_goes_back_out_of_the_credit_that_it_became(till):
    visit, payment = till.paid_visit()
    till.cancel(visit, by="spa")
    assert refusal(till, payment, 180_000)["reason"] == "is_credit_already"

    till.refund(payment, 180_000, "bank_transfer", reference="T-5")

    assert till.credit_left() == 0
    assert books() == {"card_terminal": 180_000, "bank_transfer": -180_000}


def test_credit_that_was_spent_is_not_paid_out(till):
    visit, payment = till.paid_visit()
    till.cancel(visit, by="spa")
    till.charge(till.visit(hour=15), credit_cents=100_000_00)

    facts = refusal(
        till, payment, 80_001, "bank_transfer", reference="T-5", error=credit.NotEnoughCredit
    )
    till.refund(payment, 80_000, "bank_transfer", reference="T-5")

    assert (facts["reason"], facts["left_cents"]) == ("credit_was_spent", 80_000_00)


def test_a_gift_of_the_house_is_not_paid_out_for_a_deposit_that_was_kept(till):
    ask_for_deposits()
    visit, payment = till.paid_visit(card(72_000))
    till.give_credit(72_000)
    till.cancel(visit)

    refusal(till, payment, 1, "bank_transfer", reference="T-5", error=credit.NotEnoughCredit)

    assert books()["client_credit"] == -72_000


def test_what_was_too_much_goes_back_out_of_its_own_credit(till):
    till.give_credit(5_000)
    visit, payment = till.paid_visit(card(200_000), excess_to_credit=True)

    till.refund(payment, 200_000, "bank_transfer", reference="T-5")

    assert (fresh(visit).paid_cents, till.credit_left()) == (0, 5_000)


def test_money_of_a_visit_that_became_cheaper_goes_back_from_where_it_is(till):
    visit, payment = till.paid_visit()
    till.make_cheaper(visit)
    assert (fresh(visit).paid_cents, till.credit_left()) == (90_000_00, 90_000)
    assert refusal(till, payment, 90_001)["reason"] == "is_credit_already"

    till.refund(payment, 180_000, "bank_transfer", reference="T-5")

    assert (fresh(visit).paid_cents, till.credit_left()) == (0, 0)
    assert books() == {"card_terminal": 180_000, "bank_transfer": -180_000}


def test_credit_that_a_visit_holds_is_not_refunded_as_money(till):
    till.give_credit(90_000)
    visit, payment = till.paid_visit(card(90_000), credit_cents=90_000_00)

    till.refund(payment, 90_000, "bank_transfer", reference="T-5")

    assert fresh(visit).paid_cents == 90_000_00
    assert credit.held_by(visit) == 90_000_00


@pytest.mark.parametrize(
    ("pesos", "way", "fields", "reason"),
    [
        (0, "credit", {}, "amount_not_positive"),
        (-1, "credit", {}, "amount_not_positive"),
        (0.5, "credit", {}, "amount_with_cents"),
        (180_001, "credit", {}, "more_than_paid"),
        (1, "pigeon", {}, "refund_way_unknown"),
        (1, "", {}, "refund_way_unknown"),
        (1, "credit", {"reason": "whim"}, "refund_without_reason"),
        (1, "credit", {"reason": "chargeback"}, "refund_without_reason"),
        (1, "bank_transfer", {}, "reference_missing"),
        (1, "bank_transfer", {"reference": "9" * 41}, "reference_too_long"),
    ],
)
def test_a_refund_that_cannot_be(till, pesos, way, fields, reason):
    _visit, payment = till.paid_visit()

    assert refusal(till, payment, pesos, way, **fields)["reason"] == reason


def test_the_desk_refunds_nothing(till):
    _visit, payment = till.paid_visit()

    assert refusal(till, payment, 1, by=till.desk, error=NotAllowed)["reason"] == "needs_a_manager"


def test_a_payment_that_was_taken_back_is_not_refunded(till):
    _visit, payment = till.paid_visit()
    till.void(payment)

    assert refusal(till, payment, 1)["reason"] == "more_than_paid"


def test_a_refund_that_is_sent_twice_is_one(till):
    visit, payment = till.paid_visit()
    key = uuid4()
    first = till.refund(payment, 50_000, request_id=key)

    assert till.refund(payment, 50_000, request_id=key) == first

    assert Refund.objects.count() == 1
    assert fresh(visit).paid_cents == PRICE - 50_000_00
    refusal(till, payment, 50_001, request_id=key, error=KeyMismatch)


def test_a_cash_payment_is_refunded_after_its_drawer_was_closed(till):
    session = till.drawer(pesos=0)
    _visit, payment = till.completed_visit(coins(180_000))
    till.close(session, {100_000: 1, 50_000: 1, 10_000: 3})
    till.drawer(till.manager, pesos=200_000, now=at(20))

    till.refund(payment, 180_000, "cash", now=at(20, 30))

    assert held("cash") == 20_000
