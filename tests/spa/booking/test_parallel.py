"""A visit with treatments at the same time, booked and moved."""

from uuid import uuid4

import pytest
from django.utils import translation

from spa import engine
from spa.errors import RuleBroken
from spa.models import AppointmentChange, AppointmentItem
from spa.postgres.checks import check_now
from spa.services import booking, slots, verification
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch
from spa.services.slots import Wanted
from tests.factories import (
    BOGOTA,
    NOW,
    TODAY,
    at,
    make_client,
    make_room,
    make_service,
    make_staff,
    make_user,
)
from tests.spa.booking.houses import DESK, House


@pytest.fixture
def house():
    house = House()
    house.berta = make_staff(house.location)
    kind = make_room(house.location).kind
    house.manicure = make_service(minutes=45, room_kind=kind)
    house.pedicure = make_service(minutes=60, room_kind=kind)
    return house


def hands_and_feet(house, *, staff=(None, None), massage=True):
    wanted = [
        Wanted(house.pedicure.pk, staff[0]),
        Wanted(house.manicure.pk, staff[1], parallel=True),
    ]
    return [*wanted, Wanted(house.massage.pk)] if massage else wanted


def book(house, wanted=None, *, starts_at=None, client=None, actor=DESK):
    return booking.book_at(
        location=house.location,
        client=client or make_client(),
        wanted=wanted or hands_and_feet(house),
        starts_at=starts_at or at(10),
        now=NOW,
        actor=actor,
    )


@pytest.mark.django_db
def test_a_manicure_is_given_during_the_pedicure_and_the_massage_follows(house):
    visit = book(house)

    check_now()
    pedicure, manicure, massage = visit.items.order_by("position")
    assert (pedicure.starts_at, pedicure.ends_at) == (at(10), at(11))
    assert (manicure.starts_at, manicure.ends_at) == (at(10), at(10, 45))
    assert (massage.starts_at, massage.ends_at) == (at(11), at(12))
    assert [item.parallel for item in (pedicure, manicure, massage)] == [False, True, False]
    assert pedicure.staff != manicure.staff
    assert (pedicure.room, pedicure.place) == (manicure.room, manicure.place)
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_a_move_keeps_what_is_parallel_though_the_form_does_not_say_it(house):
    visit = book(house)
    form = [Wanted(item.service_id) for item in visit.items.order_by("position")]

    moved = booking.move_at(
        appointment=visit, wanted=form, starts_at=at(14), for_client=False, now=NOW, actor=DESK
    )

    check_now()
    assert (moved.starts_at, moved.ends_at) == (at(14), at(16))
    assert [item.parallel for item in moved.items.order_by("position")] == [False, True, False]
    state = AppointmentChange.objects.get(appointment=visit, version=2).state
    assert [item["parallel"] for item in state["items"]] == [False, True, False]
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_one_therapist_for_both_is_refused_with_a_sentence(house):
    wanted = hands_and_feet(house, staff=(house.paola.pk, house.paola.pk), massage=False)
    window = slots.load(
        location=house.location,
        wanted=wanted,
        first_day=TODAY,
        last_day=TODAY,
        client=None,
        now=NOW,
    )

    with pytest.raises(RuleBroken) as refusal:
        book(house, wanted)
    with translation.override("en"):
        said = slots.sentence(
            window.plan_at(at(10)), window=window, staff={house.paola.pk: "Paola"}, zone=BOGOTA
        )

    assert refusal.value.facts["reason"] == engine.TOGETHER
    assert said.endswith("Paola cannot give two treatments at the same time")


@pytest.mark.django_db
def test_a_colleague_who_is_busy_means_that_the_time_is_taken(house):
    booking.book(
        location=house.location,
        client=make_client(),
        wanted=[Wanted(make_service().pk, house.berta.pk)],
        starts_at=at(10),
        now=NOW,
        actor=DESK,
    )

    with pytest.raises(booking.SlotTaken):
        book(house)


@pytest.mark.django_db
def test_the_first_treatment_is_parallel_to_nothing(house):
    with pytest.raises(RuleBroken) as refusal:
        book(house, [Wanted(house.massage.pk, parallel=True)])

    assert refusal.value.facts["reason"] == "first_is_parallel"


@pytest.mark.django_db
@pytest.mark.parametrize("count", [8, 9])
def test_a_visit_has_at_most_eight_treatments(house, count):
    wanted = [Wanted(make_service(minutes=15).pk, parallel=n % 2 == 1) for n in range(count)]

    if count == 8:
        assert book(house, wanted).items.count() == 8
    else:
        with pytest.raises(RuleBroken) as refusal:
            book(house, wanted)
        assert refusal.value.facts["reason"] == "too_many_items"


@pytest.mark.django_db
def test_the_same_treatments_one_after_the_other_are_another_request(house):
    actor, client = Actor(user=make_user(), request_id=uuid4()), make_client()
    book(house, client=client, actor=actor)

    with pytest.raises(KeyMismatch):
        book(
            house,
            [Wanted(one.service_id) for one in hands_and_feet(house)],
            client=client,
            actor=actor,
        )


@pytest.mark.django_db
def test_verification_finds_an_item_out_of_its_turn(house):
    visit = book(house)
    AppointmentItem.objects.filter(appointment=visit, service=house.manicure).update(parallel=False)

    found = list(verification.findings())

    assert f"an item does not start in its turn {visit.code}" in found
    assert f"the history ends in something else {visit.code}, items" in found


@pytest.mark.django_db
def test_a_history_from_before_there_were_parallel_items_is_still_told(house):
    visit = book(house, [Wanted(house.massage.pk)])
    change = AppointmentChange.objects.get(appointment=visit)
    for item in change.state["items"]:
        del item["parallel"]
    change.pk, change.version = None, 2
    change.save()

    found = list(verification.findings())

    assert not any("the history ends" in one and "items" in one for one in found)
