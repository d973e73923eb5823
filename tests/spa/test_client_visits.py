"""What is told of clients from their visits, and what a form can check before it saves."""

import pytest

from spa.models import AppointmentStatus
from spa.services import booking, clients
from spa.services.audit import Actor
from spa.services.booking.usual import usual
from spa.services.slots import Wanted
from tests.factories import (
    NOW,
    at,
    make_client,
    make_location,
    make_room,
    make_service,
    make_staff,
)
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    location = make_location()
    room = make_room(location)
    return location, make_staff(location), room, make_service(room_kind=room.kind)


def book(house, client, starts_at, status=AppointmentStatus.CONFIRMED):
    location, staff, room, service = house
    visit = booking.book(
        location=location,
        client=client,
        wanted=[Wanted(service.pk, staff.pk, room.pk)],
        starts_at=starts_at,
        now=NOW,
        actor=Actor(),
    )
    if status != AppointmentStatus.CONFIRMED:
        visit.status, visit.closed_at, visit.before_the_books = status, starts_at, True
        visit.items.update(occupies=status == AppointmentStatus.COMPLETED)
        visit.save()
    return visit


def test_visits_are_told_as_completed_missed_last_and_next(house):
    client, stranger = make_client(), make_client()
    book(house, client, at(8), AppointmentStatus.COMPLETED)
    book(house, client, at(10), AppointmentStatus.NO_SHOW)
    book(house, client, at(12))
    book(house, client, at(14))
    user = worker("receptionist", house[0])

    seen = clients.visits_of([client, stranger], user=user, now=at(11))

    assert seen == {client.pk: clients.Visits(completed=1, missed=1, last_at=at(8), next_at=at(12))}


def test_a_visit_that_is_under_way_is_the_next_until_it_ends(house):
    client = make_client()
    book(house, client, at(10))
    user = worker("receptionist", house[0])

    def next_at(now):
        return clients.visits_of([client], user=user, now=now)[client.pk].next_at

    assert next_at(at(10, 59)) == at(10)
    assert next_at(at(11)) is None


def test_visits_elsewhere_are_not_told(house):
    client = make_client()
    book(house, client, at(10))

    assert clients.visits_of([client], user=worker("receptionist", make_location()), now=NOW) == {}


def test_the_usual_therapist_is_who_completed_most(house):
    client, other = make_client(), make_staff(house[0])
    user = worker("receptionist", house[0])
    assert clients.usual_therapist(client, user=user) is None

    book(house, client, at(8), AppointmentStatus.COMPLETED)
    visit = book((house[0], other, *house[2:]), client, at(10))

    assert clients.usual_therapist(client, user=user) == house[1]
    assert visit.items.get().staff == other
    elsewhere = worker("receptionist", make_location())
    assert clients.usual_therapist(client, user=elsewhere) is None
    assert usual(client, user=user)[0].staff == house[1]
    assert usual(client, user=elsewhere) == []


def test_all_that_cannot_be_kept_is_named_at_once():
    wrong = [refusal.facts["field"] for refusal in clients.check(name="", phone="12", email="a")]

    assert wrong == ["name", "phone", "email"]
    assert list(clients.check(name="Ana", phone="3004561278", email="")) == []
