"""Who loses a race gets the next best, if there is one; and what no search can mend."""

from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest

from spa.errors import RuleBroken
from spa.models import Appointment
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, at, make_client, make_staff, make_user
from tests.spa.booking.houses import DESK, House

# The package re-exports functions of its modules' names, so the module is found this way.
search = import_module("spa.services.booking.book")


def question(house, client):
    return {
        "location": house.location,
        "client": client,
        "wanted": [Wanted(house.massage.pk)],
        "starts_at": at(10),
        "now": NOW,
    }


def book_at(house, client):
    return booking.book_at(**question(house, client), actor=DESK)


def lose_a_race(house):
    """Let somebody take what the search finds for a client; return her booking, which waited."""
    client, faster = make_client(), make_client()
    found = search.find_staff_and_rooms(**question(house, client))
    with open_transaction():
        booking.book(**{**question(house, faster), "wanted": found}, actor=DESK)
        loser = Thread(lambda: book_at(house, client))
        loser.start()
        wait_until_somebody_waits_for_a_lock()
    return found[0], loser


@pytest.mark.django_db(transaction=True)
def test_who_loses_the_best_therapist_to_somebody_faster_gets_the_next():
    house = House(places=2, shared=True)
    make_staff(house.location)

    best, loser = lose_a_race(house)

    (item,) = loser.outcome().items.all()
    assert item.staff_id not in {best.staff_id, None}
    assert not item.staff_requested


@pytest.mark.django_db(transaction=True)
def test_who_loses_the_only_therapist_is_refused_and_leaves_nothing_behind():
    house = House(places=2, shared=True)

    _best, loser = lose_a_race(house)

    with pytest.raises(booking.SlotTaken):
        loser.outcome()
    assert Appointment.objects.count() == 1


@pytest.mark.django_db
def test_who_loses_again_and_again_is_given_up_on(monkeypatch):
    house, tries = House(), []

    def always_too_late(**_fields):
        tries.append("late")
        raise booking.SlotTaken

    monkeypatch.setattr(search, "book", always_too_late)

    with pytest.raises(booking.SlotTaken):
        book_at(house, make_client())
    assert len(tries) == search.TRIES


@pytest.mark.django_db
def test_a_service_is_once_in_a_visit():
    house = House()
    twice = [Wanted(house.massage.pk, house.paola.pk, house.room.pk)] * 2

    with pytest.raises(booking.ServiceTwice):
        booking.book(**{**question(house, make_client()), "wanted": twice}, actor=DESK)


@pytest.mark.django_db
@pytest.mark.parametrize("off", [timedelta(seconds=1), timedelta(microseconds=1)])
def test_a_start_between_two_minutes_is_off_the_grid(off):
    with pytest.raises(RuleBroken) as refusal:
        House().book(starts_at=at(10) + off)

    assert refusal.value.facts["reason"] == "off_grid"


@pytest.mark.django_db
def test_a_move_cannot_slip_in_another_service():
    house, other = House(), House()
    visit = house.book()

    with pytest.raises(RuleBroken) as refusal:
        booking.move(
            appointment=visit,
            wanted=[Wanted(other.massage.pk, house.paola.pk, house.room.pk)],
            starts_at=at(14),
            for_client=False,
            now=NOW,
            actor=DESK,
        )

    assert refusal.value.facts["reason"] == "other_services"


@pytest.mark.django_db
def test_a_move_sent_twice_is_counted_once():
    house = House()
    visit, actor = house.book(), Actor(user=make_user(), request_id=uuid4())

    for _ in range(2):
        moved = booking.move(
            appointment=visit,
            wanted=[Wanted(house.massage.pk, house.paola.pk, house.room.pk)],
            starts_at=at(14),
            for_client=False,
            now=NOW,
            actor=actor,
        )

    assert (moved.moves, moved.version) == (1, 2)
