"""A day as it stands: what is closed, who comes, what is free."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spa import localtime
from spa.engine import intersect, merge, subtract
from spa.errors import BusinessLogicError
from spa.models import AvailabilityExclusion, ExclusionKind, OpeningHours
from spa.services import agenda, booking, slots
from spa.services.agenda import span_of
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
    make_user,
)
from tests.frontdesk.people import worker


@pytest.fixture
def house(db):
    return make_location()


@pytest.fixture
def desk(house):
    return worker("receptionist", house)


def show(house, user, *, now=NOW, day=TODAY):
    return agenda.load(location=house, day=day, user=user, now=now)


def book(house, staff, starts_at, *, minutes=60, client=None):
    return booking.book(
        location=house,
        client=client or make_client(),
        wanted=[Wanted(make_service(minutes=minutes).pk, staff.pk)],
        starts_at=starts_at,
        now=NOW,
        actor=Actor(),
    )


def exclude(house, starts_at, ends_at, kind=ExclusionKind.TRAINING, **who):
    return AvailabilityExclusion.objects.create(
        location=house, kind=kind, starts_at=starts_at, ends_at=ends_at, **who
    )


def spans(stretches):
    """Write stretches as local times, to be read in a test."""
    return [(clock(start), clock(end)) for start, end in stretches]


def clock(minute):
    return localtime.moment(minute).astimezone(at(0).tzinfo).strftime("%H:%M")


def test_the_day_is_drawn_from_opening_to_closing(house, desk):
    make_staff(house)

    day = show(house, desk)

    assert (clock(day.start), clock(day.end)) == ("08:00", "20:00")


def test_a_visit_outside_the_opening_hours_is_drawn_all_the_same(house, desk):
    paola = make_staff(house)
    visit = book(house, paola, at(8))
    OpeningHours.objects.update(from_minute=10 * 60 + 30)

    day = show(house, desk)

    assert clock(day.start) == "08:00"
    assert day.columns[0].items[0].appointment == visit
    assert ("closed", "08:00", "10:30") in [
        (off.kind, clock(off.start), clock(off.end)) for off in day.columns[0].off
    ]


def test_what_is_closed_says_why(house, desk):
    paola = make_staff(house, starts=9, ends=18)
    exclude(house, at(13), at(14), ExclusionKind.LUNCH, staff=paola)
    exclude(house, at(16), at(17), ExclusionKind.BLOCK)

    off = show(house, desk).columns[0].off

    assert {(one.kind, clock(one.start), clock(one.end)) for one in off} == {
        ("off_shift", "08:00", "09:00"),
        ("lunch", "13:00", "14:00"),
        ("block", "16:00", "17:00"),
        ("off_shift", "18:00", "20:00"),
    }


def test_utilisation_is_booked_time_of_working_time(house, desk):
    paola = make_staff(house, starts=9, ends=14)
    exclude(house, at(13), at(14), staff=paola)
    book(house, paola, at(9))

    day = show(house, desk)

    assert day.columns[0].utilisation == 25
    assert day.utilisation == 25


def test_a_gap_is_free_time_beside_a_visit_that_is_long_enough_to_sell(house, desk):
    make_service(minutes=30)
    paola = make_staff(house, starts=9, ends=18)
    book(house, paola, at(9), minutes=60)
    book(house, paola, at(11), minutes=60)
    exclude(house, at(12, 30), at(18), staff=paola)

    column = show(house, desk).columns[0]

    assert spans(column.gaps) == [("10:10", "11:00")]  # 12:10–12:30 is too short
    assert spans(column.free) == [("10:10", "11:00"), ("12:10", "12:30")]


def test_time_gone_by_is_neither_free_nor_a_gap(house, desk):
    paola = make_staff(house)
    book(house, paola, at(15))

    column = show(house, desk, now=at(14, 3)).columns[0]

    assert spans(column.free)[0] == ("14:05", "15:00")


def test_a_visit_at_another_house_keeps_her_busy_here(house, desk):
    elsewhere = make_location()
    paola = make_staff(elsewhere)
    book(elsewhere, paola, at(13))
    paola.availability.update(location=house)  # since then she works here
    book(house, paola, at(16))

    column = show(house, desk).columns[0]

    assert spans(column.free) == [("08:00", "13:00"), ("14:10", "16:00"), ("17:10", "20:00")]
    assert ("14:10", "16:00") in spans(column.gaps)
    assert [(one.kind, clock(one.start), clock(one.end)) for one in column.off] == [
        ("elsewhere", "13:00", "14:10")
    ]
    assert column.working_minutes == 650
    assert len(column.items) == 1


def test_what_is_free_is_what_the_booking_engine_offers(house, desk):
    elsewhere = make_location()
    paola = make_staff(elsewhere)
    book(elsewhere, paola, at(13))
    paola.availability.update(location=house)
    short = make_service(minutes=15, staff_buffer_minutes=0)

    free = show(house, desk).columns[0].free

    offered = slots.first_free(
        location=house,
        wanted=[Wanted(short.pk, paola.pk)],
        client=None,
        now=NOW,
        days=1,
        count=100,
    )
    starts = {slot.plan.start for slot in offered.first}
    assert starts == {
        minute for start, end in free for minute in range(start + -start % 15, end - 14, 15)
    }


def test_what_a_cancelled_visit_held_is_free_again(house, desk):
    paola = make_staff(house)
    visit = book(house, paola, at(10))
    booking.cancel(appointment=visit, cancelled_by="spa", now=NOW, actor=Actor())

    column = show(house, desk).columns[0]

    assert spans(column.free) == [("08:00", "20:00")]
    assert [item.appointment for item in column.items] == [visit]


def test_a_holiday_closes_the_whole_day_and_says_so(house, desk):
    make_staff(house)
    AvailabilityExclusion.objects.create(
        location=house,
        kind=ExclusionKind.HOLIDAY,
        note="Independencia de Cartagena",
        starts_at=at(0),
        ends_at=at(0) + timedelta(days=1),
    )

    day = show(house, desk)

    assert day.is_closed
    assert day.closure == "Independencia de Cartagena"


def test_a_therapist_sees_her_own_column_and_nobody_elses(house):
    paola, camilo = make_staff(house), make_staff(house)
    paola.user = worker("therapist", house)
    paola.save()
    book(house, camilo, at(9))
    mine = book(house, paola, at(10))

    day = show(house, paola.user)

    assert [column.staff for column in day.columns] == [paola]
    assert [item.appointment for item in day.columns[0].items] == [mine]


def test_a_visit_of_two_therapists_shows_each_her_own_part(house, desk):
    paola, camilo = make_staff(house), make_staff(house)
    booking.book(
        location=house,
        client=make_client(),
        wanted=[Wanted(make_service().pk, paola.pk), Wanted(make_service().pk, camilo.pk)],
        starts_at=at(10),
        now=NOW,
        actor=Actor(),
    )
    paola.user = worker("therapist", house)
    paola.save()

    of_desk, of_paola = show(house, desk), show(house, paola.user)

    assert [len(column.items) for column in of_desk.columns] == [1, 1]
    assert [len(column.items) for column in of_paola.columns] == [1]


def test_a_visit_without_a_therapist_stands_in_its_rooms_column(house, desk):
    sauna = make_room(house, places=4, shared=True)
    session = make_service(needs_staff=False, room_kind=sauna.kind)
    for _ in range(2):
        booking.book(
            location=house,
            client=make_client(),
            wanted=[Wanted(session.pk, None, sauna.pk)],
            starts_at=at(10),
            now=NOW,
            actor=Actor(),
        )

    day = show(house, desk)

    assert [(column.staff, column.room, len(column.items)) for column in day.columns] == [
        (None, sauna, 2)
    ]


def test_who_works_elsewhere_has_no_column_here(house, desk):
    make_staff(make_location())

    assert show(house, desk).columns == ()


def test_a_user_without_a_role_sees_nobody(house):
    make_staff(house)

    assert show(house, make_user()).columns == ()


def test_the_first_visit_of_a_client_is_known(house, desk):
    paola = make_staff(house)
    regular = make_client()
    before = book(house, paola, at(9), client=regular)
    booking.check_in(appointment=before, now=at(9), actor=Actor())
    booking.start(appointment=before, now=at(9), actor=Actor())
    booking.finish(appointment=before, now=at(10), actor=Actor())
    book(house, paola, at(11), client=regular)

    items = show(house, desk, now=at(10)).columns[0].items

    assert [item.returning for item in items] == [False, True]


minutes = st.integers(min_value=8 * 4, max_value=20 * 4).map(lambda quarter: quarter * 15)
stretches = st.lists(st.tuples(minutes, minutes).map(sorted), max_size=4)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(shift=st.tuples(minutes, minutes).map(sorted), closed=stretches, visits=stretches)
def test_off_time_and_working_time_make_the_whole_day(house, desk, shift, closed, visits):
    """Whatever the shift, the exclusions and the visits: nothing is drawn twice or left out."""
    with transaction.atomic():
        paola = make_staff(house)
        paola.availability.update(from_minute=shift[0], to_minute=max(shift[1], shift[0] + 15))
        for start, end in closed:
            if start < end:
                exclude(house, local(start), local(end), staff=paola)
        for start, end in visits:
            if start < end and end - start <= 480:
                with suppress(BusinessLogicError):
                    book(house, paola, local(start), minutes=end - start)
        day = show(house, desk)
        transaction.set_rollback(True)

    column = day.columns[0]
    whole = ((day.start, day.end),)
    off = merge((one.start, one.end) for one in column.off)
    busy = merge(span_of(item) for item in column.items)
    assert sum(one.end - one.start for one in column.off) == length(off)
    assert length(subtract(whole, off)) == column.working_minutes
    assert intersect(off, column.free) == ()
    assert intersect(busy, column.free) == ()
    assert set(column.gaps) <= set(column.free)


def local(minute):
    return at(0) + timedelta(minutes=minute)


def length(intervals):
    return sum(end - start for start, end in intervals)
