"""One bill for those who came together: all of them are paid, or nobody is."""

from uuid import uuid4

import pytest
from django.db import IntegrityError

from spa.errors import BusinessLogicError, RuleBroken, Stale
from spa.models import Appointment, Client, Payment, Tip
from spa.services import booking, payments, verification
from spa.services.audit import Actor
from spa.services.payments import Bill
from spa.services.slots import Member, Wanted
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import ask_for_deposits, at, make_client, make_room, make_staff
from tests.spa.booking.houses import DESK
from tests.spa.money.locking import nothing_locks
from tests.spa.money.till import PRICE, Till, books, card, coins, fresh, rows, transfer

PESOS = PRICE // 100


def party(till, *, size=2) -> list[Appointment]:
    """Book a party of ten o'clock at seven, each with a therapist and a room of her own."""
    house = till.house
    staff = [house.paola, *(make_staff(house.location) for _ in range(size - 1))]
    rooms = [
        house.room,
        *(make_room(house.location, kind=house.room.kind) for _ in range(size - 1)),
    ]
    till.staff = staff
    return booking.book_party(
        location=house.location,
        members=[
            Member(make_client(), [Wanted(house.massage.pk, who.pk, room.pk)])
            for who, room in zip(staff, rooms, strict=True)
        ],
        starts_at=at(10),
        now=at(7),
        actor=DESK,
    )


def together(till, visits, *tenders, request_id=None, by=None, now=None, **fields):
    more = {name: fields.pop(name) for name in ("deposit", "versions", "asked") if name in fields}
    return payments.charge_together(
        payer=visits[0],
        others=visits[1:],
        bill=Bill(tenders=tenders, **fields),
        now=now or at(9),
        actor=Actor(user=by or till.desk, request_id=request_id),
        **more,
    )


def refused(till, visits, *tenders, error=RuleBroken, **fields) -> dict:
    before = rows()
    with pytest.raises(error) as refusal:
        together(till, visits, *tenders, **fields)
    assert rows() == before
    return refusal.value.facts


def test_one_card_pays_for_both_with_a_payment_for_each(till):
    visits = party(till)

    charged = together(till, visits, card(2 * PESOS))

    assert [one.visit.pk for one in charged] == [visit.pk for visit in visits]
    assert [fresh(visit).balance_cents for visit in visits] == [0, 0]
    paid = Payment.objects.order_by("appointment")
    assert [(one.appointment, one.applied_cents, one.reference) for one in paid] == [
        (visit.code, PRICE, "0001") for visit in visits
    ]


def test_several_methods_are_shared_out_and_change_is_given_once(till):
    till.drawer(pesos=0)
    visits = party(till, size=3)

    charged = together(
        till, visits, coins(240_000, handed_over=250_000), card(200_000), transfer(100_000)
    )

    assert sum(one.change_cents for one in charged) == 10_000_00
    assert books() == {
        "cash": 240_000,
        "card_terminal": 200_000,
        "bank_transfer": 100_000,
        "client_deposits": -3 * PESOS,
    }


def test_each_visit_can_be_given_back_by_itself(till):
    visits = party(till)
    charged = together(till, visits, card(2 * PESOS))

    till.refund(charged[1].payments[0], PESOS)

    assert [fresh(visit).paid_cents for visit in visits] == [PRICE, 0]


def test_deposits_are_paid_together_and_confirm_everybody(till):
    ask_for_deposits()
    visits = party(till)

    together(till, visits, card(144_000), deposit=True)

    assert [fresh(visit).status for visit in visits] == ["confirmed", "confirmed"]
    assert [fresh(visit).paid_cents for visit in visits] == [72_000_00, 72_000_00]


def test_discount_credit_and_what_is_too_much_are_hers_who_pays(till):
    visits = party(till)
    till.give_credit(30_000, client=visits[0].client)

    together(
        till,
        visits,
        card(2 * PESOS - 40_000),
        credit_cents=30_000_00,
        discount_cents=20_000_00,
        discount_reason="courtesy",
        excess_to_credit=True,
    )

    first, second = map(fresh, visits)
    assert (first.discount_cents, first.balance_cents) == (20_000_00, 0)
    assert (second.discount_cents, second.balance_cents) == (0, 0)
    assert till.credit_left() == 0
    assert [lot.remaining_cents for lot in first.client.credits.filter(origin="overpaid")] == [
        10_000_00
    ]


def test_tips_go_to_who_treats_whomever(till):
    visits = party(till)
    tips = {till.staff[0].pk: 10_000_00, till.staff[1].pk: 5_000_00}

    together(till, visits, card(2 * PESOS + 15_000), tips=tips)

    assert {tip.staff_id: tip.cents for tip in Tip.objects.all()} == tips
    assert {tip.payment.appointment for tip in Tip.objects.all()} == {v.code for v in visits}


def test_those_who_are_treated_are_completed_by_it(till):
    visits = party(till)
    for step, moment in ((booking.check_in, 10), (booking.start, 10), (booking.finish, 11)):
        for visit in visits:
            step(appointment=fresh(visit), now=at(moment), actor=DESK)

    together(till, visits, card(2 * PESOS), now=at(11))

    assert [fresh(visit).status for visit in visits] == ["completed", "completed"]


# -- Refused ----------------------------------------------------------------------------------
@pytest.mark.parametrize(("pesos", "missing"), [(2 * PESOS - 1, 1), (PESOS, PESOS)])
def test_one_bill_is_paid_whole_or_not_at_all(till, pesos, missing):
    facts = refused(till, party(till), card(pesos))

    assert (facts["reason"], facts["missing_cents"]) == ("together_not_covered", missing * 100)


def test_more_than_all_is_refused_unless_it_becomes_credit(till):
    assert refused(till, party(till), card(2 * PESOS + 1))["reason"] == "more_than_owed"


def test_strangers_pay_for_themselves(till):
    first, stranger = party(till)[0], till.visit(hour=14)

    assert refused(till, [first, stranger], card(2 * PESOS))["reason"] == "not_one_party"


def test_a_tip_for_somebody_who_treats_nobody_of_them_is_refused(till):
    stranger = make_staff(till.location)

    facts = refused(till, party(till), card(2 * PESOS + 1_000), tips={stranger.pk: 1_000_00})

    assert facts["reason"] == "tip_for_a_stranger"


def test_a_visit_changed_meanwhile_stops_all_of_it(till):
    visits = party(till)
    booking.check_in(appointment=visits[1], now=at(9), actor=DESK)

    refused(till, visits, card(2 * PESOS), error=Stale, versions={v.pk: 1 for v in visits})


def test_who_has_cancelled_cannot_be_charged(till):
    visits = party(till)
    till.cancel(visits[1], by="spa")

    refused(till, visits, card(2 * PESOS), error=booking.IllegalTransition)


def test_without_a_drawer_no_cash_for_anybody(till):
    refused(till, party(till), coins(2 * PESOS), error=BusinessLogicError)


def test_the_same_form_twice_charges_once(till):
    visits, key = party(till), uuid4()

    first = together(till, visits, card(2 * PESOS), request_id=key)
    again = together(till, visits, card(2 * PESOS), request_id=key)

    assert [[p.code for p in one.payments] for one in again] == [
        [p.code for p in one.payments] for one in first
    ]
    assert Payment.objects.count() == 2


# -- Two desks --------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_second_desk_that_charges_one_of_them_waits_and_is_refused(transactional_db):
    till = Till()
    visits = party(till)

    with open_transaction():
        together(till, visits, card(2 * PESOS))
        thread = Thread(lambda: till.charge(visits[1], card(PESOS), by=till.manager))
        thread.start()
        assert "spa_appointment" in wait_until_somebody_waits_for_a_lock()

    with pytest.raises(RuleBroken):
        thread.outcome()
    assert Payment.objects.count() == 2
    assert list(verification.findings()) == []


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_one_of_them_would_be_charged_twice(transactional_db, monkeypatch):
    """The control: the second desk reads her as unpaid; only the proof at its commit is left."""
    nothing_locks(monkeypatch, type(Client.objects.all()))
    till = Till()
    visits = party(till)

    with open_transaction():
        together(till, visits, card(2 * PESOS))
        thread = Thread(lambda: till.charge(visits[1], card(PESOS), by=till.manager))
        thread.start()
        wait_until_somebody_waits_for_a_lock()

    with pytest.raises(IntegrityError):
        thread.outcome()
    assert Payment.objects.count() == 2
