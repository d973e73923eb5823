"""Two visits change places, and meet nobody on their way."""

from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest

from spa.errors import RuleBroken, Stale
from spa.models import AppointmentChange, AppointmentItem
from spa.postgres.checks import check_now
from spa.services import booking, verification
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, TODAY, at, make_client, make_room, make_staff, make_user
from tests.spa.booking.houses import DESK, House


def swap(first, second, **fields):
    fields = {"now": NOW, "actor": DESK, **fields}
    return booking.swap_at(first=first, second=second, **fields)


def where(visit):
    visit.refresh_from_db()
    return visit.starts_at, visit.items.get().staff


@pytest.mark.django_db
def test_two_visits_of_one_therapist_change_places_in_one_room():
    house = House()
    first, second = house.book(starts_at=at(10)), house.book(starts_at=at(11, 15))

    swap(first, second)

    check_now()
    assert (where(first), where(second)) == ((at(11, 15), house.paola), (at(10), house.paola))
    changes = AppointmentChange.objects.filter(version=2)
    assert {(one.action, one.reason_code) for one in changes} == {("move", "swap")}
    assert (first.moves, first.client_moves, second.moves) == (1, 0, 1)
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_two_cards_of_one_hour_change_their_therapists():
    house = House(places=2, shared=True)
    berta = make_staff(house.location)
    first, second = house.book(), house.book(staff=berta)

    swap(first, second)

    check_now()
    assert (where(first)[1], where(second)[1]) == (berta, house.paola)
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_whom_a_client_asked_for_is_not_whom_she_gets_by_a_swap():
    house = House(places=2, shared=True)
    berta = make_staff(house.location)
    first, second = house.book(), house.book(staff=berta)
    assert first.items.get().staff_requested

    swap(first, second)

    assert not first.items.get().staff_requested


@pytest.mark.django_db
def test_a_client_who_is_here_is_not_swapped_to_another_day():
    house = House()
    first, second = house.book(), house.book(starts_at=at(10, day=TODAY + timedelta(days=1)))
    booking.check_in(appointment=first, now=at(9, 50), actor=DESK)

    with pytest.raises(RuleBroken) as refusal:
        swap(second, first)

    assert refusal.value.facts["reason"] == "arrived_today"


@pytest.mark.django_db
def test_a_longer_visit_that_would_run_into_a_third_does_not_swap():
    house = House()
    short = house.book(starts_at=at(10))
    house.book(starts_at=at(11, 15))
    house.massage.duration_minutes = 120
    house.massage.save()
    long = house.book(starts_at=at(15))

    with pytest.raises(booking.SlotTaken):
        swap(short, long)

    assert (where(short)[0], where(long)[0]) == (at(10), at(15))


@pytest.mark.django_db
def test_a_visit_that_would_run_into_the_other_does_not_swap():
    house = House()
    short = house.book(starts_at=at(10))
    house.massage.duration_minutes = 120
    house.massage.save()
    long = house.book(starts_at=at(11, 15))

    with pytest.raises(booking.SlotTaken):
        swap(short, long)


@pytest.mark.django_db
def test_two_visits_of_one_client_change_places():
    house, client = House(), make_client()
    first, second = (house.book(client=client, starts_at=at(hour)) for hour in (10, 12))

    swap(first, second)

    check_now()
    assert (where(first)[0], where(second)[0]) == (at(12), at(10))


@pytest.mark.django_db
def test_a_client_who_has_another_visit_then_does_not_swap():
    house, client = House(places=2, shared=True), make_client()
    berta = make_staff(house.location)
    first, second = house.book(client=client), house.book(starts_at=at(14))
    house.book(client=client, staff=berta, starts_at=at(14))

    with pytest.raises(booking.SlotTaken) as refusal:
        swap(first, second)

    assert {one.code for one in refusal.value.facts["reasons"]} == {"client_busy"}


@pytest.mark.django_db
def test_a_visit_does_not_swap_with_itself_or_with_one_that_has_begun():
    house = House()
    first, second = house.book(), house.book(starts_at=at(14))
    booking.check_in(appointment=first, now=at(10), actor=DESK)
    booking.start(appointment=first, now=at(10), actor=DESK)

    with pytest.raises(RuleBroken) as same:
        swap(second, second)
    with pytest.raises(booking.IllegalTransition):
        swap(first, second)

    assert same.value.facts["reason"] == "same_visit"


@pytest.mark.django_db
def test_a_swap_that_leaves_both_where_they_stand_is_refused():
    house = House(places=2, shared=True)
    berta = make_staff(house.location)
    first, second = house.book(), house.book(staff=berta)
    own = {
        visit.pk: [Wanted(house.massage.pk, staff.pk)]
        for visit, staff in ((first, house.paola), (second, berta))
    }

    with pytest.raises(RuleBroken) as refusal:
        swap(first, second, wanted=own)

    assert refusal.value.facts["reason"] == "same_place"
    first.refresh_from_db()
    assert (first.moves, first.version) == (0, 1)


@pytest.mark.django_db
def test_a_swap_of_what_was_changed_meanwhile_is_stale():
    house = House()
    first, second = house.book(), house.book(starts_at=at(14))
    swap(first, second)

    with pytest.raises(Stale):
        swap(first, second, versions={first.pk: 1, second.pk: 1})


@pytest.mark.django_db
def test_a_swap_sent_twice_swaps_once():
    house, actor = House(), Actor(user=make_user(), request_id=uuid4())
    first, second = house.book(), house.book(starts_at=at(14))
    wanted = {visit.pk: [Wanted(house.massage.pk, house.paola.pk)] for visit in (first, second)}

    for _ in range(2):
        swap(first, second, actor=actor, wanted=wanted)

    assert where(first)[0] == at(14)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crosswise", [False, True])
def test_a_swap_waits_for_another_of_the_same_visits_and_is_then_refused(crosswise):
    house = House()
    first, second = house.book(), house.book(starts_at=at(14))
    shown = {first.pk: 1, second.pk: 1}
    pair = (second, first) if crosswise else (first, second)

    with open_transaction():
        swap(first, second)
        other = Thread(lambda: swap(*pair, versions=shown))
        other.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_appointment" in waiting
    with pytest.raises(Stale):
        other.outcome()


@pytest.mark.django_db(transaction=True)
def test_a_swap_waits_for_a_move_into_its_hour_and_is_then_refused():
    house = House()
    cabin = make_room(house.location, kind=house.room.kind)
    berta = make_staff(house.location)
    first, second = house.book(), house.book(starts_at=at(14), staff=berta)
    client = make_client()

    with open_transaction():
        booking.move(
            appointment=house.book(client=client, starts_at=at(17)),
            wanted=[Wanted(house.massage.pk, house.paola.pk, cabin.pk)],
            starts_at=at(13, 15),
            for_client=False,
            now=NOW,
            actor=DESK,
        )
        other = Thread(
            lambda: swap(
                first,
                second,
                wanted={
                    visit.pk: [Wanted(house.massage.pk, house.paola.pk)]
                    for visit in (first, second)
                },
            )
        )
        other.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_staffmember" in waiting
    with pytest.raises(booking.SlotTaken):
        other.outcome()


@pytest.mark.django_db
def test_row_by_row_a_swap_would_meet_itself(monkeypatch):
    """The control: what one statement allows is refused when the rows are saved one by one."""
    house = House()
    first, second = house.book(), house.book(starts_at=at(14))

    def one_by_one(items, fields):
        for item in items:
            item.save(update_fields=fields)

    command = import_module("spa.services.booking.swap")
    objects = type("Items", (), {"bulk_update": staticmethod(one_by_one)})
    monkeypatch.setattr(command, "AppointmentItem", type("Model", (), {"objects": objects}))

    with pytest.raises(booking.SlotTaken):
        swap(first, second)
    assert AppointmentItem.objects.filter(starts_at=at(10)).get().appointment == first
