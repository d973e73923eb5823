"""Whether anything on a day has changed, without a counter that bookings would wait for."""

from datetime import timedelta

import pytest

from spa.services import booking, clients
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


def test_what_is_changed_about_who_comes_changes_her_day(house, paola):
    client = book(house, paola, at(10)).client
    seen = {version(house, TODAY)}
    clients.flag(client=client, reason="Shouted at us.", now=NOW, actor=Actor())
    seen.add(version(house, TODAY))
    clients.set_alert(client=client, text="nuts", consent_by="desk", now=NOW, actor=Actor())
    seen.add(version(house, TODAY))
    clients.edit(client=client, name="Mariana Ossa", now=NOW, actor=Actor())
    seen.add(version(house, TODAY))

    assert len(seen) == 4


def test_what_is_changed_about_who_comes_on_another_day_leaves_the_version_alone(house, paola):
    client = book(house, paola, at(10, day=TOMORROW)).client
    was = version(house, TODAY)

    clients.flag(client=client, reason="Shouted at us.", now=NOW, actor=Actor())

    assert version(house, TODAY) == was


def test_a_visit_elsewhere_of_who_works_here_too_changes_the_day(house, paola):
    elsewhere = make_location()
    paola.availability.filter(weekday=TODAY.isoweekday()).update(location=elsewhere)
    was = version(house, TODAY)

    book(elsewhere, paola, at(10))

    assert version(house, TODAY) != was


def test_a_version_costs_one_query(house, django_assert_num_queries):
    with django_assert_num_queries(1):
        version(house, TODAY)
