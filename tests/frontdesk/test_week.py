"""A therapist's week, the day's columns by room, and the month to choose a day from."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from spa.models import AvailabilityExclusion, ExclusionKind
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import (
    NOW,
    TODAY,
    at,
    make_client,
    make_location,
    make_room,
    make_service,
    make_staff,
)
from tests.frontdesk.busy_day import make_busy_day
from tests.frontdesk.people import worker

DAY = "/calendar/2026-11-19/"
MONTH = f"{DAY}month/2026-11-01/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(9))


@pytest.fixture
def house(db):
    return make_location()


@pytest.fixture
def paola(house):
    return make_staff(house)


@pytest.fixture
def desk(client, house):
    client.force_login(worker("receptionist", house))
    return client


def test_each_day_of_a_week_says_where_to_ask_why_a_place_is_not_free(desk, house, paola):
    make_service()
    page = desk.get(week_of(paola)).content.decode()

    asked = re.findall(r'data-start="([^"]+)" data-asks="([^"]+)"', page)
    assert len(asked) == 7
    for number, (start, address) in enumerate(asked):
        day = TODAY + timedelta(days=number - TODAY.weekday())
        assert (start, address) == (at(8, day=day).isoformat(), f"/calendar/{day}/why/")
    assert 'data-units="144" data-step="3"' in page
    answer = desk.get(asked[0][1], {"start": asked[0][0], "staff": paola.pk})
    assert 'data-reason="lead_time"' in answer.content.decode()


def week_of(staff, day="2026-11-19"):
    return f"/calendar/week/{staff.pk}/{day}/"


def book(house, starts_at, *wanted, now=NOW):
    return booking.book(
        location=house,
        client=make_client(name="Mariana Echeverri"),
        wanted=list(wanted),
        starts_at=starts_at,
        now=now,
        actor=Actor(),
    )


def massage(staff, room=None):
    service = make_service(room_kind=room.kind if room else None)
    return Wanted(service.pk, staff.pk, room.pk if room else None)


def columns(html):
    """Return each column's opening tag with the codes of the visits in it."""
    found = re.findall(r'<section (class="cal-col[^>]*)>(.*?)</section>', html, re.S)
    return [(head, re.findall(r'data-appointment="([^"]+)"', body)) for head, body in found]


def days(html):
    return [re.search(r'data-day="([^"]+)"', head)[1] for head, _codes in columns(html)]


# -- The week --------------------------------------------------------------------------------
def test_a_week_has_a_column_for_each_day_from_monday(desk, house, paola):
    visit = book(house, at(10), massage(paola))

    html = desk.get(week_of(paola)).content.decode()

    assert days(html) == [f"2026-11-{day}" for day in range(16, 23)]
    assert [codes for _head, codes in columns(html)] == [[], [], [], [visit.code], [], [], []]
    assert all(f'data-staff="{paola.pk}"' in head for head, _codes in columns(html))


def test_today_is_marked_and_no_other_day(desk, paola):
    html = desk.get(week_of(paola)).content.decode()

    assert [head for head, _codes in columns(html) if "today" in head] == [columns(html)[3][0]]
    assert re.search(r'<a href="/calendar/2026-11-19/"[^>]* aria-current="date"', html)


def test_a_week_leads_to_its_days_its_neighbours_and_other_therapists(desk, house, paola):
    camilo = make_staff(house)

    html = desk.get(week_of(paola)).content.decode()

    for address in (
        *(f"/calendar/2026-11-{day}/" for day in range(16, 23)),
        week_of(paola, "2026-11-12"),
        week_of(paola, "2026-11-26"),
        week_of(camilo),
    ):
        assert f'href="{address}"' in html


def test_a_closed_day_and_a_day_off_say_so(desk, house, paola):
    AvailabilityExclusion.objects.create(
        location=house,
        kind=ExclusionKind.HOLIDAY,
        note="Independencia",
        starts_at=at(0, day=TODAY - timedelta(days=3)),
        ends_at=at(0, day=TODAY - timedelta(days=2)),
    )
    paola.availability.filter(weekday=7).delete()

    html = desk.get(week_of(paola)).content.decode()

    monday, sunday = (re.findall(r"<section .*?</section>", html, re.S)[day] for day in (0, 6))
    assert "Independencia" in monday
    assert 'role="img"' not in monday
    assert 'role="img"' not in sunday


def test_a_week_for_htmx_is_its_fragment_with_the_bar(desk, paola):
    fragment = desk.get(week_of(paola), headers=HTMX).content.decode()

    assert 'id="week"' in fragment
    assert 'id="week-bar" hx-swap-oob="true"' in fragment
    assert "<!doctype" not in fragment


def test_a_week_drawn_again_leaves_the_bar_alone(desk, paola):
    fragment = desk.get(f"{week_of(paola)}?v", headers=HTMX).content.decode()

    assert "week-bar" not in fragment


def test_a_therapist_sees_her_own_week_and_no_other(client, house, paola):
    camilo = make_staff(house)
    paola.user = worker("therapist", house)
    paola.save()
    visit = book(house, at(10), massage(paola))
    client.force_login(paola.user)

    mine = client.get(week_of(paola)).content.decode()

    assert visit.code in mine
    assert "Mariana E." in mine
    assert "Echeverri" not in mine
    assert "staff-menu" not in mine
    assert client.get(week_of(camilo)).status_code == 404


def test_a_therapist_sees_her_part_of_a_shared_visit_only(client, house, paola):
    camilo = make_staff(house)
    book(house, at(10), massage(camilo), massage(paola))
    paola.user = worker("therapist", house)
    paola.save()
    client.force_login(paola.user)

    html = client.get(week_of(paola)).content.decode()

    assert sum(len(codes) for _head, codes in columns(html)) == 1
    assert ">2/2<" in html


@pytest.mark.parametrize("role", ["receptionist", "manager", "administrator"])
def test_the_desk_sees_the_week_of_anybody_in_her_locations(client, house, paola, role):
    client.force_login(worker(role, house))

    assert client.get(week_of(paola)).status_code == 200


def test_a_week_elsewhere_does_not_exist(desk):
    elsewhere = make_location()

    assert desk.get(week_of(make_staff(elsewhere))).status_code == 404
    assert desk.get("/calendar/week/999999/2026-11-19/").status_code == 404


def test_who_left_still_has_her_week(desk, house, paola):
    camilo = make_staff(house)
    visit = book(house, at(10), massage(paola))
    paola.is_active = False
    paola.save()

    assert visit.code in desk.get(week_of(paola)).content.decode()
    assert week_of(paola).encode() not in desk.get(week_of(camilo)).content


def test_a_user_without_a_role_sees_no_week(client, house, paola):
    client.force_login(worker("nobody", house))

    assert client.get(week_of(paola)).status_code == 403


def test_who_is_not_logged_in_is_sent_to_the_log_in(client, paola):
    assert client.get(week_of(paola))["Location"].startswith("/login/")


@pytest.mark.parametrize("day", ["2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_week_that_cannot_be_shown_is_not_found(desk, paola, day):
    assert desk.get(week_of(paola, day)).status_code == 404


def test_a_week_in_which_the_clock_jumps_keeps_its_rows(client, db, monkeypatch):
    santiago = ZoneInfo("America/Santiago")
    chile = make_location()
    chile.zone = "America/Santiago"
    chile.save()
    staff = make_staff(chile)
    monkeypatch.setattr("spa.clock.now", lambda: datetime(2026, 9, 4, 9, tzinfo=santiago))
    for day in (5, 6):
        early = datetime(2026, 9, day, 8, tzinfo=santiago)
        book(chile, early + timedelta(hours=2), massage(staff), now=early)
    client.force_login(worker("receptionist", chile))

    html = client.get(week_of(staff, "2026-09-06")).content.decode()

    assert days(html)[5:] == ["2026-09-05", "2026-09-06"]
    assert re.findall(r'class="appt (s-\d+) ', html) == ["s-25", "s-25"]
    assert 'data-start="2026-09-05T08:00:00-04:00"' in html
    assert 'data-start="2026-09-06T08:00:00-03:00"' in html


def test_the_axis_shows_the_hours_of_the_locations_own_zone(client, db):
    chile = make_location(opens=8, closes=20)
    chile.zone = "America/Santiago"
    chile.save()
    make_staff(chile)
    client.force_login(worker("receptionist", chile))

    html = client.get(DAY).content.decode()

    assert re.findall(r"<li><time>([\d:]+)</time></li>", html)[:2] == ["8:00", "9:00"]
    assert 'data-start="2026-11-19T12:00:00-03:00"' in html


def test_a_week_costs_at_most_twelve_queries(client, db, django_assert_max_num_queries):
    location = make_busy_day()
    staff = location.availability.first().staff
    client.force_login(worker("receptionist", location))

    with django_assert_max_num_queries(12):
        html = client.get(week_of(staff)).content.decode()
    assert html.count("data-appointment=") == 12


# -- By room ---------------------------------------------------------------------------------
def test_the_day_by_room_has_a_column_for_each_room(desk, house, paola):
    cabin, other = make_room(house), make_room(house)
    inside = book(house, at(10), massage(paola, cabin))

    html = desk.get(f"{DAY}?by=room").content.decode()

    assert [(re.search(r'data-room="(\d+)"', head)[1], codes) for head, codes in columns(html)] == [
        (str(cabin.pk), [inside.code]),
        (str(other.pk), []),
    ]


def test_the_way_to_the_week_stays_when_the_columns_are_rooms(desk, house, paola):
    make_room(house)

    for columns_are in ("room", "staff"):
        html = desk.get(f"{DAY}?by={columns_are}").content.decode()
        assert f'href="{week_of(paola)}" aria-keyshortcuts="w"' in html


def test_what_needs_no_room_stands_in_a_column_of_its_own(desk, house, paola):
    make_room(house)
    outside = book(house, at(10), massage(paola))

    last, codes = columns(desk.get(f"{DAY}?by=room").content.decode())[-1]

    assert codes == [outside.code]
    assert "data-room" not in last


def test_the_columns_stay_as_they_were_chosen(desk, house, paola):
    make_room(house)
    desk.get(f"{DAY}?by=room")

    assert "data-room" in columns(desk.get(DAY).content.decode())[0][0]
    assert "data-room" in columns(desk.get("/calendar/2026-11-20/").content.decode())[0][0]
    desk.get(f"{DAY}?by=staff", headers=HTMX)
    assert "data-staff" in columns(desk.get(DAY).content.decode())[0][0]


def test_a_poll_of_one_page_does_not_turn_another_ones_columns(desk, house, paola):
    make_room(house)
    desk.get(f"{DAY}?by=room")
    desk.get(f"{DAY}?v=old&by=staff", headers=HTMX)

    assert "data-room" in columns(desk.get(DAY).content.decode())[0][0]


def test_maintenance_is_a_closed_stretch_of_its_room(desk, house):
    cabin = make_room(house)
    AvailabilityExclusion.objects.create(
        location=house,
        room=cabin,
        kind=ExclusionKind.MAINTENANCE,
        note="Cambio de camilla",
        starts_at=at(12),
        ends_at=at(14),
    )

    html = desk.get(f"{DAY}?by=room").content.decode()

    assert '<div class="off s-49 n-24">' in html
    assert "Cambio de camilla" in html


def test_the_places_of_a_room_stand_side_by_side(desk, house):
    sauna = make_room(house, places=3, shared=True)
    session = make_service(needs_staff=False, room_kind=sauna.kind)
    for _ in range(3):
        book(house, at(10), Wanted(session.pk, None, sauna.pk))

    html = desk.get(f"{DAY}?by=room").content.decode()

    assert all(f"at-{number} of-3" in html for number in (1, 2, 3))


def test_a_therapist_gets_her_own_column_whatever_she_asks_for(client, house, paola):
    make_room(house)
    paola.user = worker("therapist", house)
    paola.save()
    client.force_login(paola.user)

    html = client.get(f"{DAY}?by=room").content.decode()

    assert [f'data-staff="{paola.pk}"' in head for head, _codes in columns(html)] == [True]
    assert 'hx-get="/calendar/2026-11-19/?by=' not in html


# -- The month -------------------------------------------------------------------------------
def day_of(html, day):
    return re.search(rf'<td[^>]*><a href="/calendar/{day}/".*?</a></td>', html, re.S).group()


def test_the_open_day_asks_for_the_month_only_when_it_is_opened(desk, paola):
    html = desk.get(DAY).content.decode()

    assert f'hx-get="{MONTH}" hx-trigger="toggle from:closest [popover] once"' in html
    assert "meter" not in day_of(html, "2026-11-24")


def test_a_month_says_how_much_of_each_day_is_free(desk, house):
    paola = make_staff(house, starts=8, ends=16)
    for hour in (8, 10, 12):
        book(house, at(hour, day=TODAY + timedelta(days=1)), massage(paola))

    html = desk.get(MONTH, headers=HTMX).content.decode()

    assert "v-0" in day_of(html, "2026-11-24")
    assert re.search(r'<span class="sr">, 8 \w+', day_of(html, "2026-11-24"))
    assert "v-44" in day_of(html, "2026-11-20")
    assert re.search(r'<span class="sr">, 4 \w+', day_of(html, "2026-11-20"))
    assert "meter" not in day_of(html, "2026-11-18")


def test_a_month_marks_the_days_on_which_the_house_is_shut(desk, house, paola):
    house.opening_hours.filter(weekday=7).delete()
    AvailabilityExclusion.objects.create(
        location=house,
        kind=ExclusionKind.HOLIDAY,
        starts_at=at(0, day=TODAY + timedelta(days=1)),
        ends_at=at(0, day=TODAY + timedelta(days=2)),
    )

    html = desk.get(MONTH, headers=HTMX).content.decode()

    shut = {day for day in range(1, 31) if 'class="hol"' in day_of(html, f"2026-11-{day:02d}")}
    assert shut == {1, 8, 15, 20, 22, 29}


def test_a_month_costs_at_most_four_queries_beside_who_asks(
    client, db, django_assert_max_num_queries
):
    client.force_login(worker("receptionist", make_busy_day()))

    with django_assert_max_num_queries(4 + 4):  # session, user, her rights twice
        client.get(MONTH, headers=HTMX)


@pytest.mark.parametrize("first", ["0001-01-01", "9999-12-01"])
def test_a_month_at_the_edge_of_the_calendar_is_not_found(desk, first):
    assert desk.get(f"{DAY}month/{first}/").status_code == 404
