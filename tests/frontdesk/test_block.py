"""Blocking time on the calendar."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from spa.models import AvailabilityExclusion, StaffMember
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import NOW, TODAY, at, make_client, make_location, make_room, make_staff
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db
BLOCK = "/calendar/2026-11-19/block/"


@pytest.fixture
def desk(client, visit, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", visit.location))
    return client


def typed(who, **fields):
    return {
        "who": who,
        "kind": "block",
        "note": "",
        "first_day": "2026-11-19",
        "last_day": "2026-11-19",
        "from_time": "13:00",
        "to_time": "14:00",
        "request_id": str(uuid4()),
        **fields,
    }


def paola(visit):
    return f"staff-{visit.items.get().staff_id}"


def test_the_form_proposes_who_was_clicked_on(desk, visit):
    page = desk.get(BLOCK, {"staff": visit.items.get().staff_id}).content.decode()

    assert f'<option value="{paola(visit)}" selected>' in page


def test_a_therapists_time_is_blocked_and_shown_as_closed(desk, visit):
    answer = desk.post(BLOCK, typed(paola(visit), note="cita médica"))

    exclusion = AvailabilityExclusion.objects.get()
    assert (exclusion.starts_at, exclusion.ends_at) == (at(13), at(14))
    assert answer["HX-Trigger"] == "visit-changed"
    assert "cita médica" in desk.get("/calendar/2026-11-19/").content.decode()


def test_a_visit_inside_is_shown_first_and_left_alone(desk, visit):
    values = typed(paola(visit), from_time="09:00", to_time="11:00")

    asked = desk.post(BLOCK, values)
    page = asked.content.decode()
    assert asked.status_code == 409
    assert f"appointment={visit.code}" in page
    assert "/calendar/2026-11-19/out/?staff=" in page
    assert not AvailabilityExclusion.objects.exists()

    seal = re.search(r'name="confirmed" value="(\w+)"', page)[1]
    answer = desk.post(BLOCK, values | {"confirmed": seal})
    visit.refresh_from_db()
    assert f"appointment={visit.code}" in answer.content.decode()
    assert visit.status == "confirmed"
    assert AvailabilityExclusion.objects.exists()


def test_a_visit_that_came_since_they_were_shown_is_shown_too(desk, visit):
    values = typed("location", from_time="09:00", to_time="18:00")
    seal = re.search(r'name="confirmed" value="(\w+)"', desk.post(BLOCK, values).content.decode())[
        1
    ]
    item = visit.items.get()
    later = booking.book(
        location=visit.location,
        client=make_client(),
        wanted=[Wanted(item.service_id, item.staff_id, item.room_id)],
        starts_at=at(15),
        now=NOW,
        actor=Actor(),
    )

    asked = desk.post(BLOCK, values | {"confirmed": seal})

    assert asked.status_code == 409
    assert later.code in asked.content.decode()
    assert not AvailabilityExclusion.objects.exists()


@pytest.mark.parametrize("midnight", ["00:00", "24:00"])
def test_a_block_may_last_until_midnight(desk, visit, midnight):
    desk.post(BLOCK, typed(paola(visit), from_time="13:00", to_time=midnight))

    exclusion = AvailabilityExclusion.objects.get()
    assert exclusion.ends_at == at(0, day=TODAY + timedelta(days=1))


def test_at_eleven_at_night_the_hour_until_midnight_is_proposed(desk, visit, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(23, 10))

    page = desk.get(BLOCK).content.decode()

    assert re.search(r'name="to_time" value="00:00"', page)


def test_a_therapist_who_left_meanwhile_is_not_blocked(desk, visit):
    StaffMember.objects.filter(pk=visit.items.get().staff_id).update(is_active=False)

    answer = desk.post(BLOCK, typed(paola(visit)))

    assert answer.status_code == 422
    assert not AvailabilityExclusion.objects.exists()


@pytest.mark.parametrize("who", ["room", "location"])
def test_a_room_or_the_whole_house_can_be_blocked(desk, visit, who):
    chosen = f"room-{visit.items.get().room_id}" if who == "room" else "location"

    desk.post(BLOCK, typed(chosen))

    exclusion = AvailabilityExclusion.objects.get()
    assert (exclusion.room_id is not None) == (who == "room")
    assert exclusion.staff_id is None


@pytest.mark.parametrize(
    "fields",
    [
        {"to_time": "12:00"},
        {"from_time": "25:00"},
        {"last_day": "2028-11-19"},
        {"first_day": "yesterday"},
        {"first_day": "0001-01-01"},
        {"first_day": "0001-01-01", "last_day": "0001-01-01"},
        {"last_day": "9999-12-31", "to_time": "23:59"},
        {"first_day": "9999-12-31", "last_day": "9999-12-31", "to_time": "23:59"},
        {"first_day": "2026-11-18", "last_day": "2026-11-18"},
        {"note": "n" * 10_000},
        {"kind": "party"},
        {"request_id": ""},
        {"who": "staff-999999"},
    ],
)
def test_a_wrong_entry_gives_the_form_back_as_it_was_typed(desk, visit, fields):
    values = typed(**({"who": paola(visit), "note": "reunión"} | fields))

    answer = desk.post(BLOCK, values)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<form" in page
    assert 'role="alert"' in page
    assert values["note"][:80] in page
    assert not AvailabilityExclusion.objects.exists()


def test_the_same_form_twice_blocks_once(desk, visit):
    values = typed(paola(visit))

    desk.post(BLOCK, values)
    answer = desk.post(BLOCK, values)

    assert answer.status_code == 200
    assert AvailabilityExclusion.objects.count() == 1


def test_people_and_rooms_of_other_locations_cannot_be_chosen(desk, visit):
    other = make_location()
    strangers = [f"staff-{make_staff(other).pk}", f"room-{make_room(other).pk}"]

    assert [desk.post(BLOCK, typed(who)).status_code for who in strangers] == [422, 422]


def test_a_therapist_blocks_nobody(client, visit):
    client.force_login(worker("therapist", visit.location))

    assert client.get(BLOCK).status_code == 403
    assert client.post(BLOCK, typed("location")).status_code == 403
