"""Why a time cannot be had, in words: each reason of the engine, and only what is true."""

from datetime import timedelta

import pytest
from django.utils import translation

from spa import localtime
from spa.engine import Refused
from spa.models import AvailabilityExclusion, ExclusionKind, Room, Skill
from spa.services import slots
from spa.services.slots import Wanted
from tests.factories import (
    BOGOTA,
    NOW,
    TODAY,
    at,
    make_client,
    make_location,
    make_service,
    make_staff,
)
from tests.spa.booking.houses import House


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def house():
    house = House()
    house.paola.name = "Paola Rincón"
    house.paola.save()
    house.room.name = "Cabin 1"
    house.room.save()
    return house


def why(house, start, *, client=None, services=None, staff=None, day=TODAY, now=NOW):
    """Return the sentence of one start; `staff` None: anyone."""
    wanted = [Wanted(service.pk, staff and staff.pk) for service in services or [house.massage]]
    window = slots.load(
        location=house.location,
        wanted=wanted,
        first_day=day,
        last_day=day,
        client=client,
        now=now,
    )
    answer = window.plan_at(start)
    assert isinstance(answer, Refused)
    names = {house.paola.pk: "Paola"}
    return slots.sentence(answer, window=window, staff=names, zone=BOGOTA)


def exclude(house, start, end, kind, note="", **whom):
    AvailabilityExclusion.objects.create(
        location=house.location, kind=kind, note=note, starts_at=start, ends_at=end, **whom
    )


def another_therapist(house, name="Natalia"):
    other = make_staff(house.location)
    other.name = name
    other.save()
    return other


@pytest.mark.django_db
def test_a_time_gone_by_has_passed(house):
    assert why(house, at(9), now=at(12)) == "That time has passed"


@pytest.mark.django_db
def test_beyond_the_horizon_the_last_day_is_named(house):
    far = TODAY + timedelta(days=181)

    assert why(house, at(10, day=far), day=far) == "Visits can be booked until May 18, 2027"


@pytest.mark.django_db
def test_off_the_grid_the_step_is_named(house):
    assert why(house, at(10, 5)) == "Visits start every 15 minutes"


@pytest.mark.django_db
def test_before_opening_and_past_closing_the_hour_is_named(house):
    assert why(house, at(6)) == "That time has passed"
    assert why(house, at(7, 30)) == "The spa opens at 08:00"
    assert why(house, at(19, 30)) == "The spa closes at 20:00"
    assert why(house, at(22)) == "The spa closes at 20:00"


@pytest.mark.django_db
def test_between_two_windows_both_hours_are_named(house):
    house.location.opening_hours.update(to_minute=12 * 60)
    house.location.opening_hours.bulk_create(
        type(house.location.opening_hours.first())(
            location=house.location, weekday=day, from_minute=14 * 60, to_minute=20 * 60
        )
        for day in range(1, 8)
    )

    assert why(house, at(12, 30)) == "The spa is closed from 12:00 to 14:00"


@pytest.mark.django_db
def test_a_day_without_opening_hours_is_closed(house):
    house.location.opening_hours.filter(weekday=TODAY.isoweekday()).delete()

    assert why(house, at(10)) == "The spa is closed on this day"


@pytest.mark.django_db
def test_a_holiday_of_the_house_says_its_name(house):
    midnight = at(0)
    exclude(house, midnight, midnight + timedelta(days=1), ExclusionKind.HOLIDAY, "Corpus Christi")

    assert why(house, at(10)) == "The spa is closed all day: Corpus Christi"


@pytest.mark.django_db
def test_the_clients_own_visit_is_named_with_its_times(house):
    mariana = make_client()
    house.book(client=mariana, starts_at=at(10))

    said = why(house, at(10, 30), client=mariana)

    assert said == "The client has another visit from 10:00 to 11:00"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (ExclusionKind.LUNCH, "Paola is at lunch from 13:30 to 14:15"),
        (ExclusionKind.TRAINING, "Paola is in training from 13:30 to 14:15"),
        (ExclusionKind.HOLIDAY, "Paola is on holiday from 13:30 to 14:15"),
        (ExclusionKind.ABSENCE, "Paola is absent from 13:30 to 14:15"),
        (ExclusionKind.BLOCK, "Paola cannot be booked from 13:30 to 14:15"),
    ],
)
def test_what_a_therapist_does_meanwhile_is_said(house, kind, said):
    exclude(house, at(13, 30), at(14, 15), kind, staff=house.paola)

    assert why(house, at(13)) == said


@pytest.mark.django_db
def test_a_note_is_read_out_and_another_day_is_dated(house):
    until = at(10, day=TODAY + timedelta(days=2))
    exclude(house, at(9), until, ExclusionKind.ABSENCE, "course in Cali", staff=house.paola)

    assert why(house, at(10)) == "Paola is absent from 09:00 to 21 nov 10:00: course in Cali"


@pytest.mark.django_db
def test_a_weekly_lunch_is_said_like_one_of_a_date(house):
    AvailabilityExclusion.objects.create(
        location=house.location,
        staff=house.paola,
        kind=ExclusionKind.LUNCH,
        weekday=TODAY.isoweekday(),
        from_minute=13 * 60,
        to_minute=14 * 60,
        valid_from=TODAY,
    )

    assert why(house, at(12, 30)) == "Paola is at lunch from 13:00 to 14:00"


@pytest.mark.django_db
def test_the_edges_of_a_shift_are_named(house):
    house.paola.availability.update(from_minute=9 * 60, to_minute=17 * 60)

    assert why(house, at(8, 30)) == "Paola begins at 09:00"
    assert why(house, at(16, 30)) == "Paola leaves at 17:00"
    assert why(house, at(18)) == "Paola does not work then"


@pytest.mark.django_db
def test_a_visit_longer_than_a_shift_says_when_she_works(house):
    house.paola.availability.update(from_minute=10 * 60, to_minute=11 * 60)
    day_long = make_service(minutes=180)

    assert why(house, at(9), services=[day_long]) == "Paola only works from 10:00 to 11:00"


@pytest.mark.django_db
def test_a_busy_therapist_is_named_with_her_buffer(house):
    house.book(starts_at=at(10))

    assert why(house, at(10, 30)) == "Paola is busy from 10:00 to 11:10"


@pytest.mark.django_db
def test_several_therapists_who_are_all_busy_are_not_listed(house):
    natalia = another_therapist(house)
    room = Room.objects.create(location=house.location, name="Cabin 2", kind=house.room.kind)
    for staff, place in ((house.paola, house.room), (natalia, room)):
        house.room = place
        house.book(staff=staff, starts_at=at(10))

    assert why(house, at(10, 30)) == "Everyone who does this is busy"


@pytest.mark.django_db
def test_of_several_who_telling_is_named_and_the_others_are_summed_up(house):
    natalia = another_therapist(house)
    house.book(staff=natalia, starts_at=at(13))
    exclude(house, at(13), at(14), ExclusionKind.LUNCH, staff=house.paola)

    said = why(house, at(13, 30))

    assert said == "Paola is at lunch from 13:00 to 14:00; the others are busy"


@pytest.mark.django_db
def test_several_who_are_off_are_not_listed(house):
    another_therapist(house)
    type(house.paola.availability.first()).objects.update(from_minute=8 * 60, to_minute=12 * 60)

    assert why(house, at(15)) == "Nobody who does this works then"


@pytest.mark.django_db
def test_many_different_causes_are_one_sentence(house):
    for number in range(2):
        other = another_therapist(house, f"Ana {number}")
        exclude(house, at(13), at(15), ExclusionKind.LUNCH, staff=other)
    exclude(house, at(13), at(15), ExclusionKind.TRAINING, staff=house.paola)

    assert why(house, at(13, 30)) == "Nobody who does this is free"


@pytest.mark.django_db
def test_a_therapist_without_the_skill_does_not_do_it(house):
    facial = make_service()
    facial.skills.add(Skill.objects.create(name="Facials"))

    assert why(house, at(10), services=[facial], staff=house.paola) == (
        f"Paola does not do {facial.name}"
    )
    assert why(house, at(10), services=[facial]) == f"Nobody on duty here does {facial.name}"


@pytest.mark.django_db
def test_a_therapist_of_another_house_does_not_work_then(house):
    stranger = make_staff(make_location())

    assert why(house, at(10), staff=stranger) == "The therapist does not work then"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (ExclusionKind.MAINTENANCE, "Cabin 1 is in maintenance from 11:30 to 12:15"),
        (ExclusionKind.BLOCK, "Cabin 1 is closed from 11:30 to 12:15"),
    ],
)
def test_the_only_room_says_what_happens_to_it(house, kind, said):
    exclude(house, at(11, 30), at(12, 15), kind, room=house.room)

    assert why(house, at(11)) == said


@pytest.mark.django_db
def test_the_only_room_says_when_it_is_taken(house):
    natalia = another_therapist(house)
    house.book(staff=natalia, starts_at=at(10))

    assert why(house, at(10, 30)) == "Cabin 1 is taken from 10:00 to 11:10"


@pytest.mark.django_db
def test_of_several_rooms_none_is_named(house):
    Room.objects.create(location=house.location, name="Cabin 2", kind=house.room.kind)
    for room in Room.objects.filter(location=house.location):
        exclude(house, at(10), at(12), ExclusionKind.MAINTENANCE, room=room)

    assert why(house, at(10, 30)) == "No suitable room is free"


@pytest.mark.django_db
def test_of_several_services_the_one_that_fails_is_named(house):
    facial = make_service()
    exclude(house, at(11), at(12), ExclusionKind.LUNCH, staff=house.paola)

    said = why(house, at(10), services=[house.massage, facial])

    assert said == f"{facial.name}: Paola is at lunch from 11:00 to 12:00"


@pytest.mark.django_db
def test_starts_in_a_row_with_one_cause_share_a_sentence(house):
    house.book(starts_at=at(10))
    window = slots.load(
        location=house.location,
        wanted=[Wanted(house.massage.pk)],
        first_day=TODAY,
        last_day=TODAY,
        client=None,
        now=NOW,
    )

    runs = slots.why_not(
        window.search().refused, window=window, staff={house.paola.pk: "Paola"}, zone=BOGOTA
    )

    assert [
        (_clock(run.first), _clock(run.last), run.sentence)
        for run in runs
        if "Paola" in run.sentence
    ] == [("09:00", "11:00", "Paola is busy from 10:00 to 11:10")]
    assert [run.sentence for run in runs][-1] == "The spa closes at 20:00"


@pytest.mark.django_db
def test_every_refused_start_of_a_full_week_has_a_sentence(house):
    mariana = make_client()
    house.book(client=mariana, starts_at=at(10))
    exclude(house, at(13), at(14), ExclusionKind.LUNCH, staff=house.paola)
    window = slots.load(
        location=house.location,
        wanted=[Wanted(house.massage.pk), Wanted(make_service().pk)],
        first_day=TODAY,
        last_day=TODAY + timedelta(days=6),
        client=mariana,
        now=NOW,
    )

    refused = window.search().refused
    runs = slots.why_not(refused, window=window, staff={}, zone=BOGOTA)

    told = [start for start in window.facts.grid if any(r.first <= start <= r.last for r in runs)]
    assert told == [one.start for one in refused]
    assert all(run.sentence for run in runs)


def _clock(minute):
    return localtime.moment(minute).astimezone(BOGOTA).strftime("%H:%M")
