"""Visits and their items: what is never twice, and what a visit must say of itself."""

from uuid import uuid4

from django.db.models import F

from spa.models import Appointment, AppointmentItem, AppointmentStatus
from spa.postgres.checks import check_now
from tests.factories import NOW, at, make_client, make_location, make_room, make_service, make_staff
from tests.spa.constraints.attempts import allowed, breaks

S = AppointmentStatus


def make_visit(*, hour=10, minutes=60, **fields) -> Appointment:
    """Write a visit without items, as nobody but a test may."""
    return Appointment.objects.create(
        **{
            "location": fields.get("location") or make_location(),
            "client": fields.get("client") or make_client(),
            "status": S.CONFIRMED,
            "starts_at": at(hour),
            "ends_at": at(hour + minutes // 60, minutes % 60),
            "created_at": NOW,
            **fields,
        }
    )


def add_item(visit, **fields) -> AppointmentItem:
    """Write an item that takes the whole visit, in a room of its own if no other is given."""
    fields.setdefault("room", None if "staff" in fields else make_room(visit.location))
    Appointment.objects.filter(pk=visit.pk).update(
        price_cents=F("price_cents") + fields.get("price_cents", 180_000_00)
    )
    return AppointmentItem.objects.create(
        **{
            "appointment": visit,
            "position": visit.items.count(),
            "service": fields.get("service") or make_service(),
            "place": 0 if fields["room"] else None,
            "group": visit.group,
            "occupies": True,
            "starts_at": visit.starts_at,
            "ends_at": visit.ends_at,
            "staff_busy_until": visit.ends_at,
            "room_busy_until": visit.ends_at,
            "price_cents": 180_000_00,
            "vat_percent": 19,
            "duration_minutes": 60,
            "staff_buffer_minutes": 0,
            "room_buffer_minutes": 0,
            **fields,
        }
    )


def make_visit_with(*, hour=10, **item) -> AppointmentItem:
    return add_item(make_visit(hour=hour), **item)


def set_item(**fields) -> None:
    AppointmentItem.objects.filter(pk=make_visit_with().pk).update(**fields)


# -- Never twice ----------------------------------------------------------------------------
@breaks("client_is_never_booked_twice", S.PENDING_PAYMENT, S.CONFIRMED, S.ARRIVED, S.IN_SERVICE)
def a_client_at_two_places_at_once_while_her_first_visit_is(status):
    client = make_client()
    moments = {"held_until": at(9), "arrived_at": at(9), "started_at": at(9)}
    make_visit(client=client, status=status, **moments)
    make_visit(client=client, hour=10, minutes=1)


@allowed()
def visits_of_a_client_that_touch_are_over_or_are_only_offered():
    client = make_client()
    add_item(make_visit(client=client, hour=9))
    add_item(make_visit(client=client))
    add_item(make_visit(client=client, status=S.OFFERED, held_until=at(9)))
    gone = make_visit(client=client, status=S.CANCELLED, cancelled_by="spa", closed_at=NOW)
    add_item(gone, occupies=False)


@breaks("staff_is_never_booked_twice")
def a_therapist_in_two_visits_at_once():
    paola = make_staff(make_location())
    make_visit_with(staff=paola)
    make_visit_with(staff=paola)


@breaks("staff_is_never_booked_twice")
def a_therapist_booked_within_her_buffer():
    paola = make_staff(make_location())
    make_visit_with(staff=paola, staff_busy_until=at(11, 1))
    make_visit_with(staff=paola, hour=11)


@breaks("staff_is_never_booked_twice")
def a_therapist_twice_in_one_visit():
    paola, visit = make_staff(make_location()), make_visit()
    add_item(visit, staff=paola)
    add_item(visit, staff=paola)


@allowed()
def visits_of_a_therapist_that_touch_or_occupy_nothing():
    paola = make_staff(make_location())
    make_visit_with(staff=paola)
    make_visit_with(staff=paola, hour=11)
    gone = make_visit(status=S.CANCELLED, cancelled_by="spa", closed_at=NOW)
    add_item(gone, staff=paola, occupies=False)


@allowed()
def two_visits_of_a_therapist_swapped_in_one_statement():
    paola = make_staff(make_location())
    first, second = make_visit_with(staff=paola), make_visit_with(staff=paola, hour=11)
    first.starts_at, second.starts_at = second.starts_at, first.starts_at
    for item in (first, second):
        item.ends_at = item.staff_busy_until = item.room_busy_until = item.starts_at.replace(
            minute=45
        )
    AppointmentItem.objects.bulk_update(
        (first, second), ["starts_at", "ends_at", "staff_busy_until", "room_busy_until"]
    )
    for item in (first, second):
        Appointment.objects.filter(pk=item.appointment_id).update(
            starts_at=item.starts_at, ends_at=item.ends_at
        )


@breaks("place_is_never_booked_twice")
def a_place_in_a_shared_room_given_to_two():
    sauna = make_room(make_location(), places=2, shared=True)
    make_visit_with(room=sauna, room_shared=True)
    make_visit_with(room=sauna, room_shared=True)


@breaks("place_is_never_booked_twice")
def a_place_given_to_two_of_a_party():
    room, party = make_room(make_location(), places=2), uuid4()
    for _ in range(2):
        add_item(make_visit(group=party), room=room)


@breaks("room_is_never_shared_with_strangers")
def a_room_of_two_places_given_to_strangers():
    room = make_room(make_location(), places=2)
    make_visit_with(room=room, place=0)
    make_visit_with(room=room, place=1)


@allowed()
def a_room_shared_by_a_party_and_a_chair_with_two_hands_at_work():
    room, party = make_room(make_location(), places=2), uuid4()
    add_item(make_visit(group=party), room=room, place=0)
    manicure = make_visit(group=party)
    add_item(manicure, room=room, place=1)
    add_item(manicure, room=room, place=1)


# -- What a visit says of itself ------------------------------------------------------------
@breaks("appointment_status_is_known")
def a_visit_in_limbo():
    make_visit(status="limbo")


@breaks("appointment_ends_after_its_start", at(10), at(9))
def a_visit_that_starts_at_ten_and_ends_at(ends_at):
    make_visit(ends_at=ends_at)


@breaks("appointment_says_who_cancelled_it", "", "nobody")
def a_visit_cancelled_by(whom):
    make_visit(status=S.CANCELLED, cancelled_by=whom, closed_at=NOW)


@breaks("appointment_says_who_cancelled_it")
def a_confirmed_visit_that_somebody_cancelled():
    make_visit(cancelled_by="client")


@breaks("appointment_hold_has_an_end", S.OFFERED, S.PENDING_PAYMENT)
def a_hold_without_an_end(status):
    make_visit(status=status)


@breaks("appointment_client_moves_are_moves")
def a_visit_moved_more_often_for_the_client_than_at_all():
    make_visit(moves=1, client_moves=2)


@breaks("appointment_is_there_when_it_is_treated")
def a_client_who_arrived_at_no_time():
    make_visit(status=S.ARRIVED)


@breaks("appointment_in_service_has_started")
def a_treatment_that_began_at_no_time():
    make_visit(status=S.IN_SERVICE)


@breaks("appointment_that_is_over_was_closed", S.COMPLETED, S.NO_SHOW)
def a_visit_closed_at_no_time_though_it_is(status):
    make_visit(status=status)


@breaks("appointment_hold_ends_by_the_start")
def an_unpaid_visit_that_is_kept_past_its_start():
    make_visit(status=S.PENDING_PAYMENT, held_until=at(10, 1))


@allowed()
def an_unpaid_visit_that_is_kept_until_its_start():
    add_item(make_visit(status=S.PENDING_PAYMENT, held_until=at(10)))


@breaks("appointment_deposit_is_whole_pesos")
def a_deposit_of_half_a_peso():
    make_visit(deposit_cents=50)


# -- What an item says of itself ------------------------------------------------------------
@breaks("item_has_its_own_position")
def two_items_in_one_position():
    item = make_visit_with()
    add_item(item.appointment, room=item.room, position=item.position)


@breaks("item_is_one_of_eight")
def an_item_in_a_ninth_position():
    set_item(position=8)


@breaks("item_that_is_parallel_follows_another")
def a_first_item_that_is_parallel_to_nothing():
    set_item(parallel=True)


@allowed()
def a_last_of_eight_items_that_is_parallel():
    set_item(position=7, parallel=True)


@breaks("service_is_once_in_an_appointment")
def a_service_twice_in_one_visit():
    item = make_visit_with()
    add_item(item.appointment, room=item.room, service=item.service)


@breaks("item_ends_after_its_start", at(10), at(9))
def an_item_that_starts_at_ten_and_ends_at(ends_at):
    set_item(ends_at=ends_at)


@breaks("item_is_busy_from_its_start", "staff_busy_until", "room_busy_until")
def an_item_before_whose_start_ends_its(time):
    set_item(**{time: at(9)})


@breaks("item_has_staff_or_room")
def an_item_with_nobody_nowhere():
    set_item(room=None, place=None)


@breaks("item_place_goes_with_room")
def an_item_in_a_room_but_at_no_place():
    set_item(place=None)


@breaks("item_place_goes_with_room")
def an_item_at_a_place_in_no_room():
    set_item(room=None, staff=make_staff(make_location()))


@breaks("item_costs_whole_pesos")
def an_item_that_costs_half_a_peso():
    set_item(price_cents=50)


@breaks("item_vat_is_a_percentage")
def an_item_with_more_vat_than_price():
    set_item(vat_percent=101)


# -- What a visit and its items say of each other, checked at commit --------------------------
@breaks("item_occupies_as_its_status_says", trigger="spa_appointmentitem.item_agrees")
def an_item_that_frees_the_time_of_a_confirmed_visit():
    set_item(occupies=False)


@breaks("item_occupies_as_its_status_says", trigger="spa_appointment.appointment_agrees")
def a_cancelled_visit_whose_item_still_occupies():
    item = make_visit_with()
    check_now()
    Appointment.objects.filter(pk=item.appointment_id).update(
        status=S.CANCELLED, cancelled_by="spa", closed_at=NOW
    )


@breaks("item_group_is_its_appointments", trigger="spa_appointmentitem.item_agrees")
def an_item_of_another_group():
    set_item(group=uuid4())


@breaks("item_group_is_its_appointments", trigger="spa_appointment.appointment_agrees")
def a_visit_that_joins_a_party_without_its_items():
    item = make_visit_with()
    check_now()
    Appointment.objects.filter(pk=item.appointment_id).update(group=uuid4())


@breaks("appointment_spans_its_items", trigger="spa_appointmentitem.item_agrees")
def an_item_that_outlasts_its_visit():
    set_item(ends_at=at(12))


@breaks("appointment_spans_its_items", trigger="spa_appointment.appointment_agrees")
def a_visit_that_is_moved_without_its_items():
    item = make_visit_with()
    check_now()
    Appointment.objects.filter(pk=item.appointment_id).update(starts_at=at(9))


@breaks("appointment_spans_its_items", trigger="spa_appointment.appointment_agrees")
def a_visit_without_items():
    make_visit()


@breaks("appointment_spans_its_items", trigger="spa_appointmentitem.item_agrees")
def a_visit_whose_items_are_deleted():
    item = make_visit_with()
    check_now()
    item.delete()


@allowed()
def a_visit_that_is_deleted_with_its_items():
    visit = make_visit_with().appointment
    check_now()
    visit.delete()


@allowed()
def a_status_that_goes_there_and_back_in_one_transaction():
    visit = make_visit_with().appointment
    visits = Appointment.objects.filter(pk=visit.pk)
    visits.update(status=S.CANCELLED, cancelled_by="spa", closed_at=NOW)
    visits.update(status=S.CONFIRMED, cancelled_by="", closed_at=None, version=F("version"))


@breaks("appointment_starts_after_its_arrival")
def a_treatment_that_began_before_the_client_came():
    make_visit(arrived_at=at(10), started_at=at(9, 59))


@breaks(
    "appointment_finishes_after_its_beginnings",
    {"started_at": at(10)},
    {"arrived_at": at(10)},
    {"arrived_at": at(9), "started_at": at(10)},
)
def a_treatment_that_was_over_before_it_began(steps):
    make_visit(finished_at=at(9, 59), **steps)


@allowed({}, {"arrived_at": at(10)}, {"started_at": at(10)})
def a_treatment_of_no_length(steps):
    add_item(make_visit(**{"finished_at": at(10), **steps}))
