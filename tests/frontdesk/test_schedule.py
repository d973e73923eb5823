"""Planning the week on screen: read, typed, tried, confirmed, saved; all of it without script."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spa.models import OpeningHours, StaffAvailability
from spa.services import schedule
from spa.services.audit import Actor
from tests.factories import NOW, TODAY, make_location, make_room, make_staff
from tests.frontdesk.planning import confirming, inputs, typed

pytestmark = pytest.mark.django_db
OPENING = "/schedule/opening/"


@pytest.fixture
def paola(visit):
    return visit.items.get().staff


@pytest.fixture
def week_page(paola):
    return f"/schedule/staff/{paola.pk}/"


def week(staff, location, day=TODAY):
    return [str(one) for one in schedule.week_of(staff, location, day)]


# -- Reading -----------------------------------------------------------------------------------
def test_the_list_shows_everybodys_week_and_every_room(manager, visit, paola):
    page = manager.get("/schedule/").content.decode()

    assert paola.name in page
    assert page.count("8:00–20:00") == 14  # hers, and the location's
    assert visit.items.get().room.name in page
    assert 'href="/schedule/" aria-current="page"' in page


def test_the_list_runs_as_many_queries_however_many_there_are(
    manager, visit, django_assert_max_num_queries
):
    for _ in range(5):
        make_staff(visit.location)
        make_room(visit.location)

    with django_assert_max_num_queries(13):
        manager.get("/schedule/")


def test_a_week_runs_as_many_queries_however_busy_it_is(
    manager, visit, week_page, django_assert_num_queries
):
    manager.get(week_page)
    with CaptureQueriesContext(connection) as lonely:
        manager.get(week_page)
    for _ in range(5):
        make_staff(visit.location)
    schedule.exclude_weekly(
        location=visit.location,
        staff=visit.items.get().staff,
        weekdays=range(1, 8),
        from_minute=780,
        to_minute=840,
        valid_from=TODAY,
        kind="lunch",
        now=NOW,
        actor=Actor(),
    )

    with django_assert_num_queries(len(lonely)):
        manager.get(week_page)


def test_people_and_rooms_of_other_locations_do_not_exist(manager):
    elsewhere = make_location()
    staff, room = make_staff(elsewhere), make_room(elsewhere)

    for path in (
        f"/schedule/staff/{staff.pk}/",
        f"/schedule/staff/{staff.pk}/exclusions/new/",
        f"/schedule/rooms/{room.pk}/",
        f"/schedule/rooms/{room.pk}/exclusions/new/",
        f"/schedule/?location={elsewhere.pk}",
        "/schedule/staff/99999999999999999999/",
        "/schedule/holidays/2024/",
        "/schedule/holidays/99999999999999999999/",
    ):
        assert manager.get(path).status_code == 404, path


# -- A week ------------------------------------------------------------------------------------
def test_a_week_is_tried_without_being_saved(manager, visit, paola, week_page):
    values = typed(week_page, manager, spans=[(12, 20)], do="try")

    answer = manager.post(week_page, values)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert visit.code in page
    assert visit.client.name in page
    assert "112 h less therapist time" in page
    assert week(paola, visit.location)[0].endswith("8:00–20:00")


def test_visits_left_outside_must_be_confirmed_before_it_is_saved(manager, visit, paola, week_page):
    values = typed(week_page, manager, spans=[(12, 20)])

    asked = manager.post(week_page, values)
    done = manager.post(week_page, values | confirming(asked), follow=True)

    assert asked.status_code == 422
    assert 'role="alert"' in asked.content.decode()
    assert "1 visit is outside now" in done.content.decode()
    assert week(paola, visit.location)[0].endswith("12:00–20:00")


def test_another_confirmation_than_of_the_visits_shown_is_none(manager, visit, paola, week_page):
    values = typed(week_page, manager, spans=[(12, 20)])

    for other in ("on", "x" * 10_000):
        assert manager.post(week_page, values | {"confirmed": other}).status_code == 422
    assert week(paola, visit.location)[0].endswith("8:00–20:00")


def test_a_week_that_leaves_nobody_outside_is_saved_at_once(manager, visit, paola, week_page):
    values = typed(week_page, manager, spans=[(8, 13), (14, 24)])

    answer = manager.post(week_page, values)

    assert answer["Location"] == f"/schedule/?location={visit.location_id}"
    assert [one.split()[1] for one in week(paola, visit.location)[:2]] == [
        "8:00–13:00",
        "14:00–24:00",
    ]


def test_the_same_form_twice_saves_once(manager, paola, week_page):
    values = typed(week_page, manager, spans=[(9, 20)])

    manager.post(week_page, values)
    rows = list(StaffAvailability.objects.order_by("pk").values())

    assert manager.post(week_page, values).status_code == 302
    assert list(StaffAvailability.objects.order_by("pk").values()) == rows


def test_a_stale_form_shows_what_is_stored_and_can_be_saved_again(manager, visit, paola, week_page):
    mine, hers = (typed(week_page, manager, spans=[(start, 20)]) for start in (9, 10))
    manager.post(week_page, hers)

    stale = manager.post(week_page, mine)

    page = stale.content.decode()
    assert stale.status_code == 409
    assert "10:00–20:00" in page
    assert 'value="9:00"' in page
    fresh = re.search(r'name="version" value="(\w+)"', page)[1]
    manager.post(week_page, mine | {"version": fresh, "request_id": str(uuid4())})
    assert week(paola, visit.location)[0].endswith("9:00–20:00")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"from-2": ["25:00"], "to-2": ["26:00"]}, "Write both times"),
        ({"from-2": ["9:00"], "to-2": [""]}, "Write both times"),
        ({"from-2": ["9" * 10_000], "to-2": ["10"]}, "Write both times"),
        ({"from-2": ["20:00"], "to-2": ["4:00"]}, "by 24:00"),
        ({"from-2": ["8:00", "10:00"], "to-2": ["12:00", "14:00"]}, "SRV-002"),
        ({"from-2": [f"{hour}:00" for hour in range(9)] * 9, "to-2": ["9:30"] * 99}, "at most"),
        ({"valid_from": "2026-11-18"}, "That day is over"),
        ({"valid_from": "9999-12-31"}, "no such day"),
        ({"valid_from": "tomorrow"}, "Write a date"),
        ({"version": "x" * 10_000}, "Nothing was saved yet"),
        ({"request_id": "again"}, "Send it once more"),
    ],
)
def test_a_wrong_week_comes_back_as_it_was_typed(manager, paola, week_page, fields, said):
    before = list(StaffAvailability.objects.values())

    answer = manager.post(week_page, typed(week_page, manager) | fields)

    page = answer.content.decode()
    assert answer.status_code in (422, 409)
    assert said in page
    assert 'value="8:00"' in page
    assert len(page) < 60_000
    assert list(StaffAvailability.objects.values()) == before


def test_work_elsewhere_is_named_when_hours_overlap_with_it(manager, paola, week_page):
    elsewhere = make_location()
    values = typed(week_page, manager, days=[1])
    manager.post(week_page, values | confirming(manager.post(week_page, values)))
    StaffAvailability.objects.create(
        staff=paola, location=elsewhere, weekday=2, from_minute=600, to_minute=720, valid_from=TODAY
    )

    answer = manager.post(week_page, typed(week_page, manager, days=[1, 2]))

    assert answer.status_code == 422
    assert elsewhere.name in answer.content.decode()
    assert 'id="error-2"' in answer.content.decode()


# -- The buttons beside the rows, without script -----------------------------------------------
@pytest.mark.parametrize(
    ("do", "fields", "rows"),
    [
        ("add-1", {}, {1: ["8:00", ""], 2: ["8:00"]}),
        ("remove-1-0", {}, {1: [""], 2: ["8:00"]}),
        ("copy", {"copy_from": "1", "copy_to": ["2", "9"], "from-1": ["7:00"]}, {2: ["7:00"]}),
        ("add-9", {}, {1: ["8:00"]}),
        ("remove-1", {}, {1: ["8:00"]}),
        ("dance", {}, {1: ["8:00"]}),
        ("copy", {"copy_from": "x" * 10_000}, {1: ["8:00"]}),
        ("colleague", {"colleague": "nobody"}, {1: ["8:00"]}),
    ],
)
def test_a_button_changes_the_rows_and_saves_nothing(manager, paola, week_page, do, fields, rows):
    before = list(StaffAvailability.objects.values())

    answer = manager.post(week_page, typed(week_page, manager, do=do) | fields)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert {day: inputs(page, f"from-{day}") for day in rows} == rows
    assert list(StaffAvailability.objects.values()) == before


def test_the_week_of_a_colleague_is_copied_into_the_form(manager, visit, week_page):
    berta, stranger = make_staff(visit.location, starts=11), make_staff(make_location())
    values = typed(week_page, manager, do="colleague")

    page = manager.post(week_page, values | {"colleague": berta.pk}).content.decode()

    assert inputs(page, "from-3") == ["11:00"]
    assert manager.post(week_page, values | {"colleague": stranger.pk}).status_code == 404


def test_with_script_the_form_alone_comes_back_and_saving_leads_to_the_list(manager, week_page):
    values = typed(week_page, manager, do="add-1")
    htmx = {"HX-Request": "true"}

    part = manager.post(week_page, values, headers=htmx).content.decode()
    saved = manager.post(week_page, values | {"do": "save"}, headers=htmx)

    assert part.lstrip().startswith("<form")
    assert saved.status_code == 204
    assert saved["HX-Redirect"].startswith("/schedule/")


# -- Opening hours -----------------------------------------------------------------------------
def test_opening_hours_are_changed_for_the_location_that_the_form_showed(manager, visit):
    other = make_location()
    values = typed(OPENING, manager, spans=[(9, 19)])

    manager.post(f"{OPENING}?location={visit.location_id}", values)

    hours = OpeningHours.objects.filter(from_minute=540, to_minute=1140)
    assert hours.filter(location=visit.location).count() == 7
    assert not hours.filter(location=other).exists()
    assert manager.post(f"{OPENING}?location={other.pk}", values).status_code == 404
