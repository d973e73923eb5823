"""What is sold, where, and the numbers of the house."""

from spa.models import Location, Room, RoomKind, Service, Skill, SpaPolicy, StaffMember
from tests.factories import make_location, make_room, make_service, make_staff
from tests.spa.constraints.attempts import allowed, breaks


def set_policy(**fields) -> None:
    SpaPolicy.objects.filter(pk=1).update(**fields)


@breaks("service_name_is_unique", "Masaje", "MASAJE")
def two_services_of_one_name(name):
    for one in ("masaje", name):
        Service.objects.create(name=one, duration_minutes=60, price_cents=100)


@breaks("service_lasts_5_to_480_minutes", 0, 4, 481)
def a_service_that_lasts(minutes):
    make_service(minutes=minutes)


@allowed(5, 480)
def a_service_that_may_last(minutes):
    make_service(minutes=minutes)


@breaks("service_costs_whole_pesos", 1, 150)
def a_service_that_costs_cents(cents):
    Service.objects.filter(pk=make_service().pk).update(price_cents=cents)


@breaks("service_vip_price_is_lower", 180_000_00, 200_000_00, 90_000_50)
def a_service_whose_vip_price_is_no_lower_or_has_cents(cents):
    make_service(pesos=180_000, vip_price_cents=cents)


@allowed(None, 0, 179_999_00)
def a_service_whose_vip_price_may_be(cents):
    make_service(pesos=180_000, vip_price_cents=cents)


@breaks("service_vat_is_a_percentage")
def a_service_with_more_vat_than_price():
    make_service(vat_percent=101)


@breaks("service_buffers_are_at_most_180_minutes", "staff_buffer_minutes", "room_buffer_minutes")
def a_service_with_a_long(buffer):
    make_service(**{buffer: 181})


@allowed("staff_buffer_minutes", "room_buffer_minutes")
def a_service_with_the_longest(buffer):
    make_service(**{buffer: 180})


@breaks("service_needs_staff_or_a_room")
def a_service_that_needs_nobody_and_no_room():
    make_service(needs_staff=False)


@breaks("room_kind_name_is_unique")
def two_kinds_of_room_of_one_name():
    RoomKind.objects.create(name="Sauna")
    RoomKind.objects.create(name="sauna")


@breaks("room_name_is_unique")
def two_rooms_of_one_name_in_one_house():
    room = make_room(make_location())
    Room.objects.create(location=room.location, kind=room.kind, name=room.name.upper())


@allowed()
def two_rooms_of_one_name_in_two_houses():
    room = make_room(make_location())
    Room.objects.create(location=make_location(), kind=room.kind, name=room.name)


@breaks("room_has_a_place", 0, 101)
def a_room_whose_places_are(places):
    make_room(make_location(), places=places)


@breaks("location_name_is_unique")
def two_houses_of_one_name():
    Location.objects.create(name=make_location().name.upper())


@breaks("skill_name_is_unique")
def two_skills_of_one_name():
    Skill.objects.create(name="Masaje")
    Skill.objects.create(name="masaje")


@breaks("staff_hue_is_an_angle")
def a_therapist_whose_colour_is_no_angle():
    StaffMember.objects.filter(pk=make_staff(make_location()).pk).update(hue=360)


@breaks("policy_is_one_row")
def a_second_policy():
    SpaPolicy.objects.create(pk=2)


@breaks("policy_grid_divides_the_hour", 0, 7, 25, 45, 120)
def a_grid_in_minutes_of(minutes):
    set_policy(grid_minutes=minutes)


@allowed(5, 10, 15, 20, 30, 60)
def a_grid_in_minutes_may_be(minutes):
    set_policy(grid_minutes=minutes)


@breaks("policy_horizon_is_one_day_to_two_years", 0, 731)
def a_horizon_in_days_of(days):
    set_policy(horizon_days=days)


@breaks("policy_buffer_is_at_most_180_minutes")
def a_usual_buffer_of_more_than_three_hours():
    set_policy(default_buffer_minutes=181)


@breaks(
    "policy_limits_let_everybody_book",
    *("max_visits_ahead", "max_bookings_per_client_hour", "max_bookings_per_user_hour"),
)
def a_limit_of_none_at_all_for(what):
    set_policy(**{what: 0})


@allowed(None, 1)
def limits_may_be(limit):
    set_policy(
        max_visits_ahead=limit,
        max_visits_ahead_vip=limit,
        max_bookings_per_client_hour=limit,
        max_bookings_per_user_hour=limit,
    )


@breaks("policy_vip_may_have_as_many_visits")
def a_vip_who_may_have_fewer_visits_ahead():
    set_policy(max_visits_ahead=3, max_visits_ahead_vip=2)


@breaks("policy_deposit_is_a_percentage")
def a_deposit_of_more_than_the_price():
    set_policy(deposit_percent=101)
