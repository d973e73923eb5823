"""The screen on which a therapist is taken out: what it shows, accepts, refuses, and lists."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from spa.models import AbsenceCall, AvailabilityExclusion, StaffMember
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
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db
OUT = "/calendar/2026-11-19/out/"


@pytest.fixture
def desk(client, visit, monkeypatch, settings):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", visit.location))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    visit.items.update(staff_requested=False)
    return client


@pytest.fixture
def camilo(visit):
    """Somebody who is free for what Paola does, in a room of his own."""
    make_room(visit.location, kind=visit.items.get().room.kind)
    return make_staff(visit.location)


def typed(visit, **fields):
    return {
        "staff": visit.items.get().staff_id,
        "length": "rest",
        "first_day": "2026-11-19",
        "from_time": "9:00",
        "to_time": "12:00",
        "last_day": "2026-11-20",
        "kind": "absence",
        "note": "",
        "request_id": str(uuid4()),
        "do": "try",
        **fields,
    }


def answers(page):
    """Return what a browser sends of the visits as the page has them: those that are checked."""
    html = page.content.decode()
    sent = dict(re.findall(r'name="(visit-[^"]+)" value="([^"]+)" checked', html))
    return sent | {"confirmed": re.search(r'name="confirmed" value="(\w*)"', html)[1]}


def saving(desk, visit, **fields):
    """Send the form with what it proposes by itself."""
    looked = desk.post(OUT, typed(visit, **fields))
    return desk.post(OUT, typed(visit, **answers(looked), **fields) | {"do": "save"})


def test_looking_shows_each_visit_with_what_can_be_offered_and_writes_nothing(desk, visit, camilo):
    answer = desk.post(OUT, typed(visit))

    page = answer.content.decode()
    assert f'data-appointment="{visit.code}"' in page
    assert f"With {camilo.first_name} at the same time, 10:00" in page
    assert "less therapist time" in page
    assert not AvailabilityExclusion.objects.exists()


def test_saving_takes_her_out_and_moves_what_was_accepted(desk, visit, camilo):
    answer = saving(desk, visit)

    exclusion = AvailabilityExclusion.objects.get()
    assert (exclusion.starts_at, exclusion.ends_at) == (at(9), at(0, day=TODAY + timedelta(1)))
    assert answer["Location"] == f"/calendar/out/{exclusion.pk}/?location={visit.location_id}"
    assert visit.items.get().staff == camilo
    assert "1 visit was moved" in desk.get(answer["Location"]).content.decode()


def test_who_asked_for_her_is_left_to_be_called_until_somebody_chooses(desk, visit, camilo):
    visit.items.update(staff_requested=True)

    answer = saving(desk, visit)

    page = desk.get(answer["Location"]).content.decode()
    assert visit.items.get().staff != camilo
    assert "1 client to call" in page
    assert "tel:" in page
    assert f"at 10:00 with {camilo.first_name}" in page


def test_saving_without_having_looked_shows_the_visits_first(desk, visit, camilo):
    answer = desk.post(OUT, typed(visit, do="save"))

    assert answer.status_code == 409
    assert f'data-appointment="{visit.code}"' in answer.content.decode()
    assert not AvailabilityExclusion.objects.exists()


def test_a_visit_that_was_changed_meanwhile_is_named_and_stays(desk, visit, camilo):
    looked = desk.post(OUT, typed(visit))
    type(visit).objects.filter(pk=visit.pk).update(version=7)

    answer = desk.post(OUT, typed(visit, **answers(looked)) | {"do": "save"})

    page = desk.get(answer["Location"]).content.decode()
    assert "Mariana Echeverri was not moved" in page
    assert f'data-appointment="{visit.code}"' in page
    assert AvailabilityExclusion.objects.exists()


def test_a_colleague_who_was_taken_meanwhile_is_no_reason_to_stop(desk, visit, camilo):
    looked = desk.post(OUT, typed(visit))
    booking.book_at(
        location=visit.location,
        client=make_client(),
        wanted=[Wanted(visit.items.get().service_id, camilo.pk)],
        starts_at=at(10),
        now=NOW,
        actor=Actor(),
    )

    answer = desk.post(OUT, typed(visit, **answers(looked)) | {"do": "save"})

    assert "was not moved" in desk.get(answer["Location"]).content.decode()
    assert AvailabilityExclusion.objects.exists()


def test_who_is_out_already_is_led_to_her_list(desk, visit):
    saving(desk, visit)
    first = AvailabilityExclusion.objects.get()

    answer = desk.post(OUT, typed(visit, length="hours"))

    assert answer.status_code == 422
    assert f"/calendar/out/{first.pk}/" in answer.content.decode()


@pytest.mark.parametrize(
    ("length", "span"),
    [
        ("rest", (at(9), at(0, day=TODAY + timedelta(1)))),
        ("whole", (at(0), at(0, day=TODAY + timedelta(1)))),
        ("hours", (at(9), at(12))),
        ("days", (at(0), at(0, day=TODAY + timedelta(2)))),
    ],
)
def test_each_length_means_its_own_span(desk, visit, length, span):
    saving(desk, visit, length=length)

    exclusion = AvailabilityExclusion.objects.get()
    assert (exclusion.starts_at, exclusion.ends_at) == span


@pytest.mark.parametrize(
    "fields",
    [
        {"staff": "999999"},
        {"from_time": ""},
        {"from_time": "25:00"},
        {"first_day": "yesterday"},
        {"first_day": "2026-11-18", "length": "whole"},
        {"length": "hours", "to_time": "8:00"},
        {"length": "days", "last_day": "2026-11-01"},
        {"length": "days", "last_day": "2029-11-01"},
        {"length": "for ever"},
        {"kind": "lunch"},
        {"note": "n" * 100},
        {"request_id": ""},
    ],
)
@pytest.mark.parametrize("do", ["try", "save"])
def test_a_wrong_entry_gives_the_form_back(desk, visit, fields, do):
    answer = desk.post(OUT, typed(visit, do=do, **fields))

    assert answer.status_code == 422
    assert "<form" in answer.content.decode()
    assert not AvailabilityExclusion.objects.exists()


@pytest.mark.parametrize(
    "answer",
    ["", "x", "1~x~1", "1~2026-11-19T10:00~1", "1~9999-12-31T23:59+00:00~1", "1~{start}~1-2",
     "1~{start}~x", "x~{start}~1", "1~{start}~99999999999999999999"],
)  # fmt: skip
def test_an_answer_that_was_not_offered_is_refused(desk, visit, answer):
    looked = answers(desk.post(OUT, typed(visit)))
    sent = looked | {f"visit-{visit.code}": answer.format(start=at(10).isoformat())}

    page = desk.post(OUT, typed(visit, **sent) | {"do": "save"})

    assert page.status_code == 422
    assert not AvailabilityExclusion.objects.exists()


def test_the_form_proposes_the_rest_of_today_and_who_was_named(desk, visit):
    page = desk.get(OUT, {"staff": visit.items.get().staff_id}).content.decode()

    assert f'<option value="{visit.items.get().staff_id}" selected>' in page
    assert re.search(r'value="rest"[^>]*checked', page)
    assert 'value="7:00"' in page


def test_who_left_meanwhile_cannot_be_chosen(desk, visit):
    StaffMember.objects.filter(pk=visit.items.get().staff_id).update(is_active=False)

    assert desk.post(OUT, typed(visit)).status_code == 422


def test_a_client_who_was_called_is_marked_and_unmarked(desk, visit):
    saving(desk, visit)
    exclusion = AvailabilityExclusion.objects.get()
    path = f"/calendar/out/{exclusion.pk}/"

    desk.post(f"{path}called/{visit.code}/", {"called": "1"})
    page = desk.get(path).content.decode()
    assert "data-called" in page
    assert "nobody is left to call" in page

    desk.post(f"{path}called/{visit.code}/", {"called": "0"})
    assert not AbsenceCall.objects.exists()


def test_the_list_of_another_house_does_not_exist(desk, visit):
    saving(desk, visit)
    AvailabilityExclusion.objects.update(location=make_location())
    exclusion = AvailabilityExclusion.objects.get()

    assert desk.get(f"/calendar/out/{exclusion.pk}/").status_code == 404
    assert desk.post(f"/calendar/out/{exclusion.pk}/called/{visit.code}/").status_code == 404


def test_a_visit_outside_the_rules_is_marked_on_the_calendar(desk, visit):
    assert "Outside the hours" not in desk.get("/calendar/2026-11-19/").content.decode()

    saving(desk, visit)

    assert "Outside the hours" in desk.get("/calendar/2026-11-19/").content.decode()


@pytest.fixture
def many(visit, monkeypatch):
    """Four visits of Paola on one day, of which two are looked at at once."""
    monkeypatch.setattr("frontdesk.calls.AT_ONCE", 2)
    monkeypatch.setattr("frontdesk.views.out.AT_ONCE", 2)
    item = visit.items.get()
    later = [
        booking.book_at(
            location=visit.location,
            client=make_client(),
            wanted=[Wanted(item.service_id, item.staff_id)],
            starts_at=at(hour),
            now=NOW,
            actor=Actor(),
        )
        for hour in (12, 14, 16)
    ]
    return [visit, *later]


def shown(page):
    return re.findall(r'data-appointment="([^"]+)"', page.content.decode())


def test_visits_beyond_those_that_are_looked_at_at_once_are_named_and_stay(desk, visit, many):
    looked = desk.post(OUT, typed(visit))

    assert shown(looked) == [one.code for one in many]
    assert set(re.findall(r'name="visit-([^"]+)"', looked.content.decode())) == {
        one.code for one in many[:2]
    }
    assert "2 visits after these" in looked.content.decode()
    assert "at other houses" not in looked.content.decode()


def test_the_list_of_whom_to_call_has_every_visit_on_one_of_its_pages(desk, visit, many):
    path = saving(desk, visit)["Location"]

    first, second = desk.get(path), desk.get(f"{path}&page=2")

    assert shown(first) + shown(second) == [one.code for one in many]
    for page in (first, second):
        assert "4 clients to call" in page.content.decode()
    assert "1–2 of 4" in first.content.decode()
    assert 'rel="next"' not in second.content.decode()


def test_who_is_called_on_a_later_page_is_counted_and_leads_back_to_it(desk, visit, many):
    path = saving(desk, visit)["Location"].partition("?")[0]

    answer = desk.post(f"{path}called/{many[3].code}/?page=2", {"called": "1"})

    assert answer["Location"] == f"{path}?page=2"
    assert "3 clients to call" in desk.get(path).content.decode()


@pytest.mark.parametrize("page", ["0", "9", "x", "²", "-1"])
def test_a_page_that_is_none_shows_one_that_is(desk, visit, many, page):
    path = saving(desk, visit)["Location"]

    assert len(shown(desk.get(f"{path}&page={page}"))) == 2
    assert (
        desk.post(
            f"{path.partition('?')[0]}called/{visit.code}/?page={page}",
            {"called": "1"},
            follow=True,
        ).status_code
        == 200
    )


def test_visits_at_a_house_that_is_not_hers_are_counted_on_both_screens(desk, visit):
    other = make_location()
    paola = visit.items.get().staff
    paola.availability.filter(weekday=TODAY.isoweekday()).update(to_minute=14 * 60)
    afternoon = {"from_minute": 15 * 60, "to_minute": 20 * 60, "valid_from": TODAY}
    paola.availability.create(location=other, weekday=TODAY.isoweekday(), **afternoon)
    elsewhere = booking.book_at(
        location=other,
        client=make_client(),
        wanted=[Wanted(make_service().pk, paola.pk)],
        starts_at=at(16),
        now=NOW,
        actor=Actor(),
    )

    looked = desk.post(OUT, typed(visit))
    listed = desk.get(saving(desk, visit)["Location"])

    for page in (looked, listed):
        assert elsewhere.code not in page.content.decode()
        assert "1 more visit is at another house" in page.content.decode()


def test_the_list_costs_four_queries_more_for_each_visit(
    desk, visit, django_assert_max_num_queries
):
    saving(desk, visit)
    path = f"/calendar/out/{AvailabilityExclusion.objects.get().pk}/"
    desk.get(path)

    with django_assert_max_num_queries(14):
        desk.get(path)
