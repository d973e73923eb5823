"""What is put aside to re-plan: it stays while days go by, and promises nothing."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from frontdesk import tray
from spa.models import Appointment
from spa.services import booking
from spa.services.audit import Actor
from tests.factories import NOW, TODAY, at, make_location
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House, lift_limits

DAY = f"/calendar/{TODAY}/"
HTMX = {"HX-Request": "true"}
TOMORROW = TODAY + timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return House()


@pytest.fixture
def desk(client, house, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", house.location))
    return client


def put(desk, visit, **fields):
    return desk.post(f"/appointments/{visit.code}/aside/", headers=HTMX, **fields)


def held(desk, day=TODAY):
    """Return the codes in the tray of a day's page, in order."""
    page = desk.get(f"/calendar/{day}/").content.decode()
    section = page.partition('id="tray"')[2].partition("</section>")[0]
    return re.findall(r'data-appointment="([^"]+)"', section)


def test_what_is_put_aside_stays_in_the_tray_on_every_day_and_keeps_its_time(desk, house):
    visits = [house.book(starts_at=at(hour)) for hour in (14, 10)]

    for visit in visits:
        answer = put(desk, visit)
        assert (answer.status_code, "visit-changed" in answer["HX-Trigger"]) == (200, True)

    codes = [visit.code for visit in visits]
    assert held(desk) == held(desk, TOMORROW) == codes
    assert put(desk, visits[0]).status_code == 200  # once is enough
    assert held(desk) == codes
    assert [Appointment.objects.get(code=code).version for code in codes] == [1, 1]


def test_a_card_of_the_tray_knows_where_it_stands(desk, house):
    visit = house.book()
    put(desk, visit)

    page = desk.get(f"/calendar/{TOMORROW}/").content.decode()
    card = re.search(r'<a class="appt (s-\d+ n-\d+)" id="tray-(\d+)"[^>]*>', page)

    assert card[2] == str(visit.items.get().pk)
    assert card[1] == "s-25 n-12"  # ten, where the day is drawn from eight
    assert f'data-day="{TODAY}"' in card[0]
    assert f'data-staff="{house.paola.pk}"' in card[0]


def test_a_visit_that_is_moved_leaves_the_tray(desk, house):
    visit = house.book()
    put(desk, visit)
    item = visit.items.get()
    dropped = {"item": item.pk, "staff": item.staff_id, "version": 1, "request_id": uuid4()}

    answer = desk.post(
        f"/appointments/{visit.code}/drag/",
        {**dropped, "start": at(12, day=TOMORROW).isoformat()},
        headers=HTMX,
    )

    assert answer.status_code == 200
    assert held(desk) == []


def test_a_move_that_is_refused_leaves_it_there(desk, house):
    visit = house.book()
    house.book(starts_at=at(14))
    put(desk, visit)
    item = visit.items.get()
    dropped = {"item": item.pk, "staff": item.staff_id, "version": 1, "request_id": uuid4()}

    answer = desk.post(
        f"/appointments/{visit.code}/drag/", {**dropped, "start": at(14).isoformat()}
    )

    assert answer.status_code == 409
    assert held(desk) == [visit.code]


def test_a_visit_that_was_closed_elsewhere_says_so_and_is_no_longer_carried(desk, house):
    visit = house.book()
    put(desk, visit)
    booking.cancel(appointment=visit, cancelled_by="client", now=NOW, actor=Actor())

    page = desk.get(DAY).content.decode().partition('id="tray"')[2].partition("</section>")[0]

    assert 'data-status="cancelled"' in page
    assert "data-movable" not in page


def test_an_open_page_learns_what_became_of_a_visit_of_another_day(desk, house):
    visit = house.book(starts_at=at(10, day=TOMORROW))
    put(desk, visit)
    asked = re.search(r'hx-get="([^"]+\?v=[^"]+)"', desk.get(DAY).content.decode())[1]
    assert desk.get(asked, headers=HTMX).status_code == 204

    booking.cancel(appointment=visit, cancelled_by="client", now=NOW, actor=Actor())

    assert desk.get(asked, headers=HTMX).status_code == 200


def test_letting_go_of_a_visit_changes_nothing_else(desk, house):
    visit = house.book()
    put(desk, visit)

    answer = desk.post(f"/appointments/{visit.code}/take-back/", headers=HTMX)

    assert (answer.status_code, held(desk)) == (204, [])
    assert Appointment.objects.get().starts_at == at(10)


def test_without_script_both_lead_back_to_the_visits_day(desk, house):
    visit = house.book()

    for name in ("aside", "take-back"):
        answer = desk.post(f"/appointments/{visit.code}/{name}/")
        assert f"/calendar/{TODAY}/" in answer["Location"]


def test_what_has_begun_or_is_a_strangers_is_not_put_aside(desk, house):
    visit = house.book()
    booking.check_in(appointment=visit, now=at(10), actor=Actor())
    booking.start(appointment=visit, now=at(10), actor=Actor())

    assert put(desk, visit).status_code == 409
    assert put(desk, House().book()).status_code == 404
    assert held(desk) == []


def test_the_tray_is_not_endless(desk, house):
    lift_limits()
    days = [TODAY + timedelta(days=number) for number in range(tray.MOST + 1)]
    *visits, last = [house.book(starts_at=at(10, day=day)) for day in days]
    for visit in visits:
        put(desk, visit)

    answer = put(desk, last)

    assert answer.status_code == 422
    assert held(desk) == [visit.code for visit in visits]


def test_each_user_has_a_tray_of_her_own_and_of_each_house(desk, house):
    visit = house.book()
    put(desk, visit)
    other = make_location()
    desk.force_login(worker("receptionist", house.location, other))

    assert held(desk) == []
    put(desk, visit)
    assert held(desk) == [visit.code]
    desk.get(DAY, {"location": other.pk})
    assert held(desk) == []


def test_a_full_tray_costs_one_query(desk, house, django_assert_max_num_queries):
    lift_limits()
    for number in range(6):
        put(desk, house.book(starts_at=at(10, day=TODAY + timedelta(days=number))))
    desk.get(DAY)

    with django_assert_max_num_queries(12):
        desk.get(DAY)


def test_a_therapist_has_no_tray(client, house, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    house.paola.user = worker("therapist", house.location)
    house.paola.save()
    visit = house.book()
    client.force_login(house.paola.user)

    assert 'id="tray"' not in client.get(DAY).content.decode()
    assert put(client, visit).status_code == 403
