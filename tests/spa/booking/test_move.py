"""Moving a visit: onto itself, into others, twice, and under somebody else's hands."""

from datetime import timedelta

import pytest

from spa.errors import RuleBroken, Stale
from spa.models import AppointmentChange
from spa.postgres.checks import check_now
from spa.services import booking, verification
from spa.services.slots import Wanted
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, TODAY, at, make_staff
from tests.spa.booking.houses import DESK, House


def move(house, visit, starts_at, **fields):
    return booking.move(
        appointment=visit,
        wanted=[Wanted(house.massage.pk, house.paola.pk, house.room.pk)],
        starts_at=starts_at,
        **{"for_client": False, "now": NOW, "actor": DESK, **fields},
    )


@pytest.mark.django_db
def test_a_visit_moves_by_half_its_own_length():
    house = House()
    visit = house.book()

    moved = move(house, visit, at(10, 30))

    check_now()
    assert (moved.starts_at, moved.ends_at) == (at(10, 30), at(11, 30))
    assert (moved.moves, moved.client_moves, moved.look) == (1, 0, "rescheduled")
    change = AppointmentChange.objects.get(appointment=visit, version=2)
    assert (change.action, change.day, change.left_day) == ("move", TODAY, TODAY)
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_a_visit_does_not_move_onto_another():
    house = House()
    house.book(starts_at=at(12))
    visit = house.book()

    with pytest.raises(booking.SlotTaken):
        move(house, visit, at(11, 30))


@pytest.mark.django_db
def test_a_move_from_a_page_that_is_out_of_date_is_refused():
    house = House()
    visit = house.book()
    move(house, visit, at(12), version=1)

    with pytest.raises(Stale):
        move(house, visit, at(14), version=1)


@pytest.mark.django_db
def test_a_client_moves_twice_and_more_than_a_day_ahead():
    house = House()
    next_week = TODAY + timedelta(days=7)
    visit = house.book(starts_at=at(10, day=next_week))
    move(house, visit, at(11, day=next_week), for_client=True)
    move(house, visit, at(12, day=next_week), for_client=True)

    with pytest.raises(RuleBroken) as third:
        move(house, visit, at(13, day=next_week), for_client=True)
    with pytest.raises(RuleBroken) as late:
        move(house, house.book(), at(15), for_client=True)

    assert third.value.facts["reason"] == "moves_used_up"
    assert late.value.facts["reason"] == "too_late_to_move"


@pytest.mark.django_db(transaction=True)
def test_a_move_waits_for_a_booking_of_the_same_hour_and_is_then_refused():
    house = House()
    visit = house.book(starts_at=at(15))

    with open_transaction():
        house.book()
        second = Thread(lambda: move(house, visit, at(10)))
        second.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_staffmember" in waiting
    with pytest.raises(booking.SlotTaken):
        second.outcome()
    visit.refresh_from_db()
    assert visit.starts_at == at(15)


@pytest.mark.django_db
def test_who_asked_for_a_therapist_and_gets_another_has_asked_for_nobody():
    house = House()
    other = make_staff(house.location)
    visit = house.book()
    assert visit.items.get().staff_requested

    move(house, visit, at(12))
    assert visit.items.get().staff_requested

    booking.move(
        appointment=visit,
        wanted=[Wanted(house.massage.pk, other.pk, house.room.pk)],
        starts_at=at(12),
        for_client=False,
        now=NOW,
        actor=DESK,
    )
    item = visit.items.get()
    assert (item.staff, item.staff_requested) == (other, False)


@pytest.mark.django_db
def test_who_is_here_already_moves_within_her_day_only():
    house = House()
    visit = booking.check_in(appointment=house.book(), now=at(10), actor=DESK)

    with pytest.raises(RuleBroken) as refusal:
        move(house, visit, at(10, day=TODAY + timedelta(days=1)), now=at(10))

    assert refusal.value.facts["reason"] == "arrived_today"
    assert move(house, visit, at(12), now=at(10)).starts_at == at(12)


@pytest.mark.django_db
def test_a_move_to_where_the_visit_is_already_is_refused_and_counted_for_nobody():
    house = House()
    visit = house.book()

    with pytest.raises(RuleBroken) as refusal:
        booking.move_at(
            appointment=visit,
            wanted=[Wanted(house.massage.pk, house.paola.pk)],
            starts_at=visit.starts_at,
            for_client=False,
            now=NOW,
            actor=DESK,
        )

    visit.refresh_from_db()
    assert refusal.value.facts["reason"] == "same_place"
    assert (visit.moves, visit.client_moves) == (0, 0)
