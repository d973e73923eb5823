"""Visits that wait for their deposit: kept, let go, moved, and never past their start."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.errors import RuleBroken, Stale
from spa.models import Appointment, AppointmentChange, AuditLog
from spa.services import booking
from spa.services.audit import Actor
from spa.services.booking import Terms
from spa.services.rights import NotAllowed
from spa.services.slots import Wanted
from tasks import holds
from tests.factories import TODAY, ask_for_deposits, at
from tests.spa.booking.houses import DESK
from tests.spa.money.till import books, card, fresh

TOMORROW = TODAY + timedelta(days=1)


def last_change(visit) -> AppointmentChange:
    return visit.changes.latest("version")


def run_at(monkeypatch, moment) -> int:
    monkeypatch.setattr("spa.clock.now", lambda: moment)
    return holds.expire()


# -- Let go -----------------------------------------------------------------------------------
def test_a_hold_expires_when_it_is_over_and_only_once(till, monkeypatch):
    hold = till.hold(minutes=20)

    assert run_at(monkeypatch, at(7, 19)) == 0
    assert fresh(hold).status == "pending_payment"
    assert [run_at(monkeypatch, at(7, 20)) for _ in range(2)] == [1, 0]

    hold = fresh(hold)
    assert (hold.status, hold.closed_at) == ("expired", at(7, 20))
    assert not hold.items.get().occupies
    change = last_change(hold)
    assert (change.action, change.origin, change.user) == ("expire", "system", None)


def test_its_time_can_be_sold_at_once(till):
    till.hold(minutes=20)
    booking.expire_due(now=at(7, 20))

    assert till.visit(client=till.house.book(starts_at=at(14)).client).status == "pending_payment"


def test_an_overdue_hold_keeps_its_time_until_it_has_expired(till):
    till.hold(minutes=20)

    with pytest.raises(booking.SlotTaken):
        till.house.book(now=at(8))


def test_what_was_paid_of_it_comes_back_as_credit_and_credit_to_itself(till):
    lot = till.give_credit(20_000)
    hold = till.hold()
    till.charge(hold, card(30_000), credit_cents=20_000_00)

    booking.expire_due(now=at(10))

    assert (fresh(hold).status, fresh(lot).remaining_cents) == ("expired", 20_000_00)
    assert books() == {"card_terminal": 30_000, "client_credit": -50_000, "goodwill": 20_000}


def test_confirmed_visits_and_later_holds_stay(till):
    till.hold(minutes=20)
    later = till.hold(hour=12, minutes=60, client=till.house.book(starts_at=at(16)).client)
    paid = till.charge(till.hold(hour=14), card(72_000)).visit

    assert booking.expire_due(now=at(7, 20)) == 2  # the one at four, and the one at ten

    assert (fresh(later).status, fresh(paid).status) == ("pending_payment", "confirmed")


# -- Kept for longer --------------------------------------------------------------------------
def keep(hold, minutes, *, now=None, actor=DESK, **fields):
    return booking.keep(
        appointment=hold, minutes=minutes, now=now or at(7, 10), actor=actor, **fields
    )


def test_the_desk_keeps_it_for_so_long_from_now_on(till):
    hold = till.hold(minutes=20)

    keep(hold, 60)

    assert fresh(hold).held_until == at(8, 10)
    assert last_change(hold).action == "keep"
    assert booking.expire_due(now=at(8, 9)) == 0


def test_a_hold_that_is_over_but_not_expired_can_still_be_kept(till):
    hold = till.hold(minutes=20)

    assert keep(hold, 60, now=at(7, 30)).held_until == at(8, 30)


def test_never_past_the_start(till):
    hold = till.hold(minutes=20)

    assert keep(hold, 1440).held_until == at(10)


def test_nor_for_longer_than_a_day_after_the_booking(till):
    ask_for_deposits()
    hold = till.house.book(starts_at=at(10, day=TODAY + timedelta(days=5)), now=at(7))

    assert keep(hold, 1440, now=at(20)).held_until == at(7, day=TOMORROW)
    with pytest.raises(RuleBroken) as refused:
        keep(hold, 1440, now=at(21))
    assert refused.value.facts["reason"] == "hold_cannot_grow"


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_a_length_that_cannot_be_is_refused(till, minutes):
    hold = till.hold(minutes=20)

    with pytest.raises(RuleBroken) as refused:
        keep(hold, minutes)

    assert refused.value.facts["reason"] == "hold_length"
    assert fresh(hold).held_until == at(7, 20)


def test_a_paid_visit_is_no_hold(till):
    visit = till.charge(till.hold(), card(72_000)).visit

    with pytest.raises(booking.IllegalTransition):
        keep(visit, 60)


def test_a_stale_form_keeps_nothing_and_one_sent_twice_keeps_once(till):
    hold = till.hold(minutes=20)
    actor = Actor(user=till.desk, request_id=uuid4())

    keep(hold, 60, actor=actor, version=1)
    keep(hold, 60, actor=actor, version=1)
    with pytest.raises(Stale):
        keep(hold, 120, version=1)

    assert fresh(hold).version == 2


# -- Confirmed without it ---------------------------------------------------------------------
def confirm(hold, user, reason="regular"):
    return booking.confirm_without_deposit(
        appointment=hold, reason_code=reason, now=at(7, 10), actor=Actor(user=user)
    )


def test_a_manager_confirms_it_without_a_deposit_and_says_why(till):
    hold = till.hold()

    confirm(hold, till.manager)

    hold = fresh(hold)
    assert (hold.status, hold.deposit_cents, hold.held_until) == ("confirmed", 0, None)
    assert (last_change(hold).action, last_change(hold).reason_code) == ("confirm", "regular")
    assert AuditLog.objects.get(action="DEPOSIT_WAIVED").user_id == till.manager.pk


def test_nobody_else_does(till):
    hold = till.hold()

    with pytest.raises(NotAllowed):
        confirm(hold, till.desk)
    with pytest.raises(RuleBroken):
        confirm(hold, till.manager, reason="")

    assert fresh(hold).status == "pending_payment"


# -- Moved ------------------------------------------------------------------------------------
def move(till, hold, to, *, now=None):
    wanted = [Wanted(till.house.massage.pk, till.house.paola.pk, till.house.room.pk)]
    return booking.move(
        appointment=hold,
        wanted=wanted,
        starts_at=to,
        for_client=False,
        now=now or at(7, 10),
        actor=DESK,
    )


def test_an_unpaid_visit_that_moves_keeps_its_hold(till):
    hold = till.hold(minutes=60)

    assert move(till, hold, at(15)).held_until == at(8)


def test_its_hold_ends_with_an_earlier_start(till):
    hold = till.hold(minutes=180)

    assert move(till, hold, at(9)).held_until == at(9)


def test_it_is_not_moved_to_begin_at_once(till):
    hold = till.hold()

    with pytest.raises(RuleBroken) as refused:
        move(till, hold, at(8, 30), now=at(8, 30))

    assert refused.value.facts["reason"] == "unpaid"
    assert fresh(hold).starts_at == at(10)


def test_two_that_swap_end_their_holds_by_their_new_starts(till):
    late = till.hold(hour=14, minutes=600)
    early = till.house.book(starts_at=at(10), now=at(7), terms=Terms(keep_minutes=30))

    booking.swap_at(first=late, second=early, now=at(7, 10), actor=DESK)

    assert (fresh(late).held_until, fresh(early).held_until) == (at(10), at(7, 30))
    assert not Appointment.objects.filter(status="expired").exists()
