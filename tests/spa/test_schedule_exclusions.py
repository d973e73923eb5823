"""Time taken away every week or on dates, and given back."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from spa.errors import BusinessLogicError
from spa.models import AuditLog, AvailabilityExclusion, StaffAvailability
from spa.services import schedule
from spa.services.audit import Actor
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import (
    NOW,
    TODAY,
    at,
    make_client,
    make_location,
    make_room,
    make_staff,
    make_user,
)
from tests.spa.booking.houses import DESK, House
from tests.spa.weeks import NEXT_WEEK, THURSDAY, TOMORROW, lunch, on, set_week

pytestmark = pytest.mark.django_db
WHOM = ["staff", "room", "all"]


def unblock(exclusion, now=NOW):
    return schedule.unblock(
        location=exclusion.location, exclusions=[exclusion.pk], now=now, actor=DESK
    )


# -- Every week --------------------------------------------------------------------------------
@pytest.mark.parametrize("whom", WHOM)
def test_a_weekly_exclusion_keeps_its_minutes_free_on_its_days(whom):
    house = House()

    lunch(house, whom, weekdays=[THURSDAY])

    with pytest.raises(BusinessLogicError):
        house.book(starts_at=at(13))
    assert house.book(starts_at=at(13, day=TOMORROW)).starts_at == at(13, day=TOMORROW)


@pytest.mark.parametrize("whom", WHOM)
def test_a_visit_in_a_weekly_exclusion_must_be_confirmed(whom):
    house = House()
    visit = house.book(starts_at=at(13, day=NEXT_WEEK))

    with pytest.raises(schedule.VisitsLeftOutside) as refusal:
        lunch(house, whom)

    assert [one.code for one in refusal.value.report.visits] == [visit.code]
    assert not AvailabilityExclusion.objects.exists()
    lunch(house, whom, confirmed=True)
    assert AvailabilityExclusion.objects.count() == 7


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"weekdays": []}, ("weekdays", "no_day")),
        ({"weekdays": [8]}, ("weekdays", "no_day")),
        ({"to_minute": 13 * 60}, ("to_time", "ends_before_start")),
        ({"to_minute": 1441}, ("to_time", "ends_before_start")),
        ({"valid_from": TODAY - timedelta(days=1)}, ("valid_from", "past")),
        ({"valid_until": TODAY - timedelta(days=1)}, ("valid_until", "ends_before_start")),
        ({"valid_until": date.max}, ("valid_until", "too_long")),
        ({"note": "x" * 81}, ("note", "too_long")),
    ],
)
def test_a_weekly_exclusion_that_cannot_be_meant_is_refused(fields, answer):
    with pytest.raises(BusinessLogicError) as refusal:
        lunch(House(), **fields)

    assert (refusal.value.facts["field"], refusal.value.facts["reason"]) == answer


def test_people_and_rooms_of_another_location_are_refused():
    house, elsewhere = House(), make_location()

    for stranger in ({"staff": make_staff(elsewhere)}, {"room": make_room(elsewhere)}):
        with pytest.raises(schedule.BlockInvalid):
            lunch(house, "all", **stranger)


def test_a_weekly_exclusion_sent_twice_is_written_once():
    house, actor = House(), Actor(user=make_user(), request_id=uuid4())

    lunch(house, actor=actor)
    lunch(house, actor=actor)

    assert AvailabilityExclusion.objects.count() == 7
    assert AuditLog.objects.count() == 1


def test_who_is_out_is_out_at_her_other_location_too():
    house, elsewhere = House(), House()
    set_week(house, on(THURSDAY, (8, 12)))
    StaffAvailability.objects.create(
        staff=house.paola,
        location=elsewhere.location,
        weekday=THURSDAY,
        from_minute=13 * 60,
        to_minute=20 * 60,
        valid_from=TODAY,
    )
    visit = elsewhere.book(staff=house.paola, starts_at=at(15))

    report = schedule.exclude(
        location=house.location,
        staff=house.paola,
        starts_at=at(8),
        ends_at=at(20),
        now=NOW,
        actor=DESK,
        confirmed=True,
    )

    assert [one.code for one in report.visits] == [visit.code]
    assert report.staff.gained == -11 * 60


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("whom", "waits_at"),
    [("staff", "spa_staffmember"), ("room", "spa_room"), ("all", "spa_staffmember")],
)
def test_who_books_while_time_is_taken_away_waits_and_is_refused(whom, waits_at):
    house, client = House(), make_client()

    with open_transaction():
        lunch(house, whom)
        booker = Thread(lambda: house.book(client=client, starts_at=at(13)))
        booker.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert f'FROM "{waits_at}"' in waiting
    with pytest.raises(BusinessLogicError):
        booker.outcome()


# -- Given back --------------------------------------------------------------------------------
def test_what_is_given_back_can_be_booked_again():
    house = House()
    lunch(house, weekdays=[THURSDAY])

    report = unblock(AvailabilityExclusion.objects.get())

    assert report.staff.gained == 4 * 60
    assert house.book(starts_at=at(13)).starts_at == at(13)
    assert AuditLog.objects.filter(action="TIME_UNBLOCKED").count() == 1


def test_what_is_past_of_an_exclusion_stays_as_it_was():
    house = House()
    lunch(house, weekdays=[THURSDAY])
    schedule.block_time(
        location=house.location, starts_at=at(9), ends_at=at(18), now=NOW, actor=DESK
    )
    weekly, dated = AvailabilityExclusion.objects.order_by("pk")

    unblock(weekly, now=at(9, day=NEXT_WEEK))
    unblock(dated, now=at(12))

    weekly.refresh_from_db()
    dated.refresh_from_db()
    assert weekly.valid_until == NEXT_WEEK - timedelta(days=1)
    assert dated.ends_at == at(12)


def test_what_is_over_or_gone_stays_so():
    house = House()
    schedule.block_time(
        location=house.location, starts_at=at(9), ends_at=at(10), now=NOW, actor=DESK
    )
    dated = AvailabilityExclusion.objects.get()

    unblock(dated, now=at(12))
    assert AvailabilityExclusion.objects.get().ends_at == at(10)

    unblock(dated)
    unblock(dated)
    assert not AvailabilityExclusion.objects.exists()


def test_another_locations_exclusion_is_not_given_back():
    house = House()
    lunch(house)
    rows = AvailabilityExclusion.objects.values_list("pk", flat=True)

    schedule.unblock(location=make_location(), exclusions=rows, now=NOW, actor=DESK)

    assert AvailabilityExclusion.objects.count() == 7
