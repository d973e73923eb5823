"""Whether anything on a day has changed, without a counter that bookings would wait for."""

from datetime import timedelta

import pytest

from spa.services import booking
from spa.services.audit import Actor
from spa.services.day_version import version
from spa.services.slots import Wanted
from tests.factories import (
    NOW,
    TODAY,
    at,
    make_client,
    make_location,
    make_service,
    make_staff,
)

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def house(db):
    return make_location()


@pytest.fixture
def paola(house):
    return make_staff(house)


def book(house, staff, starts_at):
    return booking.book(
        location=house,
        client=make_client(),
        wanted=[Wanted(make_service().pk, staff.pk)],
        starts_at=starts_at,
        now=NOW,
        actor=Actor(),
    )


def test_a_day_of_which_nothing_was_changed_has_one_version(house, paola):
    book(house, paola, at(10))

    assert version(house, TODAY) == version(house, TODAY)


def test_every_step_of_a_visit_is_another_version_of_its_day(house, paola):
    seen = {version(house, TODAY)}
    visit = book(house, paola, at(10))
    seen.add(version(house, TODAY))
    booking.check_in(appointment=visit, now=at(10), actor=Actor())
    seen.add(version(house, TODAY))

    assert len(seen) == 3


def test_a_visit_that_is_moved_away_changes_the_day_that_it_left(house, paola):
    visit = book(house, paola, at(10))
    was = version(house, TODAY), version(house, TOMORROW)

    item = visit.items.get()
    booking.move(
        appointment=visit,
        wanted=[Wanted(item.service_id, paola.pk)],
        starts_at=at(10, day=TOMORROW),
        for_client=False,
        now=NOW,
        actor=Actor(),
    )

    now = version(house, TODAY), version(house, TOMORROW)
    assert was[0] != now[0]
    assert was[1] != now[1]


def test_another_day_or_house_leaves_the_version_alone(house, paola):
    was = version(house, TODAY)
    elsewhere = make_location()
    book(elsewhere, make_staff(elsewhere), at(10))
    book(house, paola, at(10, day=TOMORROW))

    assert version(house, TODAY) == was


def test_a_span_of_days_changes_with_each_of_them(house, paola):
    was = version(house, TODAY, TOMORROW)
    book(house, paola, at(10, day=TOMORROW))

    assert version(house, TODAY, TOMORROW) != was


def test_a_version_costs_at_most_two_queries(house, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        version(house, TODAY)
