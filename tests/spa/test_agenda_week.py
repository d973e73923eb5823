"""A therapist's week, the rooms' day, and how full the days of a month are."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from spa import localtime
from spa.models import AvailabilityExclusion, ExclusionKind
from spa.services import agenda, booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import (
    BOGOTA,
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

MONDAY = date(2026, 11, 16)


@pytest.fixture
def house(db):
    return make_location()


@pytest.fixture
def desk(house):
    return worker("receptionist", house)


def week(house, staff, user, *, day=TODAY, now=NOW):
    return agenda.load_week(location=house, staff=staff, day=day, user=user, now=now)


def month(house, user, *, now=NOW, first=date(2026, 11, 1), last=date(2026, 11, 30)):
    return agenda.load_month(location=house, first_day=first, last_day=last, user=user, now=now)


def rooms_of(house, user, *, now=NOW):
    return agenda.load(location=house, day=TODAY, user=user, now=now, by="room")


def book(house, starts_at, *wanted, now=NOW):
    return booking.book(
        location=house,
        client=make_client(),
        wanted=list(wanted),
        starts_at=starts_at,
        now=now,
        actor=Actor(),
    )


def massage(staff, *, room=None):
    service = make_service(room_kind=room.kind if room else None)
    return Wanted(service.pk, staff.pk, room.pk if room else None)


def holiday(house, day, note):
    return AvailabilityExclusion.objects.create(
        location=house,
        kind=ExclusionKind.HOLIDAY,
        note=note,
        starts_at=at(0, day=day),
        ends_at=at(0, day=day) + timedelta(days=1),
    )


def spans(stretches):
    return [(clock(start), clock(end)) for start, end in stretches]


def clock(minute):
    return localtime.moment(minute).astimezone(BOGOTA).strftime("%H:%M")


def test_a_week_goes_from_monday_to_sunday_whichever_of_its_days_is_asked_for(house, desk):
    paola = make_staff(house)

    for day in (MONDAY, TODAY, MONDAY + timedelta(days=6)):
        shown = week(house, paola, desk, day=day)
        assert [one.day for one in shown.days] == [MONDAY + timedelta(days=n) for n in range(7)]


def test_a_week_shows_her_visits_and_nobody_elses(house, desk):
    paola, camilo = make_staff(house), make_staff(house)
    mine = book(house, at(10), massage(paola))
    tomorrow = book(house, at(9, day=TODAY + timedelta(days=1)), massage(paola))
    book(house, at(10), massage(camilo))

    shown = week(house, paola, desk)

    found = {day.day: [item.appointment for item in day.columns[0].items] for day in shown.days}
    assert found[TODAY] == [mine]
    assert found[TODAY + timedelta(days=1)] == [tomorrow]
    assert sum(map(len, found.values())) == 2


def test_her_part_of_a_visit_knows_how_many_parts_there_are(house, desk):
    paola, camilo = make_staff(house), make_staff(house)
    book(house, at(10), massage(camilo), massage(paola))

    (item,) = week(house, paola, desk).days[3].columns[0].items

    assert (item.position + 1, item.parts) == (2, 2)


def test_every_day_of_a_week_has_the_hours_of_the_longest(house, desk):
    paola = make_staff(house)
    house.opening_hours.filter(weekday=6).update(from_minute=9 * 60 + 30, to_minute=21 * 60)

    shown = week(house, paola, desk)

    assert shown.hours == (8, 21)
    assert {spans([(day.start, day.end)])[0] for day in shown.days} == {("08:00", "21:00")}


def test_a_week_says_which_day_is_closed_and_why(house, desk):
    paola = make_staff(house)
    holiday(house, MONDAY, "Independencia de Cartagena")

    monday, tuesday, *_rest = week(house, paola, desk).days

    assert (monday.is_closed, monday.closure) == (True, "Independencia de Cartagena")
    assert (tuesday.is_closed, tuesday.closure) == (False, "")
    assert monday.columns[0].working_minutes == 0


def test_a_weeks_utilisation_is_that_of_its_days_together(house, desk):
    paola = make_staff(house, starts=8, ends=18)
    for day in range(2):
        for hour in (9, 11, 13, 15):
            book(house, at(hour, day=TODAY + timedelta(days=day)), massage(paola))

    shown = week(house, paola, desk)

    assert shown.days[3].columns[0].utilisation == 40
    assert shown.utilisation == round(8 * 100 / 70)


def test_a_week_costs_three_queries_however_full(house, desk, django_assert_num_queries):
    paola = make_staff(house)
    desk.has_perm("spa.view_calendar")

    with django_assert_num_queries(3):
        week(house, paola, desk)
    for hour in (9, 11, 13):
        book(house, at(hour), massage(paola))
    with django_assert_num_queries(3):
        week(house, paola, desk)


# In Chile the clock went from Saturday's midnight to one o'clock on 6 September 2026, a Sunday.
SANTIAGO = ZoneInfo("America/Santiago")
JUMP = date(2026, 9, 6)


def in_santiago(hour, *, day=JUMP):
    return datetime(day.year, day.month, day.day, hour, tzinfo=SANTIAGO)


@pytest.fixture
def chile(db):
    location = make_location()
    location.zone = "America/Santiago"
    location.save()
    return location


def test_the_same_hour_stands_in_the_same_row_on_both_sides_of_a_change_of_clock(chile):
    user, paola = worker("receptionist", chile), make_staff(chile)
    for day in (JUMP - timedelta(days=1), JUMP):
        book(chile, in_santiago(10, day=day), massage(paola), now=in_santiago(8, day=day))

    shown = week(chile, paola, user, day=JUMP, now=in_santiago(8))

    saturday, sunday = shown.days[5:]
    rows = [day.offset(agenda.span_of(day.columns[0].items[0])[0]) for day in (saturday, sunday)]
    assert rows == [120, 120]
    assert sunday.start - saturday.start == 23 * 60


def test_a_house_that_never_closes_is_drawn_by_the_clock_on_the_wall(chile):
    chile.opening_hours.update(from_minute=0, to_minute=1440)
    user, paola = worker("receptionist", chile), make_staff(chile, starts=0, ends=24)
    book(chile, in_santiago(10), massage(paola), now=in_santiago(8))

    shown = week(chile, paola, user, day=JUMP, now=in_santiago(8))

    sunday = shown.days[6]
    assert shown.hours == (0, 24)
    assert (sunday.end - sunday.start) == 23 * 60
    assert sunday.offset(agenda.span_of(sunday.columns[0].items[0])[0]) == 10 * 60
    assert sunday.offset(sunday.end) == 24 * 60


def test_a_day_by_room_shows_each_room_and_what_lacks_one(house, desk):
    paola, camilo = make_staff(house), make_staff(house)
    cabin, empty = make_room(house), make_room(house)
    inside = book(house, at(10), massage(paola, room=cabin))
    outside = book(house, at(10), massage(camilo))

    day = rooms_of(house, desk)

    assert day.by == "room"
    assert [(c.room, [i.appointment for i in c.items]) for c in day.columns] == [
        (cabin, [inside]),
        (empty, []),
        (None, [outside]),
    ]


def test_a_rooms_maintenance_closes_its_column_and_no_other(house, desk):
    cabin, other = make_room(house), make_room(house)
    AvailabilityExclusion.objects.create(
        location=house,
        room=cabin,
        kind=ExclusionKind.MAINTENANCE,
        starts_at=at(12),
        ends_at=at(14),
    )

    closed, open_ = rooms_of(house, desk).columns

    assert [(o.kind, *spans([(o.start, o.end)])[0]) for o in closed.off] == [
        ("maintenance", "12:00", "14:00")
    ]
    assert spans(closed.free) == [("08:00", "12:00"), ("14:00", "20:00")]
    assert (open_.room, open_.off) == (other, ())


def test_a_shared_room_is_free_while_a_place_is(house, desk):
    sauna = make_room(house, places=2, shared=True)
    session = make_service(needs_staff=False, room_kind=sauna.kind)
    book(house, at(10), Wanted(session.pk, None, sauna.pk))
    one = rooms_of(house, desk).columns[0]
    book(house, at(10), Wanted(session.pk, None, sauna.pk))

    both = rooms_of(house, desk).columns[0]

    assert spans(one.free) == [("08:00", "20:00")]
    assert spans(both.free)[0] == ("08:00", "10:00")
    assert (one.booked_minutes, both.booked_minutes) == (60, 120)
    assert both.working_minutes == 2 * 12 * 60


def test_by_room_is_not_for_a_therapist(house):
    paola = make_staff(house)
    paola.user = worker("therapist", house)
    paola.save()
    make_room(house)

    day = rooms_of(house, paola.user)

    assert (day.by, [column.staff for column in day.columns]) == ("staff", [paola])


def test_a_day_costs_four_queries_by_therapist_and_three_by_room(
    house, desk, django_assert_num_queries
):
    paola, cabin = make_staff(house), make_room(house)
    desk.has_perm("spa.view_calendar")
    for hour in (9, 11, 13):
        book(house, at(hour), massage(paola, room=cabin))

    with django_assert_num_queries(4):
        agenda.load(location=house, day=TODAY, user=desk, now=NOW)
    with django_assert_num_queries(3):
        rooms_of(house, desk)


def test_a_months_days_say_what_is_free_of_what_is_worked(house, desk):
    paola = make_staff(house, starts=8, ends=18)
    make_staff(house, starts=8, ends=18)
    tomorrow = TODAY + timedelta(days=1)
    book(house, at(10, day=tomorrow), massage(paola))

    days = month(house, desk)

    assert (days[tomorrow].working_minutes, days[tomorrow].free_minutes) == (1200, 1130)
    assert days[tomorrow].percent == 6
    assert len(days) == 30


def test_time_gone_by_is_not_free_in_a_month(house, desk):
    make_staff(house, starts=8, ends=18)

    days = month(house, desk, now=at(13))

    assert days[TODAY - timedelta(days=1)].is_over
    assert days[TODAY - timedelta(days=1)].free_minutes == 0
    assert (days[TODAY].is_over, days[TODAY].free_minutes) == (False, 300)


def test_a_holiday_is_closed_in_the_month(house, desk):
    make_staff(house)
    holiday(house, date(2026, 11, 20), "Día de la casa")

    day = month(house, desk)[date(2026, 11, 20)]

    assert (day.is_closed, day.working_minutes, day.percent) == (True, 0, 0)


def test_what_keeps_her_busy_in_another_house_is_not_free_here(house, desk):
    paola = who_has_a_visit_elsewhere(house)

    assert month(house, desk)[TODAY].free_minutes == 12 * 60 - 70
    thursday = week(house, paola, desk).days[3].columns[0]
    assert sum(end - start for start, end in thursday.free) == 12 * 60 - 70
    assert [off.kind for off in thursday.off] == ["elsewhere"]


def who_has_a_visit_elsewhere(house):
    """Return a therapist of this house who was booked while she worked in another."""
    paola = make_staff(make_location())
    book(paola.availability.first().location, at(13), massage(paola))
    paola.availability.update(location=house)
    return paola


def test_a_therapists_month_is_her_own(house):
    paola = make_staff(house, starts=8, ends=12)
    make_staff(house)
    paola.user = worker("therapist", house)
    paola.save()

    assert month(house, paola.user)[TODAY].working_minutes == 240


def test_a_user_without_a_role_sees_no_time_in_a_month(house):
    make_staff(house)

    assert month(house, worker("nobody", house))[TODAY].working_minutes == 0


def test_a_month_over_a_change_of_clock_counts_what_the_clock_shows(chile):
    make_staff(chile, starts=0, ends=24)
    chile.opening_hours.update(from_minute=0, to_minute=1440)
    user = worker("receptionist", chile)

    days = month(
        chile, user, now=in_santiago(8, day=date(2026, 9, 1)), first=date(2026, 9, 2), last=JUMP
    )

    assert days[JUMP - timedelta(days=1)].free_minutes == 1440
    assert days[JUMP].free_minutes == 23 * 60


def test_a_month_costs_two_queries_however_full(house, desk, django_assert_num_queries):
    paola = make_staff(house)
    desk.has_perm("spa.view_calendar")
    for hour in (9, 11, 13):
        book(house, at(hour), massage(paola))

    with django_assert_num_queries(2):
        month(house, desk)
