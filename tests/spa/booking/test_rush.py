"""Many at once: each hour is given away once, and nobody is killed by a deadlock."""

from collections import Counter
from datetime import timedelta
from threading import Barrier

import pytest

from spa.models import Appointment
from spa.services import booking, verification
from spa.services.slots import Wanted, load
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import (
    NOW,
    TODAY,
    at,
    make_client,
    make_location,
    make_room,
    make_service,
    make_staff,
)
from tests.spa.booking.houses import DESK, House, lift_limits

BOOKERS, SLOTS = 50, 20


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_for_each_of_twenty_slots_get_it_exactly_once(settings):
    settings.LOCK_TIMEOUT = "60s"
    lift_limits()
    house = House()
    clients = [make_client() for _ in range(BOOKERS)]
    starts = [at(8 + n % 10, day=TODAY + timedelta(days=1 + n // 10)) for n in range(SLOTS)]
    # An hour of treatment and ten minutes of buffer need every second hour, so shorten it.
    house.massage.duration_minutes = 45
    house.massage.save()
    barrier = Barrier(BOOKERS)

    def try_all(client):
        outcomes = []
        barrier.wait()
        for starts_at in starts:
            try:
                house.book(client=client, starts_at=starts_at)
                outcomes.append("booked")
            except booking.SlotTaken:
                outcomes.append("taken")
        return outcomes

    threads = [Thread(lambda client=client: try_all(client)) for client in clients]
    for thread in threads:
        thread.start()
    outcomes = Counter(result for thread in threads for result in thread.outcome(patience=90))

    assert outcomes == {"booked": SLOTS, "taken": SLOTS * (BOOKERS - 1)}
    assert Appointment.objects.count() == SLOTS
    assert list(verification.findings()) == []


@pytest.mark.django_db(transaction=True)
def test_two_therapists_asked_for_in_opposite_order_make_no_deadlock():
    location = make_location()
    anna, berta = make_staff(location), make_staff(location)
    first, second = make_service(minutes=30), make_service(minutes=30)
    clients = make_client(), make_client()

    def book(client, staff, starts_at):
        wanted = [Wanted(first.pk, staff[0].pk), Wanted(second.pk, staff[1].pk)]
        return booking.book(
            location=location,
            client=client,
            wanted=wanted,
            starts_at=starts_at,
            now=NOW,
            actor=DESK,
        )

    with open_transaction():
        book(clients[0], (berta, anna), at(10))
        other = Thread(lambda: book(clients[1], (anna, berta), at(14)))
        other.start()
        wait_until_somebody_waits_for_a_lock()

    assert other.outcome().starts_at == at(14)


@pytest.mark.django_db(transaction=True)
def test_a_booking_waits_while_its_client_is_being_blocked_and_is_then_refused():
    house, client = House(), make_client()

    with open_transaction():
        blocked = type(client).objects.locked().get(pk=client.pk)
        blocked.persona_non_grata_since = NOW
        blocked.save()
        second = Thread(lambda: house.book(client=client))
        second.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_client" in waiting
    with pytest.raises(booking.ClientBlocked):
        second.outcome()


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, 29])
def test_a_search_costs_four_queries_however_long(days, django_assert_num_queries):
    location, client = make_location(), make_client()
    room = make_room(location)
    for _ in range(3):
        make_staff(location)
    services = [make_service(room_kind=room.kind, minutes=minutes) for minutes in (30, 60)]

    with django_assert_num_queries(4):
        window = load(
            location=location,
            wanted=[Wanted(service.pk) for service in services],
            first_day=TODAY,
            last_day=TODAY + timedelta(days=days),
            client=client,
            now=NOW,
        )

    found = window.search()
    assert len(found.slots) + len(found.refused) == 96 * (days + 1)
    assert found.slots
