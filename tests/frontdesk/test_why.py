"""Why a place of the calendar is not free: true reasons in words, and what each role can do."""

import re
from datetime import timedelta

import pytest

from spa.models import AvailabilityExclusion, ExclusionKind, Room, Weekday
from spa.services import schedule
from spa.services.audit import Actor
from tests.factories import (
    NOW,
    TODAY,
    at,
    make_client,
    make_location,
    make_service,
    make_staff,
)
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db
WHY = "/calendar/2026-11-19/why/"


@pytest.fixture
def sign_in(client, visit, monkeypatch, settings):
    """Return a function by which somebody of a role comes to the desk, and reads English."""
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    def sign_in(role="receptionist", *locations):
        user = worker(role, *(locations or (visit.location,)))
        client.force_login(user)
        return user

    return sign_in


def paola(visit):
    return visit.items.get().staff


def ask(client, start, **column):
    keys = {name: one.pk for name, one in column.items()}
    return client.get(WHY, {"start": start.isoformat(), **keys})


def reasons(answer):
    return re.findall(r'data-reason="(\w+)"', answer.content.decode())


def take_away(visit, hour=13, kind=ExclusionKind.LUNCH, **fields):
    whom = fields.pop("whom", {"staff": paola(visit)})
    return schedule.block_time(
        location=visit.location,
        starts_at=at(hour),
        ends_at=fields.pop("ends_at", at(hour + 1)),
        kind=kind,
        now=NOW,
        actor=Actor(),
        **whom,
        **fields,
    ).exclusion


def test_a_taken_place_names_the_client_and_offers_to_move_her_visit(client, visit, sign_in):
    sign_in()

    answer = ask(client, at(10, 30), staff=paola(visit))

    page = answer.content.decode()
    assert reasons(answer) == ["busy"]
    assert "is with Mariana Echeverri from 10:00 to 11:00" in page
    assert f"/appointments/{visit.code}/move/" in page


def test_the_time_after_a_visit_is_its_buffer(client, visit, sign_in):
    sign_in()

    page = ask(client, at(11), staff=paola(visit)).content.decode()

    assert "tidies up until 11:10" in page


def test_the_next_free_time_is_offered_and_leads_to_the_booking(client, visit, sign_in):
    sign_in()

    page = ask(client, at(10, 30), staff=paola(visit)).content.decode()

    assert re.search(r'appointments/new/\?[^"]*start=2026-11-19T11%3A15', page)
    assert "11:15" in page


def test_a_free_place_says_so(client, visit, sign_in):
    sign_in()

    answer = ask(client, at(15), staff=paola(visit))

    assert reasons(answer) == []
    assert "Nothing stands in the way" in answer.content.decode()


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (at(6, 30), "lead_time"),
        (at(21), "closed"),
        (at(9, day=TODAY + timedelta(days=200)), "too_far"),
    ],
)
def test_the_clock_and_the_house_give_their_reasons(client, visit, sign_in, start, code):
    sign_in()
    day = start.date().isoformat()

    answer = client.get(
        f"/calendar/{day}/why/", {"start": start.isoformat(), "staff": paola(visit).pk}
    )

    assert code in reasons(answer)


def test_who_does_not_work_then_has_a_schedule_for_the_manager(client, visit, sign_in):
    berta = make_staff(visit.location, starts=12)
    make_service()
    sign_in("manager")

    answer = ask(client, at(9), staff=berta)

    page = answer.content.decode()
    assert reasons(answer) == ["not_working"]
    assert "begins at 12:00" in page or "does not work then" in page
    assert f"/schedule/staff/{berta.pk}/" in page


def test_the_desk_is_not_led_to_a_schedule(client, visit, sign_in):
    berta = make_staff(visit.location, starts=12)
    make_service()
    sign_in()

    page = ask(client, at(9), staff=berta).content.decode()

    assert "/schedule/" not in page


def test_an_exclusion_has_its_word_and_can_be_given_back_by_the_desk(client, visit, sign_in):
    lunch = take_away(visit)
    sign_in()

    answer = ask(client, at(13, 15), staff=paola(visit))

    page = answer.content.decode()
    assert reasons(answer) == ["excluded"]
    assert "is at lunch from 13:00 to 14:00" in page
    assert f"/calendar/exclusions/{lunch.pk}/unblock/" in page


def test_a_visit_inside_an_exclusion_is_told_beside_it(client, visit, sign_in):
    take_away(visit, 10, ExclusionKind.ABSENCE)
    sign_in()

    assert reasons(ask(client, at(10), staff=paola(visit))) == ["excluded", "busy"]


def test_a_lack_of_rooms_is_told_where_nothing_else_is(client, visit, sign_in):
    room = visit.items.get().room
    take_away(visit, 15, ExclusionKind.MAINTENANCE, whom={"room": room})
    sign_in()

    answer = ask(client, at(15), staff=paola(visit))

    assert reasons(answer) == ["no_room"]
    assert "maintenance" in answer.content.decode()


def test_a_room_tells_who_is_in_it_and_what_closes_it(client, visit, sign_in):
    room = Room.objects.get(pk=visit.items.get().room_id)
    take_away(visit, 15, ExclusionKind.MAINTENANCE, whom={"room": room})
    sign_in()

    taken, closed = ask(client, at(10), room=room), ask(client, at(15), room=room)

    assert "is taken by Mariana Echeverri" in taken.content.decode()
    assert reasons(closed) == ["no_room"]
    assert "/unblock/" in closed.content.decode()


def test_a_visit_at_a_house_that_is_not_hers_has_no_name(client, visit, sign_in):
    elsewhere = make_location()
    staff = paola(visit)
    type(visit).objects.filter(pk=visit.pk).update(location=elsewhere)
    sign_in("receptionist", visit.location)

    page = ask(client, at(10), staff=staff).content.decode()

    assert "another house" in page
    assert "Mariana" not in page
    assert visit.code not in page


def test_a_therapist_asks_about_herself_alone(client, visit, sign_in):
    user = sign_in("therapist")
    mine = paola(visit)
    mine.user = user
    mine.save()
    other = make_staff(visit.location)

    answer = ask(client, at(10), staff=mine)

    assert "Mariana E." in answer.content.decode()
    assert "/move/" not in answer.content.decode()
    assert ask(client, at(10), staff=other).status_code == 404
    assert ask(client, at(10), room=visit.items.get().room).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"start": "yesterday"},
        {"start": at(10).isoformat()},
        {"start": at(10, day=TODAY + timedelta(days=9)).isoformat(), "staff": "{staff}"},
        {"start": at(10).isoformat(), "staff": "0"},
        {"start": at(10).isoformat(), "staff": "x"},
        {"start": at(10).isoformat(), "staff": "999999"},
        {"start": at(10).isoformat(), "room": "999999"},
        {"start": at(10).isoformat(), "staff": "{staff}", "room": "{room}"},
    ],
)
def test_what_is_no_place_is_not_found(client, visit, sign_in, query):
    sign_in()
    item = visit.items.get()
    asked = {k: v.format(staff=item.staff_id, room=item.room_id) for k, v in query.items()}

    assert client.get(WHY, asked).status_code == 404


def test_the_answer_costs_the_same_however_full_the_day(
    client, visit, sign_in, django_assert_max_num_queries
):
    take_away(visit)
    for _ in range(3):
        make_client()
        make_staff(visit.location)
    sign_in()
    ask(client, at(10), staff=paola(visit))

    for hour in (10, 13, 15):
        with django_assert_max_num_queries(14):
            ask(client, at(hour), staff=paola(visit))


# -- Giving time back -------------------------------------------------------------------------
def unblock(client, exclusion):
    return client.post(f"/calendar/exclusions/{exclusion.pk}/unblock/", HTTP_HX_REQUEST="true")


def test_the_desk_gives_back_what_a_day_brought(client, visit, sign_in):
    lunch = take_away(visit)
    sign_in()

    answer = unblock(client, lunch)

    assert answer["HX-Trigger"] == "visit-changed"
    assert not AvailabilityExclusion.objects.exists()


def test_without_script_the_day_is_shown_again(client, visit, sign_in):
    lunch = take_away(visit)
    sign_in()

    answer = client.post(f"/calendar/exclusions/{lunch.pk}/unblock/")

    assert answer["Location"] == "/calendar/2026-11-19/"


@pytest.mark.parametrize(
    ("role", "fields", "status"),
    [
        ("receptionist", {"kind": ExclusionKind.HOLIDAY}, 403),
        (
            "receptionist",
            {"kind": ExclusionKind.TRAINING, "ends_at": at(12) + 3 * timedelta(1)},
            403,
        ),
        (
            "receptionist",
            {"kind": ExclusionKind.ABSENCE, "ends_at": at(12) + 3 * timedelta(1)},
            200,
        ),
        ("manager", {"kind": ExclusionKind.HOLIDAY}, 200),
        ("therapist", {}, 403),
    ],
)
def test_holidays_and_long_plans_are_the_managers(client, visit, sign_in, role, fields, status):
    taken = take_away(visit, **fields)
    sign_in(role)

    assert unblock(client, taken).status_code == status
    assert AvailabilityExclusion.objects.exists() == (status == 403)


def test_what_is_weekly_or_of_another_house_is_not_given_back_here(client, visit, sign_in):
    weekly = AvailabilityExclusion.objects.create(
        location=visit.location,
        staff=paola(visit),
        kind=ExclusionKind.LUNCH,
        weekday=Weekday.THURSDAY,
        from_minute=780,
        to_minute=840,
        valid_from=TODAY,
    )
    elsewhere = take_away(visit)
    AvailabilityExclusion.objects.filter(pk=elsewhere.pk).update(location=make_location())
    sign_in("manager")

    assert unblock(client, weekly).status_code == 403
    assert unblock(client, elsewhere).status_code == 404
