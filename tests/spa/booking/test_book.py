"""Booking: what is frozen, what is refused, and who wins when two want the same hour."""

from importlib import import_module
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from spa.errors import RuleBroken
from spa.models import AppointmentChange, AppointmentItem, AppointmentStatus
from spa.postgres.checks import check_now
from spa.services import booking, idempotency
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import (
    NOW,
    ask_for_deposits,
    at,
    make_client,
    make_staff,
    make_user,
)
from tests.spa.booking.houses import DESK, House


@pytest.mark.django_db
def test_the_terms_of_a_booked_visit_are_frozen():
    house = House()
    ask_for_deposits()

    visit = house.book()

    check_now()
    (item,) = visit.items.all()
    assert visit.status == AppointmentStatus.PENDING_PAYMENT
    assert visit.code.startswith("BR-")
    assert visit.deposit_cents == 72_000_00
    assert (item.price_cents, item.vat_percent, item.duration_minutes) == (180_000_00, 19, 60)
    assert (item.starts_at, item.ends_at) == (at(10), at(11))
    assert item.staff_busy_until == item.room_busy_until == at(11, 10)
    change = AppointmentChange.objects.get(appointment=visit)
    assert (change.version, change.action, change.state["status"]) == (1, "book", "pending_payment")


@pytest.mark.django_db
def test_a_visit_within_the_buffer_of_another_is_refused_as_taken():
    house = House()
    house.book()

    with pytest.raises(booking.SlotTaken):
        house.book(starts_at=at(11))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts_at", "reason"),
    [
        (at(10, 5), "off_grid"),
        (at(6, 30), "lead_time"),
        (at(21), "closed"),
    ],
)
def test_a_start_outside_the_rules_is_refused_with_its_reason(starts_at, reason):
    house = House()

    with pytest.raises(RuleBroken) as refusal:
        house.book(starts_at=starts_at)

    assert reason in {one.code for one in refusal.value.facts["reasons"]}


@pytest.mark.django_db
def test_a_blocked_client_cannot_book():
    house = House()

    with pytest.raises(booking.ClientBlocked):
        house.book(client=make_client(persona_non_grata_since=NOW))


@pytest.mark.django_db
def test_a_withdrawn_service_cannot_be_booked():
    house = House()
    house.massage.withdrawn_at = NOW
    house.massage.save()

    with pytest.raises(RuleBroken) as refusal:
        house.book()

    assert refusal.value.facts["reason"] == "service_withdrawn"


@pytest.mark.django_db
def test_the_same_form_sent_twice_books_once():
    house, client = House(), make_client()
    actor = Actor(user=make_user(), request_id=uuid4())

    first = house.book(client=client, actor=actor)
    second = house.book(client=client, actor=actor)

    assert first == second


@pytest.mark.django_db
def test_a_request_id_with_another_content_is_refused():
    house, client = House(), make_client()
    actor = Actor(user=make_user(), request_id=uuid4())
    house.book(client=client, actor=actor)

    with pytest.raises(idempotency.KeyMismatch):
        house.book(client=client, actor=actor, starts_at=at(15))


@pytest.mark.django_db
def test_any_therapist_and_room_are_found_for_a_visit():
    house, client = House(), make_client()

    visit = booking.book_at(
        location=house.location,
        client=client,
        wanted=[Wanted(house.massage.pk)],
        starts_at=at(10),
        now=NOW,
        actor=DESK,
    )

    (item,) = visit.items.all()
    assert (item.staff, item.room, item.place) == (house.paola, house.room, 0)
    assert not item.staff_requested


@pytest.mark.django_db
def test_a_form_for_any_therapist_sent_twice_books_once_though_another_would_be_free():
    house, client = House(places=2, shared=True), make_client()
    make_staff(house.location)
    actor = Actor(user=make_user(), request_id=uuid4())

    def send():
        return booking.book_at(
            location=house.location,
            client=client,
            wanted=[Wanted(house.massage.pk)],
            starts_at=at(10),
            now=NOW,
            actor=actor,
        )

    assert send() == send()


@pytest.mark.django_db(transaction=True)
def test_the_second_booker_waits_for_the_first_and_is_then_refused():
    house = House()
    client = make_client()

    with open_transaction():
        house.book()
        second = Thread(lambda: house.book(client=client))
        second.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_staffmember" in waiting
    with pytest.raises(booking.SlotTaken):
        second.outcome()


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_shared_room_gets_its_next_free_place():
    house = House(places=2, shared=True)
    house.massage.needs_staff = False
    house.massage.save()
    client = make_client()

    with open_transaction():
        house.book(staff=None)
        second = Thread(lambda: house.book(staff=None, client=client))
        second.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_room" in waiting
    (item,) = second.outcome().items.all()
    assert item.place == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_who_waits_for_a_place_is_wrongly_refused(monkeypatch):
    """The control: the constraint alone is true, but turns away a client who has a place."""
    # The package re-exports the function `book`, so the module of that name is found this way.
    command = import_module("spa.services.booking.book")
    monkeypatch.setattr(command, "lock_resources", lambda wanted: None)
    house = House(places=2, shared=True)
    house.massage.needs_staff = False
    house.massage.save()
    client = make_client()

    with open_transaction():
        house.book(staff=None)
        second = Thread(lambda: house.book(staff=None, client=client))
        second.start()
        wait_until_somebody_waits_for_a_lock()

    with pytest.raises(booking.SlotTaken):
        second.outcome()


@pytest.mark.django_db
def test_the_database_refuses_a_therapist_twice_when_services_are_bypassed():
    house = House()
    visit = house.book()
    other = house.book(starts_at=at(15))

    with pytest.raises(IntegrityError, match="staff_is_never_booked_twice"), transaction.atomic():
        AppointmentItem.objects.filter(appointment=other).update(
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            staff_busy_until=visit.ends_at,
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"occupies": False}, "item_occupies_as_its_status_says"),
        ({"group": uuid4()}, "item_group_is_its_appointments"),
        ({"ends_at": at(12), "staff_busy_until": at(12)}, "appointment_spans_its_items"),
    ],
)
def test_the_database_refuses_an_item_that_contradicts_its_visit(change, constraint):
    visit = House().book()
    check_now()

    def contradict():
        with transaction.atomic():
            AppointmentItem.objects.filter(appointment=visit).update(**change)
            check_now()

    with pytest.raises(IntegrityError, match=constraint):
        contradict()


@pytest.mark.django_db
def test_the_history_of_a_visit_cannot_be_rewritten():
    visit = House().book()
    check_now()

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AppointmentChange.objects.filter(appointment=visit).update(reason_code="other")


@pytest.mark.django_db
def test_booking_costs_a_constant_number_of_queries(django_assert_max_num_queries):
    house, client = House(), make_client()

    with django_assert_max_num_queries(20):
        house.book(client=client)
