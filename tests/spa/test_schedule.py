"""Blocking time: whom it takes away, which visits it finds inside, and who waits for whom."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.errors import BusinessLogicError, RuleBroken
from spa.models import AuditLog, AvailabilityExclusion, CancelledBy
from spa.services import booking, schedule
from spa.services.audit import Actor
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, at, make_client, make_location, make_room, make_staff, make_user
from tests.spa.booking.houses import DESK, House

WHOM = ["staff", "room", "all"]


def block(house, whom="staff", starts_at=None, ends_at=None, actor=DESK, **fields):
    who = {"staff": {"staff": house.paola}, "room": {"room": house.room}, "all": {}}[whom]
    return schedule.block_time(
        **{
            "location": house.location,
            "starts_at": starts_at or at(9),
            "ends_at": ends_at or at(12),
            "now": NOW,
            "actor": actor,
            **who,
            **fields,
        }
    )


def refused(house, **fields):
    """Return the field and the reason for which a block is refused."""
    with pytest.raises(schedule.BlockInvalid) as refusal:
        block(house, **fields)
    assert not AvailabilityExclusion.objects.exists()
    return refusal.value.facts["field"], refusal.value.facts["reason"]


# -- What is written, and what is refused -----------------------------------------------------
@pytest.mark.django_db
def test_time_that_is_over_is_not_blocked_and_time_that_runs_is():
    house = House()

    past = {"starts_at": NOW - timedelta(hours=2), "ends_at": NOW}
    assert refused(house, **past) == ("ends_at", "in_the_past")
    assert block(house, **(past | {"ends_at": NOW + timedelta(minutes=5)})).exclusion.pk


@pytest.mark.django_db
@pytest.mark.parametrize("whom", WHOM)
def test_blocked_time_cannot_be_booked_and_the_time_around_it_can(whom):
    house = House()

    block(house, whom)

    with pytest.raises(BusinessLogicError):
        house.book(starts_at=at(11))
    assert house.book(starts_at=at(12)).starts_at == at(12)


@pytest.mark.django_db
def test_the_log_knows_who_blocked_time_and_not_why():
    house, desk = House(), make_user()

    made = block(house, kind="absence", note=" cita  médica ", actor=Actor(user=desk))

    made.exclusion.refresh_from_db()
    assert (made.exclusion.kind, made.exclusion.note) == ("absence", "cita médica")
    entry = AuditLog.objects.get()
    assert (entry.action, entry.user_id, entry.reason_code) == ("TIME_BLOCKED", desk.pk, "absence")
    assert entry.facts == {"visits": 0}


@pytest.mark.django_db
def test_visits_inside_are_reported_earliest_first_and_stay_as_they_are():
    house = House()
    late, early = house.book(starts_at=at(11)), house.book(starts_at=at(9))
    house.book(starts_at=at(15))
    gone = house.book(starts_at=at(12, 15))
    booking.cancel(appointment=gone, cancelled_by=CancelledBy.SPA, now=NOW, actor=DESK)

    made = block(house, "all", ends_at=at(14))

    assert made.visits == (early.code, late.code)
    early.refresh_from_db()
    assert early.status == "confirmed"


@pytest.mark.django_db
@pytest.mark.parametrize(("whom", "found"), [("staff", 0), ("room", 1), ("all", 0)])
def test_a_buffer_counts_against_a_room_only(whom, found):
    house = House()
    house.book()  # until eleven, and its buffer until ten past

    assert len(block(house, whom, starts_at=at(11)).visits) == found


@pytest.mark.django_db
@pytest.mark.parametrize("whom", WHOM)
def test_a_visit_that_begins_when_the_block_ends_is_not_inside(whom):
    house = House()
    house.book()

    assert block(house, whom, ends_at=at(10)).visits == ()


@pytest.mark.django_db
def test_other_peoples_visits_are_not_inside():
    house, other = House(), House()
    other.book()
    berta = make_staff(house.location)
    house.book(staff=berta)

    assert block(house, "staff").visits == ()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"ends_at": at(9)}, ("ends_at", "ends_before_start")),
        ({"ends_at": at(8)}, ("ends_at", "ends_before_start")),
        ({"ends_at": at(9) + timedelta(days=400, seconds=1)}, ("ends_at", "too_long")),
        ({"note": "x" * 81}, ("note", "too_long")),
    ],
)
def test_a_span_or_note_that_cannot_be_meant_is_refused(fields, answer):
    assert refused(House(), **fields) == answer


@pytest.mark.django_db
def test_the_longest_block_has_four_hundred_days():
    assert block(House(), ends_at=at(9) + timedelta(days=400)).visits == ()


@pytest.mark.django_db
def test_people_and_rooms_of_another_location_are_refused():
    house, elsewhere = House(), make_location()

    assert refused(house, staff=make_staff(elsewhere)) == ("staff", "other_location")
    assert refused(house, whom="room", room=make_room(elsewhere)) == ("room", "other_location")


@pytest.mark.django_db
def test_visits_that_were_not_seen_are_shown_before_anything_is_written():
    house, actor = House(), Actor(user=make_user(), request_id=uuid4())
    visit = house.book()

    with pytest.raises(schedule.VisitsInside) as refusal:
        block(house, confirmed="", actor=actor)

    assert refusal.value.visits == (visit.code,)
    assert not AvailabilityExclusion.objects.exists()
    seen = schedule.seal_of(refusal.value.visits)
    assert block(house, confirmed=seen, actor=actor).visits == (visit.code,)


@pytest.mark.django_db
def test_who_left_the_house_meanwhile_is_not_blocked():
    house = House()
    type(house.paola).objects.filter(pk=house.paola.pk).update(is_active=False)

    assert refused(house) == ("staff", "inactive")


@pytest.mark.django_db
def test_the_same_form_sent_twice_blocks_once():
    house, actor = House(), Actor(user=make_user(), request_id=uuid4())
    visit = house.book()

    first, second = block(house, actor=actor), block(house, actor=actor)

    assert first == second
    assert first.visits == (visit.code,)
    assert AvailabilityExclusion.objects.count() == AuditLog.objects.count() == 1


# -- Who waits for whom -----------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("whom", "waits_at", "refusal", "reason"),
    [
        ("staff", "spa_staffmember", RuleBroken, "excluded"),
        ("room", "spa_room", booking.SlotTaken, "no_room"),
        ("all", "spa_staffmember", RuleBroken, "excluded"),
    ],
)
def test_who_books_while_time_is_being_blocked_waits_and_is_refused(
    whom, waits_at, refusal, reason
):
    house, client = House(), make_client()

    with open_transaction():
        block(house, whom)
        booker = Thread(lambda: house.book(client=client))
        booker.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert f'FROM "{waits_at}"' in waiting
    with pytest.raises(refusal) as refused_for:
        booker.outcome()
    assert refused_for.value.facts["reasons"][0].code == reason


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whom", WHOM)
def test_who_blocks_time_while_it_is_being_booked_waits_and_finds_the_visit(whom):
    house = House()

    with open_transaction():
        visit = house.book()
        blocker = Thread(lambda: block(house, whom))
        blocker.start()
        wait_until_somebody_waits_for_a_lock()

    assert blocker.outcome().visits == (visit.code,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whom", WHOM)
def test_without_the_lock_a_visit_slips_into_blocked_time_and_nobody_is_told(whom, monkeypatch):
    """The control: each sees the day as it was before the other."""
    monkeypatch.setattr(schedule.block, "lock_made_unavailable", lambda *_args, **_whom: None)
    house, client = House(), make_client()

    with open_transaction():
        made = block(house, whom)
        booker = Thread(lambda: house.book(client=client))
        booker.start()
        visit = booker.outcome()

    assert made.visits == ()
    assert schedule.visits_inside(made.exclusion) == (visit.code,)
