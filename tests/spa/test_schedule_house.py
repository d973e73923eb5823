"""When a location is open: its hours, and the holidays on which it is not."""

from datetime import date, timedelta

import pytest

from spa.errors import BusinessLogicError, Stale
from spa.models import AvailabilityExclusion
from spa.services import schedule
from tests.factories import (
    NOW,
    TODAY,
    at,
)
from tests.spa.booking.houses import DESK, House
from tests.spa.weeks import daily, on

pytestmark = pytest.mark.django_db


def set_opening(house, hours, **fields):
    return schedule.set_opening(
        **{"location": house.location, "hours": hours, "now": NOW, "actor": DESK, **fields}
    )


def close(house, days, year=2026, **fields):
    return schedule.close_on_holidays(
        **{
            "location": house.location,
            "year": year,
            "days": days,
            "now": NOW,
            "actor": DESK,
            **fields,
        }
    )


def test_opening_hours_are_replaced_and_what_falls_outside_must_be_confirmed():
    house = House()
    visit = house.book(starts_at=at(10))

    with pytest.raises(schedule.VisitsLeftOutside) as refusal:
        set_opening(house, daily((12, 20)))
    report = set_opening(house, daily((12, 20)), confirmed=True)

    assert [one.code for one in report.visits] == [visit.code]
    assert refusal.value.report == report
    assert list(schedule.opening_of(house.location)) == daily((12, 20))
    assert report.staff.gained == -28 * 4 * 60


def test_opening_hours_are_refused_as_hours_of_work_are():
    house = House()
    shown = schedule.version_of(house.location.opening_hours.all())

    with pytest.raises(schedule.BlocksOverlap):
        set_opening(house, on(1, (8, 12), (11, 13)))
    with pytest.raises(schedule.ScheduleInvalid):
        set_opening(house, on(1, (20, 4)))
    set_opening(house, on(1, (8, 12)), version=shown)
    with pytest.raises(Stale):
        set_opening(house, on(1, (8, 13)), version=shown)


def test_a_location_is_closed_on_the_holidays_that_are_chosen_and_open_on_the_others():
    house = House()
    conception, christmas = date(2026, 12, 8), date(2026, 12, 25)

    close(house, [conception, christmas])
    with pytest.raises(BusinessLogicError):
        house.book(starts_at=at(10, day=conception))
    close(house, [christmas])

    assert list(schedule.closed_holidays(house.location, 2026)) == [christmas]
    row = AvailabilityExclusion.objects.get()
    assert (row.kind, row.note, row.staff, row.room) == ("holiday", "Navidad", None, None)
    assert house.book(starts_at=at(10, day=conception)).pk


def test_holidays_that_are_over_stay_and_other_days_are_refused():
    house = House()
    past = date(2026, 11, 16)
    schedule.block_time(
        location=house.location,
        starts_at=at(0, day=past),
        ends_at=at(0, day=past + timedelta(days=1)),
        kind="holiday",
        now=at(7, day=past),
        actor=DESK,
    )

    close(house, [])

    assert list(schedule.closed_holidays(house.location, 2026)) == [past]
    with pytest.raises(schedule.BlockInvalid):
        close(house, [TODAY])
