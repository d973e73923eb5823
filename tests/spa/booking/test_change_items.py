"""Other treatments for a visit: added, removed, replaced, longer or shorter."""

import random
from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest

from spa.errors import BusinessLogicError, RuleBroken, Stale
from spa.models import Appointment, AppointmentChange, AppointmentItem, CancelledBy
from spa.postgres.checks import check_now
from spa.services import booking, verification
from spa.services.audit import Actor
from spa.services.booking import Line
from spa.services.slots import Wanted
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import (
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


class Salon(House):
    """A house with a second service, which the same therapist does in the same kind of room."""

    def __init__(self, **room):
        super().__init__(**room)
        self.facial = make_service(minutes=30, pesos=90_000, room_kind=self.room.kind)

    def new(self, service=None, *, minutes=None, parallel=False, staff="paola") -> Line:
        staff = self.paola if staff == "paola" else staff
        wanted = Wanted((service or self.facial).pk, staff and staff.pk, parallel=parallel)
        return Line(wanted, minutes=minutes)


def change(visit, lines, **fields):
    fields = {"now": NOW, "actor": DESK, **fields}
    return booking.change_items_at(appointment=visit, lines=lines, **fields)


def as_it_is(visit, **changed):
    """Return the visit's lines; `minutes` of its last one."""
    lines = booking.as_it_is(visit)
    lines[-1] = Line(lines[-1].wanted, item=lines[-1].item, **changed)
    return lines


def told(visit):
    """Return what the visit has, in order: service, from, until, price."""
    items = visit.items.order_by("position")
    return [(one.service_id, one.starts_at, one.ends_at, one.price_cents) for one in items]


def treat(visit, *, now):
    booking.check_in(appointment=visit, now=now, actor=DESK)
    return booking.start(appointment=visit, now=now, actor=DESK)


# -- What can be changed ----------------------------------------------------------------------
@pytest.mark.django_db
def test_a_treatment_is_added_after_the_others_at_todays_price():
    house = Salon()
    visit = house.book()
    for service, pesos in ((house.massage, 200_000), (house.facial, 95_000)):
        service.price_cents = pesos * 100
        service.save()

    changed = change(visit, [*as_it_is(visit), house.new()])

    check_now()
    assert told(changed) == [
        (house.massage.pk, at(10), at(11), 180_000_00),
        (house.facial.pk, at(11), at(11, 30), 95_000_00),
    ]
    assert (changed.ends_at, changed.version, changed.moves) == (at(11, 30), 2, 0)
    row = AppointmentChange.objects.get(appointment=visit, version=2)
    assert (row.action, len(row.state["items"])) == ("change_items", 2)
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_what_follows_a_treatment_that_is_removed_moves_up():
    house = Salon()
    visit = change(visit := house.book(), [*as_it_is(visit), house.new()])

    changed = change(visit, as_it_is(visit)[1:])

    check_now()
    assert told(changed) == [(house.facial.pk, at(10), at(10, 30), 90_000_00)]
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_a_treatment_is_replaced_by_another():
    house = Salon()
    visit = house.book()

    changed = change(visit, [house.new()])

    check_now()
    assert told(changed) == [(house.facial.pk, at(10), at(10, 30), 90_000_00)]
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_treatments_change_their_order_and_go_side_by_side():
    house = Salon(places=2)
    berta = make_staff(house.location)
    visit = change(visit := house.book(), [*as_it_is(visit), house.new()])
    massage, facial = booking.as_it_is(visit)

    change(visit, [facial, massage])
    check_now()
    assert [start for _service, start, *_rest in told(visit)] == [at(10), at(10, 30)]

    facial, massage = booking.as_it_is(visit)
    with_berta = Wanted(house.massage.pk, berta.pk, parallel=True)
    changed = change(visit, [facial, Line(with_berta, item=massage.item)])
    check_now()
    assert (changed.starts_at, changed.ends_at) == (at(10), at(11))
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_a_treatment_takes_longer_into_free_time_and_costs_the_same():
    house = Salon()
    visit = house.book()
    house.massage.price_cents = 200_000_00
    house.massage.save()

    changed = change(visit, as_it_is(visit, minutes=90))

    check_now()
    assert told(changed) == [(house.massage.pk, at(10), at(11, 30), 180_000_00)]
    assert changed.items.get().staff_busy_until == at(11, 40)
    assert change(changed, as_it_is(changed, minutes=35)).ends_at == at(10, 35)
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_a_visit_that_is_moved_keeps_its_new_length():
    house = Salon()
    visit = house.book()
    change(visit, as_it_is(visit, minutes=90))

    moved = booking.move_at(
        appointment=visit,
        wanted=[Wanted(house.massage.pk, house.paola.pk)],
        starts_at=at(15),
        for_client=False,
        now=NOW,
        actor=DESK,
    )

    assert (moved.starts_at, moved.ends_at) == (at(15), at(16, 30))


@pytest.mark.django_db
def test_a_treatment_under_way_takes_longer_and_another_follows():
    house = Salon()
    visit = treat(house.book(), now=at(10, 5))

    changed = change(visit, [*as_it_is(visit, minutes=75), house.new()], now=at(10, 50))

    check_now()
    assert changed.status == "in_service"
    assert [(start, end) for _service, start, end, _price in told(changed)] == [
        (at(10), at(11, 15)),
        (at(11, 15), at(11, 45)),
    ]
    assert list(verification.findings()) == []


@pytest.mark.django_db
def test_another_room_is_found_where_its_own_is_taken_afterwards():
    house = Salon()
    other = make_room(house.location, kind=house.room.kind)
    berta = make_staff(house.location)
    visit = house.book()
    house.book(staff=berta, starts_at=at(11, 15))

    changed = change(visit, as_it_is(visit, minutes=90))

    assert changed.items.get().room == other


@pytest.mark.django_db
def test_a_treatment_under_way_stays_in_its_room_and_place():
    house = Salon(places=2, shared=True)
    make_room(house.location, kind=house.room.kind)
    berta = make_staff(house.location)
    neighbour, visit = house.book(staff=berta), treat(house.book(), now=at(10))
    assert visit.items.get().place == 1
    booking.cancel(appointment=neighbour, cancelled_by=CancelledBy.SPA, now=at(10), actor=DESK)

    change(visit, [*as_it_is(visit), house.new()], now=at(10, 30))

    check_now()
    massage = visit.items.get(position=0)
    assert (massage.room, massage.place) == (house.room, 1)


# -- What is refused --------------------------------------------------------------------------
def reason_of(refused: pytest.ExceptionInfo) -> str:
    return refused.value.facts["reason"]


@pytest.mark.django_db
def test_a_visit_does_not_grow_into_another():
    house = Salon()
    house.book(starts_at=at(11, 15))
    visit = house.book()

    with pytest.raises(booking.SlotTaken):
        change(visit, as_it_is(visit, minutes=80))
    with pytest.raises(booking.SlotTaken):
        change(visit, [*as_it_is(visit), house.new()])

    assert told(visit) == [(house.massage.pk, at(10), at(11), 180_000_00)]


@pytest.mark.django_db
def test_a_visit_does_not_grow_into_another_of_its_client():
    house, client = Salon(places=2, shared=True), make_client()
    berta = make_staff(house.location)
    visit = house.book(client=client)
    house.book(
        client=client,
        staff=berta,
        starts_at=at(11),
        call=booking.book_at,
    )

    with pytest.raises(booking.SlotTaken) as refused:
        change(visit, as_it_is(visit, minutes=65))

    assert {one.code for one in refused.value.facts["reasons"]} == {"client_busy"}


@pytest.mark.django_db
def test_a_visit_does_not_grow_past_the_end_of_the_shift():
    house = Salon()
    visit = house.book(starts_at=at(19))

    with pytest.raises(RuleBroken) as refused:
        change(visit, as_it_is(visit, minutes=65))

    assert reason_of(refused) in ("closed", "not_working")


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [0, 3, 62, 485])
def test_a_length_that_is_none_is_refused(minutes):
    visit = Salon().book()

    with pytest.raises(RuleBroken) as refused:
        change(visit, as_it_is(visit, minutes=minutes))

    assert reason_of(refused) == "duration"


@pytest.mark.django_db
def test_what_says_nothing_new_or_nothing_at_all_is_refused():
    visit = Salon().book()

    with pytest.raises(RuleBroken) as same:
        change(visit, as_it_is(visit, minutes=60))
    with pytest.raises(RuleBroken) as empty:
        change(visit, [])

    assert (reason_of(same), reason_of(empty)) == ("nothing_changed", "no_items")
    assert AppointmentChange.objects.count() == 1


@pytest.mark.django_db
def test_a_service_is_not_twice_in_a_visit():
    house = Salon()
    visit = house.book()

    with pytest.raises(booking.ServiceTwice):
        change(visit, [*as_it_is(visit), house.new(house.massage)])


@pytest.mark.django_db
def test_a_service_that_was_withdrawn_stays_but_is_not_added():
    house = Salon()
    visit = house.book()
    for service in (house.massage, house.facial):
        service.withdrawn_at = NOW
        service.save()

    with pytest.raises(RuleBroken) as refused:
        change(visit, [*as_it_is(visit), house.new()])

    assert reason_of(refused) == "service_withdrawn"
    assert change(visit, as_it_is(visit, minutes=30)).ends_at == at(10, 30)


@pytest.mark.django_db
def test_a_treatment_of_another_visit_is_refused():
    house = Salon()
    visit, other = house.book(), house.book(starts_at=at(14))

    with pytest.raises(RuleBroken) as refused:
        change(visit, booking.as_it_is(other))

    assert reason_of(refused) == "unknown_item"


@pytest.mark.django_db
def test_what_has_begun_is_neither_removed_nor_moved_nor_ended_in_the_past():
    house = Salon()
    make_room(house.location, kind=house.room.kind)
    berta = make_staff(house.location)
    visit = treat(house.book(), now=at(9, 55))
    (massage,) = booking.as_it_is(visit)
    by_berta = Line(Wanted(house.massage.pk, berta.pk, massage.wanted.room_id), item=massage.item)

    for lines in (
        [house.new()],
        [house.new(), massage],
        [by_berta],
        as_it_is(visit, minutes=25),
    ):
        with pytest.raises(RuleBroken) as refused:
            change(visit, lines, now=at(10, 30))
        assert reason_of(refused) == "begun"
    assert change(visit, as_it_is(visit, minutes=35), now=at(10, 30)).ends_at == at(10, 35)


@pytest.mark.django_db
def test_a_new_treatment_does_not_begin_in_the_past():
    house = Salon()
    visit = treat(house.book(), now=at(10))

    with pytest.raises(RuleBroken) as refused:
        change(visit, [*as_it_is(visit), house.new()], now=at(11, 20))

    assert reason_of(refused) == "lead_time"
    later = [*as_it_is(visit, minutes=80), house.new()]
    assert change(visit, later, now=at(11, 20)).ends_at == at(11, 50)


@pytest.mark.django_db
def test_a_visit_that_is_over_or_unpaid_keeps_its_treatments():
    house = Salon()
    visit = house.book()
    lines = as_it_is(visit, minutes=30)
    Appointment.objects.filter(pk=visit.pk).update(status="pending_payment", held_until=at(9))

    with pytest.raises(booking.IllegalTransition):
        change(visit, lines)

    Appointment.objects.filter(pk=visit.pk).update(status="confirmed", held_until=None)
    treat(visit, now=at(10))
    booking.finish(appointment=visit, now=at(10, 40), actor=DESK)
    with pytest.raises(booking.IllegalTransition):
        change(visit, lines, now=at(10, 45))


@pytest.mark.django_db
def test_a_change_from_a_page_that_is_out_of_date_is_refused():
    house = Salon()
    visit = house.book()
    change(visit, as_it_is(visit, minutes=90), version=1)

    with pytest.raises(Stale):
        change(visit, as_it_is(visit, minutes=30), version=1)


# -- Twice, and at once -----------------------------------------------------------------------
@pytest.mark.django_db
def test_a_change_sent_twice_is_made_once():
    house, actor = Salon(), Actor(user=make_user(), request_id=uuid4())
    visit = house.book()
    lines = [*as_it_is(visit), house.new()]

    first, again = (change(visit, lines, actor=actor, version=1) for _ in range(2))

    assert first == again
    assert (again.version, visit.items.count()) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_a_booking_of_the_time_it_wants_and_is_then_refused():
    house = Salon()
    visit = house.book()
    lines = as_it_is(visit, minutes=120)

    with open_transaction():
        house.book(starts_at=at(11, 30))
        second = Thread(
            lambda: booking.change_items(
                appointment=visit, lines=lines, now=NOW, actor=DESK, version=1
            )
        )
        second.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_staffmember" in waiting
    with pytest.raises(booking.SlotTaken):
        second.outcome()
    assert told(visit) == [(house.massage.pk, at(10), at(11), 180_000_00)]


@pytest.mark.django_db(transaction=True)
def test_a_booking_waits_for_a_change_and_is_then_refused():
    house = Salon()
    visit = house.book()

    with open_transaction():
        change(visit, as_it_is(visit, minutes=120))
        second = Thread(lambda: house.book(starts_at=at(11, 30)))
        second.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_staffmember" in waiting
    with pytest.raises(booking.SlotTaken):
        second.outcome()


@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_a_cancellation_and_is_then_refused():
    house = Salon()
    visit = house.book()
    lines = as_it_is(visit, minutes=90)

    with open_transaction():
        booking.cancel(appointment=visit, cancelled_by=CancelledBy.SPA, now=NOW, actor=DESK)
        second = Thread(
            lambda: booking.change_items(appointment=visit, lines=lines, now=NOW, actor=DESK)
        )
        second.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_appointment" in waiting
    with pytest.raises(booking.IllegalTransition):
        second.outcome()


@pytest.mark.django_db
def test_nobody_is_planned_who_was_not_locked():
    house = Salon()
    visit = house.book()
    lines = [*as_it_is(visit), house.new(staff=None)]

    with pytest.raises(booking.SlotTaken) as refused:
        booking.change_items(appointment=visit, lines=lines, now=NOW, actor=DESK)

    assert not refused.value.facts
    assert change(visit, lines).items.get(position=1).staff == house.paola


@pytest.mark.django_db
def test_row_by_row_a_change_would_meet_itself(monkeypatch):
    """The control: what one statement allows is refused when the rows are saved one by one."""
    house = Salon()
    visit = change(visit := house.book(), [*as_it_is(visit), house.new()])
    massage, facial = booking.as_it_is(visit)
    lines = [Line(massage.wanted, item=massage.item, minutes=90), facial]

    def one_by_one(items, fields):
        for item in items:
            item.save(update_fields=fields)

    command = import_module("spa.services.booking.change_items")
    monkeypatch.setattr(AppointmentItem.objects, "bulk_update", one_by_one)

    with pytest.raises(booking.SlotTaken):
        command.change_items_at(appointment=visit, lines=lines, now=NOW, actor=DESK)


@pytest.mark.django_db
def test_the_constraints_have_the_last_word(monkeypatch):
    """The control: a plan that overlooks a visit is refused by the database."""
    house = Salon()
    house.book(starts_at=at(11, 15))
    visit = house.book()
    plans = import_module("spa.services.booking.change_plan")
    load = plans.slots.load

    def blind(**asked):
        others = Appointment.objects.exclude(pk=visit.pk)
        return load(**asked, without=tuple(others))

    monkeypatch.setattr(plans.slots, "load", blind)

    with pytest.raises(booking.SlotTaken):
        change(visit, as_it_is(visit, minutes=120))


@pytest.mark.django_db
def test_a_change_costs_as_many_queries_however_full_the_day(django_assert_max_num_queries):
    house = Salon()
    visit = house.book()
    for hour in (12, 14, 16, 18):
        house.book(starts_at=at(hour))

    with django_assert_max_num_queries(20):
        booking.change_items(
            appointment=visit, lines=as_it_is(visit, minutes=90), now=NOW, actor=DESK
        )


# -- Whatever is asked for --------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_changed_frozen_terms_stay_and_a_refusal_changes_nothing(seed):
    chance = random.Random(seed)
    house = Salon(places=2)
    make_room(house.location, kind=house.room.kind)
    staff = [house.paola, make_staff(house.location)]
    services = [house.massage, house.facial, make_service(minutes=45, pesos=120_000)]
    visits = [house.book(starts_at=at(hour), call=booking.book_at) for hour in (9, 11, 14)]
    treat(visits[0], now=at(9))
    done = 0

    for _ in range(60):
        visit = chance.choice(visits)
        visit.refresh_from_db()
        before = {item.pk: item for item in visit.items.all()}
        lines = [
            Line(line.wanted, item=line.item, minutes=chance.choice((None, None, 20, 40, 75)))
            for line in booking.as_it_is(visit)
            if chance.random() < 0.8
        ]
        if chance.random() < 0.6:
            who = chance.choice([*staff, None])
            lines.insert(
                chance.randint(0, len(lines)), house.new(chance.choice(services), staff=who)
            )
        services[0].price_cents += 100
        services[0].save()
        try:
            change(visit, lines, now=at(9, 30))
        except BusinessLogicError:
            assert {item.pk: told_of(item) for item in visit.items.all()} == {
                pk: told_of(item) for pk, item in before.items()
            }
            continue
        done += 1
        kept = {line.item for line in lines if line.item}
        for item in visit.items.all():
            if item.pk in before:
                assert item.pk in kept
                assert item.price_cents == before[item.pk].price_cents
            else:
                assert item.price_cents == item.service.price_cents

    check_now()
    assert done > 5
    assert list(verification.findings()) == []


def told_of(item):
    return (item.service_id, item.staff_id, item.room_id, item.place, item.starts_at, item.ends_at)


@pytest.mark.django_db
def test_a_visit_of_another_day_keeps_its_day():
    house = Salon()
    tomorrow = TODAY + timedelta(days=1)
    visit = house.book(starts_at=at(10, day=tomorrow))

    changed = change(visit, [*as_it_is(visit), house.new()])

    assert (changed.starts_at, changed.ends_at) == (
        at(10, day=tomorrow),
        at(11, 30, day=tomorrow),
    )
