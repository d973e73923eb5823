"""Somebody's weekly hours: what replaces what, what is refused, who waits for whom."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.errors import BusinessLogicError, RuleBroken, Stale
from spa.models import AuditLog, StaffAvailability
from spa.services import schedule
from spa.services.audit import Actor
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, TODAY, at, make_client, make_location, make_staff, make_user
from tests.spa.booking.houses import DESK, House
from tests.spa.weeks import NEXT_WEEK, THURSDAY, TOMORROW, daily, on, set_week

pytestmark = pytest.mark.django_db


def week(house, day=TODAY):
    return list(schedule.week_of(house.paola, house.location, day))


# -- What replaces what ------------------------------------------------------------------------
def test_new_hours_hold_from_their_day_on_and_the_old_ones_until_the_day_before():
    house = House()
    old = week(house)

    set_week(house, on(1, (9, 12)), valid_from=NEXT_WEEK)

    assert week(house, NEXT_WEEK - timedelta(days=1)) == old
    assert week(house, NEXT_WEEK) == on(1, (9, 12))


def test_what_was_planned_for_later_is_forgotten():
    house = House()
    set_week(house, daily((9, 12)), valid_from=NEXT_WEEK)

    set_week(house, daily((10, 18)), valid_from=TOMORROW)

    assert week(house, NEXT_WEEK) == daily((10, 18))


def test_hours_that_stay_keep_their_row():
    house = House()
    kept = house.paola.availability.get(weekday=1)

    set_week(house, on(1, (8, 20)))

    assert house.paola.availability.get(weekday=1) == kept
    assert week(house) == on(1, (8, 20))


def test_hours_that_touch_count_as_one():
    house = House()

    set_week(house, on(1, (8, 12), (12, 15), (15, 20), (21, 24)))

    assert week(house) == on(1, (8, 20), (21, 24))


def test_a_block_may_end_at_midnight_and_is_booked_until_then():
    house = House()
    house.location.opening_hours.update(to_minute=1440)

    set_week(house, daily((8, 24)))

    assert house.book(starts_at=at(23)).starts_at == at(23)


def test_an_empty_week_is_time_off_until_changed_again():
    house = House()

    set_week(house, [], valid_from=TOMORROW)

    assert week(house, NEXT_WEEK) == []
    with pytest.raises(BusinessLogicError):
        house.book(starts_at=at(10, day=TOMORROW))


# -- What is refused ---------------------------------------------------------------------------
def refused(house, hours, error=schedule.ScheduleInvalid, **fields):
    before = list(StaffAvailability.objects.order_by("pk").values())
    with pytest.raises(error) as refusal:
        set_week(house, hours, **fields)
    assert list(StaffAvailability.objects.order_by("pk").values()) == before
    return refusal.value.facts["reason"]


@pytest.mark.parametrize("span", [(20, 8), (9, 9), (22, 25)])
def test_work_past_midnight_is_refused(span):
    assert refused(House(), on(1, span)) == "past_midnight"


def test_more_blocks_than_a_day_can_hold_are_refused():
    assert refused(House(), on(1, *[(hour, hour + 0.5) for hour in range(9)])) == "too_many"


def test_hours_that_overlap_one_another_are_refused_with_their_code():
    house = House()

    assert refused(house, on(1, (8, 12), (11, 15)), schedule.BlocksOverlap) == "overlap"
    assert schedule.BlocksOverlap.internal_code == "SRV-002"


def test_hours_that_overlap_with_work_elsewhere_are_refused_and_say_where():
    house, elsewhere = House(), make_location()
    set_week(house, on(1, (8, 12)))
    StaffAvailability.objects.create(
        staff=house.paola,
        location=elsewhere,
        weekday=2,
        from_minute=600,
        to_minute=720,
        valid_from=NEXT_WEEK,
    )

    with pytest.raises(schedule.BlocksOverlap) as refusal:
        set_week(house, on(2, (8, 11)))

    assert elsewhere.name in refusal.value.detail
    assert refusal.value.facts["weekday"] == 2
    assert set_week(house, on(2, (8, 10), (12, 13))).visits == ()


@pytest.mark.parametrize(("days", "reason"), [(-1, "past"), (401, "too_far")])
def test_a_day_that_cannot_be_meant_is_refused(days, reason):
    assert refused(House(), daily((8, 20)), valid_from=TODAY + timedelta(days=days)) == reason


def test_who_does_not_work_there_has_no_hours_there():
    stranger = make_staff(make_location())

    assert refused(House(), daily((8, 20)), staff=stranger) == "other_location"


def test_a_form_that_shows_older_hours_is_stale():
    house = House()
    shown = schedule.version_of(house.paola.availability.filter(location=house.location))
    set_week(house, on(1, (8, 20)), version=shown)

    with pytest.raises(Stale):
        set_week(house, on(2, (8, 20)), version=shown)

    assert week(house) == on(1, (8, 20))


def test_visits_left_outside_must_be_confirmed_and_stay_as_they_are():
    house = House()
    visit = house.book(starts_at=at(10))

    with pytest.raises(schedule.VisitsLeftOutside) as refusal:
        set_week(house, daily((12, 20)))

    assert [one.code for one in refusal.value.report.visits] == [visit.code]
    assert set_week(house, daily((12, 20)), confirmed=True) == refusal.value.report
    visit.refresh_from_db()
    assert visit.status == "confirmed"


def test_who_confirmed_is_asked_again_when_another_visit_came_meanwhile():
    house = House()
    house.book(starts_at=at(10))
    tried = schedule.trial(
        schedule.set_week,
        location=house.location,
        staff=house.paola,
        hours=daily((12, 20)),
        valid_from=TODAY,
        now=NOW,
        actor=DESK,
    )
    late = house.book(starts_at=at(8))

    with pytest.raises(schedule.VisitsLeftOutside) as refusal:
        set_week(house, daily((12, 20)), confirmed=tried.seal)

    assert late.code in [one.code for one in refusal.value.report.visits]
    assert set_week(house, daily((12, 20)), confirmed=refusal.value.report.seal).visits


def test_the_same_form_sent_twice_changes_once_also_after_it_had_to_be_confirmed():
    house, actor = House(), Actor(user=make_user(), request_id=uuid4())
    house.book(starts_at=at(10))
    with pytest.raises(schedule.VisitsLeftOutside):
        set_week(house, daily((12, 20)), actor=actor)

    set_week(house, daily((12, 20)), actor=actor, confirmed=True)
    rows = StaffAvailability.objects.count()
    set_week(house, daily((12, 20)), actor=actor)

    assert StaffAvailability.objects.count() == rows
    entry = AuditLog.objects.get(action="SCHEDULE_CHANGED")
    assert (entry.subject, entry.facts["visits"]) == (f"staff:{house.paola.pk}", 1)


# -- Who waits for whom ------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_who_books_while_hours_are_taken_away_waits_and_is_refused():
    house, client = House(), make_client()

    with open_transaction():
        set_week(house, on(THURSDAY, (12, 20)))
        booker = Thread(lambda: house.book(client=client))
        booker.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert 'FROM "spa_staffmember"' in waiting
    with pytest.raises(RuleBroken):
        booker.outcome()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["week", "opening"])
def test_who_takes_hours_away_while_they_are_booked_waits_and_must_confirm(change):
    house = House()
    late = on(THURSDAY, (12, 20))

    def take_away():
        if change == "week":
            return set_week(house, late)
        return schedule.set_opening(location=house.location, hours=late, now=NOW, actor=DESK)

    with open_transaction():
        visit = house.book()
        changer = Thread(take_away)
        changer.start()
        wait_until_somebody_waits_for_a_lock()

    with pytest.raises(schedule.VisitsLeftOutside) as refusal:
        changer.outcome()
    assert [one.code for one in refusal.value.report.visits] == [visit.code]


@pytest.mark.django_db(transaction=True)
def test_two_managers_change_one_after_the_other_and_the_second_is_told():
    house = House()
    shown = schedule.version_of(house.paola.availability.filter(location=house.location))

    with open_transaction():
        set_week(house, on(1, (8, 20)), version=shown)
        other = Thread(lambda: set_week(house, on(2, (8, 20)), version=shown))
        other.start()
        wait_until_somebody_waits_for_a_lock()

    with pytest.raises(Stale):
        other.outcome()
