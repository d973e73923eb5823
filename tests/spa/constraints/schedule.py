"""Opening hours, availability, exclusions."""

from datetime import timedelta

from spa.models import (
    AbsenceCall,
    AvailabilityExclusion,
    Location,
    OpeningHours,
    StaffAvailability,
    StaffMember,
)
from tests.factories import TODAY, at, make_location, make_room, make_staff
from tests.spa.constraints.attempts import allowed, breaks
from tests.spa.constraints.booking import make_visit_with

NINE, NOON, SIX = 9 * 60, 12 * 60, 18 * 60


def open_hours(location=None, weekday=1, from_minute=NINE, to_minute=NOON):
    return OpeningHours.objects.create(
        location=location or Location.objects.create(name=f"House {Location.objects.count()}"),
        weekday=weekday,
        from_minute=from_minute,
        to_minute=to_minute,
    )


def work(staff=None, **fields):
    staff = staff or StaffMember.objects.create(name="Paola")
    return StaffAvailability.objects.create(
        **{
            "staff": staff,
            "location": make_location(),
            "weekday": 1,
            "from_minute": NINE,
            "to_minute": NOON,
            "valid_from": TODAY,
            **fields,
        }
    )


def exclude(**fields):
    dated = {"starts_at": at(10), "ends_at": at(11)}
    return AvailabilityExclusion.objects.create(
        **{"location": make_location(), "kind": "block", **dated, **fields}
    )


def exclude_weekly(**fields):
    weekly = {"weekday": 1, "from_minute": NINE, "to_minute": NOON, "valid_from": TODAY}
    return exclude(**{"starts_at": None, "ends_at": None, **weekly, **fields})


# -- Opening hours --------------------------------------------------------------------------
@breaks("opening_hours_weekday_is_iso", 0, 8)
def opening_hours_on_weekday(weekday):
    open_hours(weekday=weekday)


@breaks("opening_hours_end_after_they_start", (NOON, NINE), (NOON, NOON), (SIX, 1441))
def opening_hours_between(minutes):
    open_hours(from_minute=minutes[0], to_minute=minutes[1])


@breaks("opening_hours_never_overlap")
def opening_hours_of_one_day_that_overlap():
    location = open_hours().location
    open_hours(location, from_minute=NOON - 1, to_minute=SIX)


@allowed()
def opening_hours_that_touch_or_are_of_other_days_and_houses():
    location = open_hours().location
    open_hours(location, from_minute=NOON, to_minute=1440)
    open_hours(location, weekday=2)
    open_hours()


# -- Availability ---------------------------------------------------------------------------
@breaks("availability_weekday_is_iso", 0, 8)
def work_on_weekday(weekday):
    work(weekday=weekday)


@breaks("availability_ends_after_it_starts", (NOON, NINE), (NOON, NOON), (SIX, 1441))
def work_between(minutes):
    work(from_minute=minutes[0], to_minute=minutes[1])


@breaks("availability_is_valid_forwards")
def work_that_ends_on_a_day_before_it_begins():
    work(valid_until=TODAY - timedelta(days=1))


@breaks("availability_blocks_never_overlap")
def work_in_two_houses_at_once():
    staff = work().staff
    work(staff, from_minute=NOON - 1, to_minute=SIX)


@breaks("availability_blocks_never_overlap")
def work_that_begins_on_the_last_day_of_other_work():
    staff = work(valid_until=TODAY).staff
    work(staff, valid_from=TODAY)


@allowed()
def work_that_touches_follows_on_or_is_somebody_elses():
    staff = work(valid_until=TODAY).staff
    work(staff, from_minute=NOON, to_minute=SIX)
    work(staff, valid_from=TODAY + timedelta(days=1))
    work(staff, weekday=2)
    work()


# -- Exclusions -----------------------------------------------------------------------------
@breaks("exclusion_is_of_a_person_or_a_room_or_all")
def an_exclusion_of_a_person_and_a_room():
    location = make_location()
    exclude(location=location, staff=make_staff(location), room=make_room(location))


@breaks("exclusion_kind_is_known")
def an_exclusion_for_no_known_reason():
    exclude(kind="whim")


@breaks(
    "exclusion_is_dated_or_weekly",
    {"starts_at": None},
    {"ends_at": None},
    {"starts_at": None, "ends_at": None},
    {"ends_at": at(10)},
    {"ends_at": at(9)},
    {"weekday": 1},
    {"from_minute": NINE, "to_minute": NOON},
    {"valid_from": TODAY},
    {"valid_from": TODAY, "valid_until": TODAY},
)
def an_exclusion_that_is_not_quite_dated(fields):
    exclude(**fields)


@breaks(
    "exclusion_is_dated_or_weekly",
    {"weekday": None},
    {"weekday": 0},
    {"weekday": 8},
    {"from_minute": None},
    {"to_minute": None},
    {"from_minute": NOON},
    {"to_minute": 1441},
    {"valid_from": None},
    {"starts_at": at(10), "ends_at": at(11)},
)
def an_exclusion_that_is_not_quite_weekly(fields):
    exclude_weekly(**fields)


@breaks("exclusion_is_valid_forwards")
def an_exclusion_that_ends_on_a_day_before_it_begins():
    exclude_weekly(valid_until=TODAY - timedelta(days=1))


@allowed()
def exclusions_dated_and_weekly_of_a_house():
    exclude()
    exclude_weekly()
    exclude_weekly(valid_until=TODAY, to_minute=1440)


# -- Calls about an absence -------------------------------------------------------------------
@breaks("absence_call_is_noted_once")
def two_calls_about_one_visit():
    call = {"exclusion": exclude(), "appointment": make_visit_with().appointment, "at": at(9)}
    AbsenceCall.objects.create(**call)
    AbsenceCall.objects.create(**call)
