"""The day's close: once its drawers are handed in, and for good until a manager takes it back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.errors import RuleBroken, Stale
from spa.models import AuditLog, DayClose
from spa.services import cash, verification
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch
from spa.services.rights import NotAllowed
from tests.factories import TODAY, at
from tests.spa.money.till import card, coins, fresh


def close_day(till, *, by=None, request_id=None, **fields):
    return cash.close_day(
        location=till.location,
        actor=Actor(user=by or till.manager, request_id=request_id),
        **{"day": TODAY, "difference_cents": 0, "now": at(21), **fields},
    )


def reopen(till, close, reason="Faltó una venta", *, by=None, request_id=None):
    actor = Actor(user=by or till.manager, request_id=request_id)
    return cash.reopen_day(close=close, reason=reason, now=at(22), actor=actor)


def refusal(act, *, error=RuleBroken):
    before = DayClose.objects.filter(reopened_at=None).count(), AuditLog.objects.count()
    with pytest.raises(error) as refused:
        act()
    assert (DayClose.objects.filter(reopened_at=None).count(), AuditLog.objects.count()) == before
    return refused.value


# -- Closing ----------------------------------------------------------------------------------
def test_a_day_is_closed_with_what_was_taken_by_each_method(till):
    session = till.drawer(pesos=0)
    till.completed_visit(coins(100_000), card(80_000))
    _visit, payment = till.completed_visit(card(180_000, reference="2"), hour=14)
    till.refund(payment, 30_000)
    till.close(session, {100_000: 1})

    close = close_day(till)

    assert close.taken_cents == {"card_terminal": 260_000_00, "cash": 100_000_00}
    assert (close.given_back_cents, close.difference_cents) == (30_000_00, 0)
    assert (close.closed_by, close.closed_at) == (till.manager, at(21))
    entry = AuditLog.objects.get(action="DAY_CLOSED")
    assert entry.facts == {"day": "2026-11-19", "difference_cents": 0, "visits_left": 0}


def test_a_quiet_day_and_a_day_of_last_week_can_be_closed_and_tomorrow_cannot(till):
    assert close_day(till).taken_cents == {}
    assert close_day(till, day=TODAY - timedelta(days=7))

    refused = refusal(lambda: close_day(till, day=TODAY + timedelta(days=1)))
    assert refused.facts["reason"] == "day_ahead"


def test_not_while_a_drawer_is_open_and_whose_it_is(till):
    session = till.drawer()

    refused = refusal(lambda: close_day(till), error=cash.DrawerIsOpen)

    assert till.desk.name in str(refused.detail)
    assert session.drawer.name in str(refused.detail)


def test_a_drawer_that_is_open_since_yesterday_belongs_to_yesterday(till):
    till.drawer(now=at(9, day=TODAY - timedelta(days=1)))

    assert close_day(till)
    refusal(lambda: close_day(till, day=TODAY - timedelta(days=1)), error=cash.DrawerIsOpen)


def test_a_difference_needs_a_word_even_where_two_make_up_for_each_other(till):
    first, second = till.drawer(pesos=50_000), till.drawer(till.manager, pesos=50_000)
    till.close(first, {20_000: 2})
    till.close(second, {20_000: 3}, by=till.manager)

    assert refusal(lambda: close_day(till)).facts["reason"] == "difference_without_note"
    close = close_day(till, note="Un billete quedó en la otra caja")

    assert (close.difference_cents, close.drawers_off) == (0, 2)


def test_a_visit_that_waits_to_be_charged_needs_a_reason(till):
    till.visit("finished")

    assert refusal(lambda: close_day(till)).facts["reason"] == "visits_left"
    close = close_day(till, left_reason="Paga mañana")

    assert (close.visits_left, close.left_reason) == (1, "Paga mañana")


@pytest.mark.parametrize("status", ["confirmed", "arrived", "in_service"])
def test_a_visit_that_is_not_over_keeps_no_day_open(till, status):
    till.visit(status)

    assert close_day(till, left_reason="Sobra").left_reason == ""


def test_what_was_shown_must_still_be_so(till):
    session = till.drawer(pesos=50_000)
    till.close(session, {20_000: 2})

    refusal(lambda: close_day(till, note="Todo bien"), error=Stale)


def test_closed_is_closed(till):
    close_day(till)

    refusal(lambda: close_day(till), error=Stale)


def test_a_close_that_is_sent_twice_is_one(till):
    key = uuid4()
    first = close_day(till, request_id=key)

    assert close_day(till, request_id=key) == first
    refusal(lambda: close_day(till, request_id=key, note="Otra"), error=KeyMismatch)
    refusal(lambda: reopen(till, first, request_id=key), error=KeyMismatch)


def test_the_desk_closes_no_day_and_opens_none_again(till):
    refusal(lambda: close_day(till, by=till.desk), error=NotAllowed)
    close = close_day(till)
    refusal(lambda: reopen(till, close, by=till.desk), error=NotAllowed)


# -- Afterwards -------------------------------------------------------------------------------
def test_nobody_opens_a_drawer_on_a_closed_day_and_tomorrow_somebody_does(till):
    close_day(till)

    refused = refusal(lambda: till.drawer(now=at(22)), error=cash.DayIsClosed)

    assert refused.facts["reason"] == "day_closed"
    assert till.drawer(now=at(7, day=TODAY + timedelta(days=1)))


def test_a_manager_opens_the_day_again_and_closes_it_once_more(till):
    first = close_day(till)

    assert refusal(lambda: reopen(till, first, "")).facts["reason"] == "reopened_without_reason"
    reopen(till, first)
    refusal(lambda: reopen(till, first), error=Stale)
    session = till.drawer(pesos=0, now=at(22))
    till.close(session, {}, now=at(22))
    second = close_day(till)

    assert fresh(first).reopen_reason == "Faltó una venta"
    assert list(DayClose.objects.standing(location=till.location, day=TODAY)) == [second]
    assert AuditLog.objects.filter(action__startswith="DAY_").count() == 3


def test_verify_finds_a_closed_day_that_its_drawers_deny(unguarded, till):
    session = till.drawer(pesos=0)
    till.close(session, {})
    close_day(till)

    unguarded("UPDATE spa_dayclose SET difference_cents = 100, drawers_off = 1, note = 'x'")

    what = f"a closed day is not what its drawers say: location {till.location.pk} 2026-11-19"
    assert list(verification.findings()) == [f"{what}, difference"]
    unguarded("UPDATE spa_dayclose SET difference_cents = 0, drawers_off = 0, note = ''")
