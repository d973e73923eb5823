"""Whoever is booked was locked first, also where she became free after the search."""

from importlib import import_module

import pytest

from spa.models import Appointment
from spa.services import booking
from spa.services.booking import parties
from spa.services.slots import Member, Wanted
from tests.factories import NOW, at, make_client, make_staff
from tests.spa.booking.houses import DESK, House

pytestmark = pytest.mark.django_db
module = import_module("spa.services.booking.book")  # the package has a function of that name


def once_in_vain(monkeypatch, where, name):
    """Have the search find nobody the first time, as if a visit had stood there until then."""
    search, calls = getattr(where, name), []

    def found(**question):
        calls.append(question)
        return search(**question) if len(calls) > 1 else None

    monkeypatch.setattr(where, name, found)
    return calls


def test_nobody_is_booked_by_the_locked_check_alone():
    house = House()

    with pytest.raises(booking.SlotTaken) as refusal:
        house.book(staff=None)

    assert refusal.value.facts == {}
    assert not Appointment.objects.exists()


def test_who_became_free_after_the_search_is_found_by_the_next_one(monkeypatch):
    house = House()
    searches = once_in_vain(monkeypatch, module, "find_staff_and_rooms")

    visit = house.book(staff=None, call=booking.book_at)

    assert len(searches) == 2
    assert visit.items.get().staff == house.paola


def test_a_party_that_fits_after_the_search_is_found_by_the_next_one(monkeypatch):
    house = House(places=2)
    make_staff(house.location)
    searches = once_in_vain(monkeypatch, parties, "find_party")

    visits = booking.book_party_at(
        location=house.location,
        members=[Member(make_client(), [Wanted(house.massage.pk)]) for _ in range(2)],
        starts_at=at(10),
        now=NOW,
        actor=DESK,
    )

    assert len(searches) == 2
    assert len(visits) == 2


def test_a_time_that_is_taken_is_not_searched_for_again(monkeypatch):
    house = House()
    house.book()
    search, calls = module.find_staff_and_rooms, []
    monkeypatch.setattr(
        module, "find_staff_and_rooms", lambda **asked: calls.append(asked) or search(**asked)
    )

    with pytest.raises(booking.SlotTaken) as refusal:
        house.book(staff=None, call=booking.book_at)

    assert refusal.value.facts["reasons"]
    assert len(calls) == 1
