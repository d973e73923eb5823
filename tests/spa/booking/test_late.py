"""A client who comes late: received, and her treatment shortened."""

from uuid import uuid4

import pytest

from spa.errors import RuleBroken, Stale
from spa.models import AppointmentChange, CancelledBy
from spa.postgres.checks import check_now
from spa.services import booking, verification
from spa.services.audit import Actor
from spa.services.booking import Line
from spa.services.slots import Wanted
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import NOW, at, make_service, make_staff, make_user
from tests.spa.booking.houses import DESK, House


def receive(visit, now, **fields):
    return booking.check_in_shortened(appointment=visit, now=now, actor=DESK, **fields)


def add(visit, service, staff, *, parallel=False):
    lines = [*booking.as_it_is(visit), Line(Wanted(service.pk, staff.pk, parallel=parallel))]
    return booking.change_items_at(appointment=visit, lines=lines, now=NOW, actor=DESK)


@pytest.mark.django_db
def test_a_late_client_is_received_and_has_less_time_at_the_same_price():
    visit = House().book()

    late = receive(visit, at(10, 22))

    check_now()
    item = late.items.get()
    assert (late.status, late.arrived_at) == ("arrived", at(10, 22))
    assert (late.starts_at, late.ends_at) == (at(10, 20), at(11))
    assert (item.duration_minutes, item.price_cents) == (40, 180_000_00)
    rows = AppointmentChange.objects.filter(appointment=visit).order_by("version")
    assert [(row.action, row.reason_code) for row in rows] == [
        ("book", ""),
        ("change_items", "late"),
        ("check_in", ""),
    ]
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_only_what_comes_first_is_shortened():
    house = House(places=2)
    berta = make_staff(house.location)
    beside = make_service(minutes=30, room_kind=house.room.kind)
    after = make_service(minutes=30, room_kind=house.room.kind)
    visit = add(house.book(), beside, berta, parallel=True)
    visit = add(visit, after, house.paola)

    receive(visit, at(10, 15))

    check_now()
    spans = visit.items.order_by("position").values_list("starts_at", "ends_at")
    assert list(spans) == [(at(10, 15), at(11)), (at(10, 15), at(10, 30)), (at(11), at(11, 30))]
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_who_is_hardly_late_or_far_too_late_is_not_shortened():
    visit = House().book()

    with pytest.raises(RuleBroken) as hardly:
        receive(visit, at(10, 14))
    with pytest.raises(RuleBroken) as far_too:
        receive(visit, at(11))

    assert hardly.value.facts["reason"] == "not_late"
    assert far_too.value.facts["reason"] == "too_late_to_shorten"
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("confirmed", 1)


@pytest.mark.django_db
def test_a_page_that_is_out_of_date_shortens_nothing():
    house = House()
    visit = house.book()
    booking.move_at(
        appointment=visit,
        wanted=[Wanted(house.massage.pk, house.paola.pk)],
        starts_at=at(9),
        for_client=False,
        now=NOW,
        actor=DESK,
    )

    with pytest.raises(Stale):
        receive(visit, at(9, 30), version=1)


@pytest.mark.django_db
def test_a_late_check_in_sent_twice_is_made_once():
    visit, actor = House().book(), Actor(user=make_user(), request_id=uuid4())

    for _ in range(2):
        late = booking.check_in_shortened(appointment=visit, now=at(10, 20), actor=actor, version=1)

    assert (late.version, late.starts_at) == (3, at(10, 20))


@pytest.mark.django_db(transaction=True)
def test_a_late_check_in_waits_for_a_cancellation_and_is_then_refused():
    visit = House().book()

    with open_transaction():
        booking.cancel(appointment=visit, cancelled_by=CancelledBy.CLIENT, now=NOW, actor=DESK)
        second = Thread(lambda: receive(visit, at(10, 20)))
        second.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_appointment" in waiting
    with pytest.raises(booking.IllegalTransition):
        second.outcome()
