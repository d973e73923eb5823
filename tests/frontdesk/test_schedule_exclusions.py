"""Time taken away and holidays on screen; all of it without script."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest

from spa.models import AvailabilityExclusion
from spa.services import schedule
from spa.services.audit import Actor
from tests.factories import NOW, TODAY, make_location
from tests.frontdesk.planning import confirming, inputs

pytestmark = pytest.mark.django_db
HOLIDAYS = "/schedule/holidays/2026/"


# -- Time taken away ---------------------------------------------------------------------------
def taking(how="dated", **fields):
    return {
        "request_id": str(uuid4()),
        "kind": "training",
        "note": "",
        "how": how,
        "first_day": "2026-11-20",
        "from_time": "0:00",
        "last_day": "2026-11-20",
        "to_time": "24:00",
        "weekdays": ["1", "2", "3"],
        "weekly_from": "13:00",
        "weekly_to": "13:45",
        "valid_from": TODAY.isoformat(),
        "do": "save",
        **fields,
    }


@pytest.fixture(params=["staff", "rooms", "location"])
def take(request, visit):
    """The address at which time is taken from a therapist, a room, or the location."""
    item = visit.items.get()
    return {
        "staff": f"/schedule/staff/{item.staff_id}/exclusions/new/",
        "rooms": f"/schedule/rooms/{item.room_id}/exclusions/new/",
        "location": "/schedule/exclusions/new/",
    }[request.param]


@pytest.mark.parametrize(("how", "rows"), [("dated", 1), ("weekly", 3)])
def test_time_is_taken_away_shown_and_given_back(manager, take, how, rows):
    there = manager.post(take, taking(how, note="curso"))["Location"]
    page = manager.get(there).content.decode()
    pks = inputs(page, "pk")

    assert AvailabilityExclusion.objects.count() == len(pks) == rows
    assert "curso" in page
    assert ("mon–wed, 13:00–13:45" in page) == (how == "weekly")

    back = manager.post("/schedule/exclusions/remove/", {"pk": pks})
    assert back["Location"] == there
    assert not AvailabilityExclusion.objects.exists()
    assert manager.post("/schedule/exclusions/remove/", {"pk": pks}).status_code == 302


def test_visits_in_time_that_is_taken_away_must_be_confirmed(manager, visit, take):
    values = taking(first_day="2026-11-19", last_day="2026-11-19")

    tried = manager.post(take, values | {"do": "try"})
    asked = manager.post(take, values)

    assert (tried.status_code, asked.status_code) == (200, 422)
    assert visit.code in tried.content.decode()
    assert visit.code in asked.content.decode()
    assert not AvailabilityExclusion.objects.exists()
    assert manager.post(take, values | confirming(asked)).status_code == 302
    assert AvailabilityExclusion.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"to_time": "25:00"},
        {"to_time": "1" * 10_000},
        {"from_time": ""},
        {"last_day": "2026-11-18"},
        {"last_day": "9999-12-31"},
        {"first_day": "0001-01-01"},
        {"first_day": "2028-11-20", "last_day": "2028-11-20"},
        {"note": "n" * 10_000},
        {"kind": "party"},
        {"how": "sometimes"},
        {"request_id": "again"},
        {"how": "weekly", "weekdays": []},
        {"how": "weekly", "weekdays": ["8"]},
        {"how": "weekly", "weekly_to": "12:00"},
        {"how": "weekly", "valid_from": "2026-11-01"},
        {"how": "weekly", "valid_until": "2026-11-01"},
        {"how": "weekly", "valid_until": "soon"},
    ],
)
def test_a_wrong_entry_gives_the_form_back(manager, visit, fields):
    answer = manager.post("/schedule/exclusions/new/", taking(**fields))

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not AvailabilityExclusion.objects.exists()


def test_the_fields_of_the_other_way_are_not_looked_at(manager, visit):
    nonsense = {"weekly_from": "x", "valid_until": "x", "weekdays": ["x"]}

    assert manager.post("/schedule/exclusions/new/", taking(**nonsense)).status_code == 302


def test_another_locations_exclusion_cannot_be_removed(manager, visit):
    elsewhere = make_location()
    made = schedule.block_time(
        location=elsewhere,
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        now=NOW,
        actor=Actor(),
    )

    for pks in ([made.exclusion.pk], ["9" * 10_000], ["x"], []):
        assert manager.post("/schedule/exclusions/remove/", {"pk": pks}).status_code == 302
    assert AvailabilityExclusion.objects.exists()


# -- Holidays ----------------------------------------------------------------------------------
def test_holidays_are_offered_and_those_chosen_are_closed(manager, visit):
    page = manager.get(HOLIDAYS).content.decode()
    assert "Inmaculada Concepción" in page
    assert page.count("disabled") == 17  # those before the nineteenth of November

    days = ["2026-12-08", "2026-12-25"]
    values = {"request_id": str(uuid4()), "do": "save", "day": days}
    assert manager.post(HOLIDAYS, values).status_code == 302
    assert manager.post(HOLIDAYS, values).status_code == 302

    assert list(schedule.closed_holidays(visit.location, 2026)) == [*map(date.fromisoformat, days)]
    shown = re.findall(r'value="([\d-]+)" checked', manager.get(HOLIDAYS).content.decode())
    assert shown == days


@pytest.mark.parametrize("day", ["2026-11-20", "2026-11-16", "x" * 10_000])
def test_only_holidays_ahead_can_be_chosen(manager, visit, day):
    values = {"request_id": str(uuid4()), "do": "save", "day": [day]}

    assert manager.post(HOLIDAYS, values).status_code == 422
    assert not AvailabilityExclusion.objects.exists()
