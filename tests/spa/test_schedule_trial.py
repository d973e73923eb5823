"""A trial says what saving does, and changes nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spa.models import AuditLog, AvailabilityExclusion, StaffAvailability
from spa.services import schedule
from spa.services.audit import Actor
from tests.factories import (
    NOW,
    TODAY,
    at,
    make_user,
)
from tests.spa.booking.houses import DESK, House
from tests.spa.weeks import NEXT_WEEK, daily, lunch, on, set_week

pytestmark = pytest.mark.django_db


# -- Tried before it is saved ------------------------------------------------------------------
def everything():
    return [
        sorted(map(str, model.objects.values_list()))
        for model in (StaffAvailability, AvailabilityExclusion, AuditLog)
    ]


def test_a_trial_changes_nothing_and_keeps_the_request_for_the_change():
    house, actor = House(), Actor(user=make_user(), request_id=uuid4())
    house.book(starts_at=at(10))
    before = everything()
    arguments = {"location": house.location, "staff": house.paola, "hours": daily((12, 20))}
    arguments |= {"valid_from": TODAY, "now": NOW, "actor": actor}

    tried = schedule.trial(schedule.set_week, **arguments)

    assert everything() == before
    assert len(tried.visits) == 1
    assert schedule.set_week(**arguments, confirmed=True) == tried


def test_a_trial_is_refused_as_the_change_would_be():
    house = House()
    with pytest.raises(schedule.BlocksOverlap):
        schedule.trial(
            schedule.set_week,
            location=house.location,
            staff=house.paola,
            hours=on(1, (8, 12), (11, 12)),
            valid_from=TODAY,
            now=NOW,
            actor=DESK,
        )


def test_hours_are_counted_for_four_weeks_from_the_day_on_which_the_change_begins():
    house = House()

    assert set_week(house, daily((8, 20))[1:]).staff.gained == -4 * 12 * 60
    assert set_week(house, daily((8, 16)), valid_from=NEXT_WEEK).staff.before == 24 * 12 * 60


half_hours = st.integers(0, 48)
weeks = st.lists(
    st.tuples(st.integers(1, 7), half_hours, half_hours).filter(lambda one: one[1] < one[2]),
    max_size=6,
)


@pytest.mark.django_db(transaction=True)
@given(weeks=st.lists(weeks, min_size=1, max_size=3), days=st.integers(0, 10))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_trial_says_what_saving_does_whatever_the_week(weeks, days):
    with transaction.atomic():
        house = House()
        for day in range(3):
            house.book(starts_at=at(9 + 3 * day, day=TODAY + timedelta(days=3 * day)))
        for rows in weeks:
            arguments = {
                "location": house.location,
                "staff": house.paola,
                "hours": [schedule.Hours(day, 30 * start, 30 * end) for day, start, end in rows],
                "valid_from": TODAY + timedelta(days=days),
                "now": NOW,
                "actor": DESK,
            }
            before = everything()
            try:
                tried = schedule.trial(schedule.set_week, **arguments)
            except schedule.BlocksOverlap:
                with pytest.raises(schedule.BlocksOverlap):
                    schedule.set_week(**arguments)
                assert everything() == before
                continue
            assert everything() == before
            assert schedule.set_week(**arguments, confirmed=True) == tried
        transaction.set_rollback(True)


def test_measuring_runs_as_many_queries_however_busy_the_house(django_assert_max_num_queries):
    house = House()
    lunch(house)
    for day in range(1, 9):
        house.book(starts_at=at(10, day=TODAY + timedelta(days=day)))

    with django_assert_max_num_queries(14):
        set_week(house, daily((8, 19)))
