"""Charging: a deposit, the rest, a debt; every way to pay it, and every refusal."""

from uuid import uuid4

import pytest
from django.utils import translation

from spa.errors import RuleBroken, Stale
from spa.models import AppointmentChange, AuditLog, CashMovement, JournalEntry, Payment, SpaPolicy
from spa.services import booking, cash, credit
from spa.services.idempotency import KeyMismatch
from spa.services.payments import Tender
from spa.services.rights import NotAllowed
from tests.factories import at, make_location, make_staff
from tests.spa.booking.houses import DESK
from tests.spa.money.till import PRICE, books, card, coins, fresh, held, rows, transfer
from tests.tills import make_worker, open_drawer


def refusal(till, *arguments, error=RuleBroken, **fields) -> dict:
    """Charge what is refused, see that nothing was written, and return the refusal's facts."""
    before = rows()
    with pytest.raises(error) as refused:
        till.charge(*arguments, **fields)
    assert rows() == before
    return refused.value.facts


# -- What is paid -----------------------------------------------------------------------------
def test_a_deposit_lies_with_the_visit_and_the_rest_completes_it(till):
    visit = till.visit()
    till.charge(visit, card(72_000))
    assert books() == {"card_terminal": 72_000, "client_deposits": -72_000}

    booking.check_in(appointment=visit, now=at(10), actor=DESK)
    booking.start(appointment=visit, now=at(10), actor=DESK)
    booking.finish(appointment=visit, now=at(11), actor=DESK)
    done = till.charge(visit, transfer(108_000), now=at(11)).visit

    assert (done.status, done.paid_cents, done.balance_cents) == ("completed", PRICE, 0)
    assert books() == {
        "card_terminal": 72_000,
        "bank_transfer": 108_000,
        "service_revenue": -180_000,
    }


def test_a_hold_is_confirmed_by_its_deposit_and_not_by_a_peso_less(till):
    hold = till.hold()

    hold = till.charge(hold, card(71_999)).visit
    assert hold.status == "pending_payment"
    hold = till.charge(hold, card(1)).visit

    assert (hold.status, hold.paid_cents) == ("confirmed", 72_000_00)


def test_several_methods_pay_one_bill(till):
    till.drawer(pesos=0)
    till.give_credit(30_000)
    visit = till.visit("finished")

    charged = till.charge(
        visit, coins(50_000), card(60_000), transfer(40_000), credit_cents=30_000_00, now=at(11)
    )

    assert charged.visit.status == "completed"
    assert [(p.method, p.applied_cents) for p in charged.payments] == [
        ("cash", 50_000_00),
        ("card_terminal", 60_000_00),
        ("bank_transfer", 40_000_00),
    ]
    assert books() == {
        "cash": 50_000,
        "card_terminal": 60_000,
        "bank_transfer": 40_000,
        "service_revenue": -180_000,
        "goodwill": 30_000,
    }


def test_change_leaves_the_drawer_at_once_and_is_no_income(till):
    session = till.drawer(pesos=20_000)
    visit = till.visit()

    charged = till.charge(visit, coins(180_000, handed_over=200_000))

    assert charged.change_cents == 20_000_00
    assert charged.payments[0].session == session
    assert cash.in_drawer(session) == 200_000_00
    assert held("cash") == 200_000


def test_tips_are_apart_from_the_bill_and_kept_for_each_therapist(till):
    paola, visit = till.house.paola, till.visit("finished")

    charged = till.charge(visit, card(195_000), tips={paola.pk: 15_000_00}, now=at(11))

    payment = charged.payments[0]
    assert (payment.applied_cents, payment.tip_cents) == (PRICE, 15_000_00)
    assert charged.visit.paid_cents == PRICE
    assert held("tips_payable", f"staff:{paola.pk}") == -15_000
    assert held("service_revenue") == -180_000


def test_a_tip_beside_a_part_of_the_bill_reaches_its_therapist(till):
    paola, visit = till.house.paola, till.visit()

    charged = till.charge(visit, card(50_000), tips={paola.pk: 10_000_00})

    assert charged.visit.paid_cents == 40_000_00
    assert cash.tips_owed() == {paola.pk: 10_000_00}


def test_one_tip_is_shared_out_over_what_each_method_brought(till):
    paola, visit = till.house.paola, till.visit()

    charged = till.charge(visit, card(175_000), transfer(25_000), tips={paola.pk: 20_000_00})

    assert [p.tip_cents for p in charged.payments] == [0, 20_000_00]
    assert [p.applied_cents for p in charged.payments] == [175_000_00, 5_000_00]


def test_what_is_too_much_becomes_credit_when_that_is_wanted(till):
    visit = till.visit()

    charged = till.charge(visit, card(200_000), excess_to_credit=True)

    assert charged.payments[0].credited_cents == 20_000_00
    lot = till.client.credits.get()
    assert (lot.origin, lot.remaining_cents) == ("overpaid", 20_000_00)
    assert (lot.expires_on - till.location.today(now=at(9))).days == 365
    assert books() == {
        "card_terminal": 200_000,
        "client_deposits": -180_000,
        "client_credit": -20_000,
    }


def test_credit_that_expires_soonest_is_spent_first(till):
    lots = {}
    for pesos, days in ((20_000, 300), (30_000, 10), (40_000, 100)):
        SpaPolicy.objects.update(credit_days=days)
        lots[days] = till.give_credit(pesos)

    till.charge(till.visit(), credit_cents=60_000_00)

    left = {days: fresh(lot).remaining_cents // 100 for days, lot in lots.items()}
    assert left == {10: 0, 100: 10_000, 300: 20_000}


def test_finishing_a_visit_that_is_paid_completes_it(till):
    visit = till.visit("in_service")
    till.charge(visit, card(180_000), now=at(10))

    done = booking.finish(appointment=visit, now=at(11), actor=DESK)

    assert done.status == "completed"
    assert books() == {"card_terminal": 180_000, "service_revenue": -180_000}


def test_a_visit_that_nobody_checked_in_is_closed_with_its_payment(till):
    done = till.charge(till.visit(), card(180_000), complete=True, now=at(11)).visit

    assert (done.status, done.closed_at) == ("completed", at(11))


# -- Discounts --------------------------------------------------------------------------------
def test_a_discount_within_the_limit_is_the_desks_and_is_audited(till):
    done = till.charge(
        till.visit("finished"), card(144_000), discount_cents=36_000_00,
        discount_reason="courtesy", now=at(11),
    ).visit  # fmt: skip

    assert (done.status, done.discount_cents) == ("completed", 36_000_00)
    assert books() == {"card_terminal": 144_000, "discounts": 36_000, "service_revenue": -180_000}
    entry = AuditLog.objects.get(action="DISCOUNT_GIVEN")
    assert (entry.reason_code, entry.facts) == ("courtesy", {"cents": 36_000_00})


def test_a_peso_beyond_the_limit_needs_a_manager(till):
    visit, wanted = till.visit(), {"discount_cents": 36_001_00, "discount_reason": "complaint"}

    refusal(till, visit, error=NotAllowed, **wanted)
    till.charge(visit, by=till.manager, **wanted)

    assert fresh(visit).discount_cents == 36_001_00


@pytest.mark.parametrize(
    ("discount", "reason"),
    [
        ({"discount_cents": -100}, "amount_not_positive"),
        ({"discount_cents": 100_50}, "amount_with_cents"),
        ({"discount_cents": PRICE + 100, "discount_reason": "team"}, "discount_beyond_balance"),
        ({"discount_cents": 100}, "discount_without_reason"),
        ({"discount_cents": 100, "discount_reason": "whim"}, "discount_without_reason"),
    ],
)
def test_a_discount_that_cannot_be(till, discount, reason):
    assert refusal(till, till.visit(), by=till.manager, **discount)["reason"] == reason


def test_no_discount_off_what_is_paid_or_completed(till):
    ahead, _ = till.paid_visit()
    wanted = {"discount_cents": 100, "discount_reason": "courtesy"}
    assert refusal(till, ahead, **wanted)["reason"] == "discount_beyond_balance"

    till.charge(ahead, complete=True, now=at(11))
    assert refusal(till, ahead, **wanted)["reason"] == "discount_too_late"


# -- Debts ------------------------------------------------------------------------------------
def test_a_manager_lets_a_client_go_who_pays_later(till):
    visit = till.visit("finished")
    owed = till.charge(
        visit, card(80_000), by=till.manager, complete=True, debt_reason="pays_later", now=at(11)
    ).visit
    assert (owed.status, owed.debt_cents, owed.balance_cents) == (
        "completed",
        100_000_00,
        100_000_00,
    )
    assert held("receivables", f"visit:{visit.code}") == 100_000

    settled = till.charge(visit, card(100_000), now=at(9)).visit

    assert (settled.debt_cents, settled.paid_cents) == (0, PRICE)
    assert books() == {"card_terminal": 180_000, "service_revenue": -180_000}


def test_credit_pays_a_debt_too(till):
    visit = till.visit("finished")
    till.charge(visit, by=till.manager, complete=True, debt_reason="left", now=at(11))
    till.give_credit(180_000)

    assert till.charge(visit, credit_cents=PRICE).visit.debt_cents == 0

    assert books() == {"goodwill": 180_000, "service_revenue": -180_000}


def test_the_desk_leaves_no_debt_and_nobody_leaves_one_without_saying_why(till):
    visit = till.visit("finished")

    refusal(till, visit, error=NotAllowed, complete=True, debt_reason="left", now=at(11))
    assert refusal(till, visit, by=till.manager, complete=True, now=at(11))["reason"] == "not_paid"
    assert fresh(visit).status == "in_service"


# -- Refusals ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tender", "reason"),
    [
        (card(0), "amount_not_positive"),
        (card(-1), "amount_not_positive"),
        (Tender("card_terminal", 100_50, reference="1"), "amount_with_cents"),
        (card(1_000_000_001), "amount_too_large"),
        (card(180_001), "more_than_owed"),
        (card(1, reference="  "), "reference_missing"),
        (transfer(1, reference=""), "reference_missing"),
        (card(1, reference="9" * 41), "reference_too_long"),
        (Tender("wompi", 100), "method_unknown"),
        (Tender("shells", 100), "method_unknown"),
        (Tender("", 100), "method_unknown"),
        (coins(10, handed_over=9), "tendered_too_little"),
        (Tender("card_terminal", 100, 200, reference="1"), "tendered_too_little"),
        (coins(1), "no_open_drawer"),
    ],
)
def test_a_tender_that_cannot_be(till, tender, reason):
    assert refusal(till, till.visit(), tender)["reason"] == reason


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "nothing_to_charge"),
        ({"credit_cents": -100}, "amount_not_positive"),
        ({"credit_cents": 50}, "amount_with_cents"),
        ({"credit_cents": 100}, "not_enough_credit"),
        ({"credit_cents": PRICE + 100}, "more_than_owed"),
    ],
)
def test_a_charge_that_cannot_be(till, fields, reason):
    assert refusal(till, till.visit(), **fields)["reason"] == reason


def test_too_many_parts_for_one_bill(till):
    assert refusal(till, till.visit(), *[card(1)] * 7)["reason"] == "too_many_tenders"


def test_a_tip_that_cannot_be(till):
    paola, visit = till.house.paola.pk, till.visit()

    def reason(tips, *tenders):
        return refusal(till, visit, *tenders, tips=tips)["reason"]

    stranger = make_staff(till.location).pk
    assert reason({stranger: 100}, card(10)) == "tip_for_a_stranger"
    assert reason({paola: 100}) == "tips_not_covered"
    assert reason({paola: 11_00}, card(10)) == "tips_not_covered"
    assert reason({paola: -100}, card(10)) == "amount_not_positive"
    assert reason({paola: 50}, card(10)) == "amount_with_cents"


def test_a_stale_form(till):
    visit = till.visit()
    till.charge(visit, card(10), version=visit.version)

    refusal(till, visit, card(10), version=visit.version, error=Stale)


def test_a_visit_that_will_not_be_takes_no_money(till):
    visit = till.visit()
    till.cancel(visit)

    refusal(till, visit, card(10), error=booking.IllegalTransition)


def test_a_visit_ahead_is_not_completed_by_its_payment(till):
    facts = refusal(till, till.visit(), card(180_000), complete=True)

    assert facts["reason"] == "not_started"


def test_a_hold_is_not_completed_at_all(till):
    hold = till.hold()

    refusal(till, hold, card(180_000), complete=True, now=at(11), error=booking.IllegalTransition)
    refusal(
        till, hold, by=till.manager, complete=True, debt_reason="left", now=at(11),
        error=booking.IllegalTransition,
    )  # fmt: skip


def test_completing_what_is_completed_changes_nothing(till):
    visit, _ = till.completed_visit()
    changes = AppointmentChange.objects.count()

    assert refusal(till, visit, complete=True)["reason"] == "nothing_to_charge"
    assert AppointmentChange.objects.count() == changes


def test_a_therapist_takes_no_money(till):
    facts = refusal(till, till.visit(), card(10), by=make_worker("therapist"), error=NotAllowed)

    assert facts["permission"] == "spa.take_payment"


def test_cash_goes_into_a_drawer_of_the_house_of_the_visit(till):
    open_drawer(make_location(), till.desk)

    assert refusal(till, till.visit(), coins(10))["reason"] == "no_open_drawer"


def test_more_credit_than_there_is_names_what_is_left(till):
    till.give_credit(10_000)

    with translation.override("es"):
        facts = refusal(till, till.visit(), credit_cents=10_001_00, error=credit.NotEnoughCredit)

    assert facts["left_cents"] == 10_000_00


# -- Sent twice -------------------------------------------------------------------------------
def test_a_charge_that_is_sent_twice_posts_once_and_answers_the_same(till):
    till.drawer()
    visit, key = till.visit(), uuid4()
    first = till.charge(visit, coins(50_000), card(20_000), request_id=key)
    before = rows()

    again = till.charge(visit, coins(50_000), card(20_000), request_id=key)

    assert again.payments == first.payments
    assert again.visit.paid_cents == 70_000_00
    assert rows() == before


def test_a_discount_alone_that_is_sent_twice_is_given_once(till):
    visit, key = till.visit(), uuid4()
    wanted = {"discount_cents": 100, "discount_reason": "courtesy", "request_id": key}
    till.charge(visit, **wanted)

    assert till.charge(visit, **wanted).payments == []

    assert AuditLog.objects.filter(action="DISCOUNT_GIVEN").count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"tenders": (card(10_001),)},
        {"tenders": (card(10_000, reference="0002"),)},
        {"tenders": (transfer(10_000, reference="0001"),)},
        {"excess_to_credit": True},
        {"complete": True},
        {"discount_cents": 100, "discount_reason": "courtesy"},
    ],
)
def test_the_same_request_with_other_content_is_refused(till, other):
    visit, key = till.visit(), uuid4()
    till.charge(visit, card(10_000), request_id=key)

    other = dict(other)
    tenders = other.pop("tenders", (card(10_000),))
    refusal(till, visit, *tenders, request_id=key, error=KeyMismatch, **other)


def test_what_was_refused_can_be_sent_again(till):
    visit, key = till.visit(), uuid4()
    refusal(till, visit, coins(10_000), request_id=key)
    till.drawer()

    assert till.charge(visit, coins(10_000), request_id=key).payments


# -- What it costs ----------------------------------------------------------------------------
def test_a_charge_in_cash_costs_so_many_queries(till, django_assert_num_queries):
    till.drawer()
    till.give_credit(30_000)
    visit = till.visit("finished")
    till.manager.has_perm("x")
    till.desk.has_perm("x")

    with django_assert_num_queries(26):
        till.charge(
            visit, coins(160_000), credit_cents=30_000_00, tips={till.house.paola.pk: 10_000_00},
            now=at(11),
        )  # fmt: skip

    assert fresh(visit).status == "completed"
    assert Payment.objects.count() == 1
    assert CashMovement.objects.filter(kind="payment").count() == 1
    assert JournalEntry.objects.filter(appointment=visit.code).count() == 3
