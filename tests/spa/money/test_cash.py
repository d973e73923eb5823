"""Drawers: one person answers for one, counts it blind, and the difference is named."""

from uuid import uuid4

import pytest

from spa.errors import RuleBroken, Stale
from spa.models import CashDrawer, CashMovement, CashSession
from spa.services import cash
from spa.services.audit import Actor
from spa.services.rights import NotAllowed
from tests.factories import TODAY, at
from tests.spa.money.till import books, card, coins, fresh, rows
from tests.tills import make_worker


def refusal(act, *, error=RuleBroken):
    before = rows()
    with pytest.raises(error) as refused:
        act()
    assert rows() == before
    return refused.value


def open_again(till, session, *, by):
    return cash.open_session(drawer=session.drawer, float_cents=0, now=at(9), actor=Actor(user=by))


def move(session, pesos, reason="supplies", *, by, request_id=None):
    return cash.move_by_hand(
        session=session,
        cents=round(pesos * 100),
        reason=reason,
        now=at(10),
        actor=Actor(user=by, request_id=request_id),
    )


# -- Opening ----------------------------------------------------------------------------------
def test_a_drawer_opens_with_its_float_out_of_the_safe(till):
    session = till.drawer(pesos=150_000)

    assert cash.in_drawer(session) == 150_000_00
    assert books() == {"cash": 150_000, "safe": -150_000}


def test_a_drawer_opens_empty_too(till):
    assert cash.in_drawer(till.drawer(pesos=0)) == 0


def test_nobody_opens_a_drawer_that_somebody_answers_for_who_is_named(till):
    session = till.drawer()
    other = make_worker()

    refused = refusal(lambda: open_again(till, session, by=other), error=cash.DrawerIsOpen)

    assert till.desk.name in str(refused.detail)


def test_nobody_answers_for_two_drawers(till):
    first = till.drawer()

    refused = refusal(till.drawer, error=cash.DrawerIsOpen)

    assert first.drawer.name in str(refused.detail)


def test_two_receptionists_have_two_drawers(till):
    till.drawer()
    till.drawer(make_worker())

    assert CashSession.objects.open().count() == 2


def test_a_drawer_that_is_withdrawn_a_float_that_cannot_be_and_who_may_not(till):
    drawer = CashDrawer.objects.create(location=till.location, name="Old", withdrawn_at=at(7))

    def opening(pesos, *, drawer=drawer, by=till.desk):
        return lambda: cash.open_session(
            drawer=drawer, float_cents=round(pesos * 100), now=at(9), actor=Actor(user=by)
        )

    assert refusal(opening(1)).facts["reason"] == "drawer_withdrawn"
    assert refusal(opening(-1)).facts["reason"] == "amount_not_positive"
    assert refusal(opening(0.5)).facts["reason"] == "amount_with_cents"
    assert refusal(opening(1_000_000_001)).facts["reason"] == "amount_too_large"
    refusal(opening(1, by=make_worker("therapist")), error=NotAllowed)


# -- By hand ----------------------------------------------------------------------------------
def test_cash_is_put_in_and_taken_out_with_a_reason(till):
    session = till.drawer(pesos=100_000)

    move(session, 50_000, "change", by=till.desk)
    move(session, -20_000, "supplies", by=till.desk)
    move(session, -30_000, "bank", by=till.desk)

    assert cash.in_drawer(session) == 100_000_00
    assert books() == {"cash": 100_000, "safe": -120_000, "expenses": 20_000}


def test_not_more_than_lies_in_it(till):
    session = till.drawer(pesos=100_000)

    refusal(lambda: move(session, -100_001, by=till.desk), error=cash.DrawerIsShort)
    move(session, -100_000, by=till.desk)

    assert cash.in_drawer(session) == 0


def test_a_movement_that_cannot_be(till):
    session = till.drawer()

    assert refusal(lambda: move(session, 0, by=till.desk)).facts["reason"] == "amount_not_positive"
    assert refusal(lambda: move(session, 0.5, by=till.desk)).facts["reason"] == "amount_with_cents"
    refused = refusal(lambda: move(session, 1, "whim", by=till.desk))
    assert refused.facts["reason"] == "movement_without_reason"


def test_somebody_elses_drawer_is_a_managers_affair(till):
    session = till.drawer()

    refusal(lambda: move(session, 1, by=make_worker()), error=NotAllowed)
    assert move(session, 1, by=till.manager)


def test_a_movement_that_is_sent_twice_is_one(till):
    session, key = till.drawer(), uuid4()
    first = move(session, 1, by=till.desk, request_id=key)

    assert move(session, 1, by=till.desk, request_id=key) == first
    assert CashMovement.objects.filter(kind="paid_in").count() == 1


# -- The close --------------------------------------------------------------------------------
def test_everything_is_handed_in_and_nothing_is_missing(till):
    session = till.drawer(pesos=20_000)
    till.completed_visit(coins(180_000))

    closed = till.close(session, {100_000: 1, 50_000: 1, 20_000: 2, 5_000: 2})

    assert (closed.expected_cents, closed.counted_cents) == (200_000_00, 200_000_00)
    assert closed.counts == {"5000": 2, "20000": 2, "50000": 1, "100000": 1}
    assert books() == {"safe": 180_000, "service_revenue": -180_000}


@pytest.mark.parametrize(
    ("counts", "difference"),
    [({100_000: 1}, 0), ({50_000: 1}, -50_000), ({100_000: 1, 50: 1}, 50), ({}, -100_000)],
)
def test_the_difference_is_posted_by_name(till, counts, difference):
    session = till.drawer(pesos=100_000)

    closed = till.close(session, counts)

    assert closed.difference_cents == difference * 100
    assert books().get("cash_over_short", 0) == -difference
    assert books().get("cash", 0) == 0
    assert cash.in_drawer(closed) == 0


def test_a_day_names_what_may_have_caused_a_difference(till):
    session = till.drawer(pesos=0)
    _visit, paid_by_card = till.completed_visit(card(180_000))
    till.close(session, {100_000: 1, 50_000: 1, 10_000: 3})

    (day,) = cash.of_day(till.location, TODAY)

    assert day.session == session
    fitting = [cause for cause in day.causes if cause.fits]
    assert [(cause.kind, cause.code) for cause in fitting] == [("other_method", paid_by_card.code)]


def test_a_count_that_cannot_be(till):
    session = till.drawer()

    for counts in ({30_000: 1}, {50_000: -1}, {50_000: 100_001}, {1: 1}):
        refused = refusal(lambda counts=counts: till.close(session, counts))
        assert refused.facts["reason"] == "bad_count"


def test_closed_is_closed(till):
    session = till.drawer(pesos=0)
    till.close(session, {})

    refusal(lambda: till.close(session, {}), error=Stale)
    refusal(lambda: move(session, 1, by=till.desk), error=Stale)
    visit = till.visit()
    refusal(lambda: till.charge(visit, coins(1)), error=cash.NoOpenDrawer)


def test_a_clock_that_was_put_back_keeps_no_drawer_open(till):
    session = till.drawer(pesos=0, now=at(9))

    assert till.close(session, {}, now=at(8, 59)).closed_at == at(9)


def test_a_close_that_is_sent_twice_is_one(till):
    session, key = till.drawer(pesos=0), uuid4()
    first = till.close(session, {50: 2}, request_id=key)

    assert till.close(session, {50: 2}, request_id=key) == first
    assert fresh(session).counted_cents == 100_00


def test_somebody_else_closes_it_only_as_a_manager(till):
    session = till.drawer()

    refusal(lambda: till.close(session, {}, by=make_worker()), error=NotAllowed)
    assert till.close(session, {}, by=till.manager).closed_by == till.manager


def test_a_close_costs_so_many_queries_however_much_was_paid(till, django_assert_num_queries):
    session = till.drawer(pesos=0)
    till.desk.has_perm("x")
    till.completed_visit(coins(100_000), coins(80_000))

    with django_assert_num_queries(12):
        till.close(session, {100_000: 1})


# -- Tips -------------------------------------------------------------------------------------
def pay_out(till, pesos, *, staff=None, request_id=None):
    return cash.pay_out_tips(
        staff=staff or till.house.paola,
        cents=pesos * 100,
        location=till.location,
        now=at(20),
        actor=Actor(user=till.desk, request_id=request_id),
    )


def test_tips_are_handed_on_in_cash(till):
    paola = till.house.paola
    session = till.drawer(pesos=50_000)
    till.completed_visit(card(210_000), tips={paola.pk: 30_000_00})
    assert cash.tips_owed() == {paola.pk: 30_000_00}

    assert pay_out(till, 30_000) == 30_000_00

    assert cash.tips_owed() == {}
    assert cash.in_drawer(session) == 20_000_00


def test_tips_that_are_not_what_was_shown_or_not_there(till):
    session = till.drawer(pesos=10_000)
    assert refusal(lambda: pay_out(till, 0)).facts["reason"] == "no_tips"

    till.completed_visit(card(210_000), tips={till.house.paola.pk: 30_000_00})
    assert refusal(lambda: pay_out(till, 29_000)).facts["reason"] == "tips_changed"
    refusal(lambda: pay_out(till, 30_000), error=cash.DrawerIsShort)
    till.close(session, {10_000: 1})
    refusal(lambda: pay_out(till, 30_000), error=cash.NoOpenDrawer)


def test_tips_are_handed_on_once(till):
    till.drawer()
    till.completed_visit(card(210_000), tips={till.house.paola.pk: 30_000_00})
    key = uuid4()
    pay_out(till, 30_000, request_id=key)

    assert pay_out(till, 30_000, request_id=key) == 30_000_00

    assert CashMovement.objects.filter(kind="tip").count() == 1
    assert refusal(lambda: pay_out(till, 30_000)).facts["reason"] == "no_tips"


def test_tips_that_were_handed_on_before_their_payment_was_taken_back_are_made_up_for(till):
    paola = till.house.paola
    till.drawer()
    visit, payment = till.completed_visit(card(210_000), tips={paola.pk: 30_000_00})
    pay_out(till, 30_000)

    till.void(payment)
    assert cash.tips_owed() == {paola.pk: -30_000_00}
    till.charge(visit, card(210_000), tips={paola.pk: 30_000_00}, now=at(12))

    assert cash.tips_owed() == {}
