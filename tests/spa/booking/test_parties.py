"""Clients who come together: all of them, or none."""

from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.utils import translation

from spa import engine
from spa.errors import RuleBroken, Stale
from spa.models import Appointment, AppointmentChange, AuditLog, CancelledBy, SpaPolicy
from spa.postgres.checks import check_now
from spa.services import booking, slots, verification
from spa.services.audit import Actor
from spa.services.slots import Member, Wanted
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import (
    BOGOTA,
    NOW,
    TODAY,
    at,
    make_client,
    make_staff,
    make_user,
)
from tests.spa.booking.houses import DESK, House, lift_limits

NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def house(db):
    """A house with a twin room and two therapists."""
    house = House(places=2)
    house.berta = make_staff(house.location)
    return house


def couple(house, *clients, staff=(None, None)):
    clients = clients or (make_client(), make_client())
    return [
        Member(client, [Wanted(house.massage.pk, who and who.pk)])
        for client, who in zip(clients, staff, strict=True)
    ]


def book(house, members=None, *, starts_at=None, actor=DESK, **fields):
    return booking.book_party_at(
        location=house.location,
        members=members or couple(house),
        starts_at=starts_at or at(10),
        now=NOW,
        actor=actor,
        **fields,
    )


def concrete(house, members, starts_at):
    return booking.find_party(
        location=house.location, members=members, starts_at=starts_at, now=NOW
    )


def move(house, visit, starts_at, **fields):
    fields = {"for_client": False, "now": NOW, "actor": DESK, **fields}
    return booking.move_party_at(appointment=visit, starts_at=starts_at, **fields)


# -- booking --


def test_a_couple_is_booked_side_by_side_in_the_twin_room(house):
    members = couple(house)

    visits = book(house, members)

    check_now()
    items = [visit.items.get() for visit in visits]
    assert [visit.client for visit in visits] == [member.client for member in members]
    assert len({visit.group for visit in visits}) == 1
    assert [(item.room, item.place) for item in items] == [(house.room, 0), (house.room, 1)]
    assert {item.staff for item in items} == {house.paola, house.berta}
    assert all(visit.code.startswith("BR-") for visit in visits)
    assert AppointmentChange.objects.filter(action="book").count() == 2
    assert list(verification.findings()) == []


def test_nobody_else_is_let_into_the_room_of_a_party(house):
    book(house)
    camilo = make_staff(house.location)

    with pytest.raises(booking.SlotTaken):
        house.book(staff=camilo)


def test_a_party_that_does_not_fit_leaves_nothing_behind_and_names_who_cannot_come(house):
    members = couple(house, staff=(house.paola, house.berta))
    house.massage.room_kind = None
    house.massage.save()
    booking.book(
        location=house.location,
        client=make_client(),
        wanted=[Wanted(house.massage.pk, house.berta.pk)],
        starts_at=at(10),
        now=NOW,
        actor=DESK,
    )

    with pytest.raises(booking.SlotTaken) as refusal:
        book(house, members)

    (reason,) = refusal.value.facts["reasons"]
    assert refusal.value.facts["client"] == members[1].client.pk
    assert (reason.code, reason.guest, reason.staff) == ("busy", 1, house.berta.pk)
    assert Appointment.objects.count() == 1


def test_a_party_larger_than_the_rooms_is_refused_with_the_room(house):
    house.room.name = "Twin cabin"
    house.room.save()
    make_staff(house.location)
    members = [*couple(house), Member(make_client(name="Ana"), [Wanted(house.massage.pk)])]
    window = slots.load_party(
        location=house.location, members=members, first_day=TODAY, last_day=TODAY, now=NOW
    )

    with pytest.raises(RuleBroken) as refusal:
        book(house, members)
    with translation.override("en"):
        said = slots.party_sentence(window.plans_at(at(10)), window=window, staff={}, zone=BOGOTA)

    assert refusal.value.facts["reason"] == engine.TOGETHER
    assert refusal.value.facts["client"] == members[2].client.pk
    assert said == "Ana: Twin cabin does not have a place for each of them"
    assert not Appointment.objects.exists()


def test_what_keeps_everybody_away_is_said_of_nobody(house):
    members = couple(house)
    window = slots.load_party(
        location=house.location, members=members, first_day=TODAY, last_day=TODAY, now=NOW
    )

    with translation.override("en"):
        said = slots.party_sentence(window.plans_at(at(21)), window=window, staff={}, zone=BOGOTA)

    assert said == "The spa closes at 20:00"


@pytest.mark.parametrize("count", [1, 5])
def test_a_party_is_two_to_four(house, count):
    members = [Member(make_client(), [Wanted(house.massage.pk)]) for _ in range(count)]

    with pytest.raises(RuleBroken) as refusal:
        book(house, members)

    assert refusal.value.facts["reason"] in {"party_size", engine.TOGETHER}


def test_a_client_is_in_a_party_once(house):
    client = make_client()

    with pytest.raises(RuleBroken) as refusal:
        book(house, couple(house, client, client))

    assert refusal.value.facts["reason"] == "client_twice"


def test_a_blocked_friend_keeps_the_party_away(house):
    friend = make_client(persona_non_grata_since=NOW)

    with pytest.raises(booking.ClientBlocked) as refusal:
        book(house, couple(house, make_client(), friend))

    assert refusal.value.facts["client"] == friend.pk
    assert not Appointment.objects.exists()


def test_a_service_is_once_in_each_members_visit(house):
    member = couple(house)[0]
    twice = Member(member.client, [*member.wanted, *member.wanted])

    with pytest.raises(booking.ServiceTwice):
        book(house, [twice, couple(house)[1]])


def test_a_limit_of_one_member_counts_for_all_unless_a_manager_decides(house):
    regular, boss = make_client(), Actor(user=make_user())
    SpaPolicy.objects.update(max_visits_ahead=1, max_bookings_per_user_hour=3)
    house.book(client=regular, starts_at=at(15))
    members = couple(house, make_client(), regular)

    with pytest.raises(booking.TooManyVisits) as refusal:
        book(house, members)
    visits = book(house, members, actor=boss, override=booking.Override("family"))
    with pytest.raises(booking.TooManyBookings):
        book(house, starts_at=at(17), actor=boss)

    assert refusal.value.facts["client"] == regular.pk
    subjects = AuditLog.objects.filter(action="POLICY_OVERRIDDEN").values_list("subject", flat=True)
    assert set(subjects) == {f"appointment:{visit.code}" for visit in visits}


def test_a_party_sent_twice_is_booked_once(house):
    members, actor = couple(house), Actor(user=make_user(), request_id=uuid4())

    assert book(house, members, actor=actor) == book(house, members, actor=actor)
    assert Appointment.objects.count() == 2


def test_a_party_of_four_costs_a_constant_number_of_queries(house, django_assert_max_num_queries):
    for _ in range(2):
        make_staff(house.location)
    house.room.places = 4
    house.room.save()
    members = [Member(make_client(), [Wanted(house.massage.pk)]) for _ in range(4)]
    members = concrete(house, members, at(10))
    actor = Actor(user=make_user(), request_id=uuid4())

    with django_assert_max_num_queries(20):
        booking.book_party(
            location=house.location, members=members, starts_at=at(10), now=NOW, actor=actor
        )


# -- moving and cancelling --


def test_a_party_moves_by_half_its_length_into_each_others_places(house):
    first, second = book(house)

    moved = move(house, first, at(10, 30))

    check_now()
    assert [visit.starts_at for visit in moved] == [at(10, 30)] * 2
    assert [(visit.moves, visit.version) for visit in moved] == [(1, 2)] * 2
    assert [visit.items.get().room for visit in moved] == [house.room] * 2
    assert AppointmentChange.objects.get(appointment=second, version=2).left_day == TODAY
    assert list(verification.findings()) == []


def test_a_party_swaps_its_therapists_without_meeting_itself(house):
    first, second = book(house, couple(house, staff=(None, None)))
    crosswise = {
        one.pk: [Wanted(house.massage.pk, other.items.get().staff_id)]
        for one, other in ((first, second), (second, first))
    }
    before = first.items.get().staff, second.items.get().staff

    moved = move(house, first, at(10), wanted=crosswise)

    check_now()
    assert tuple(visit.items.get().staff for visit in moved) == before[::-1]


def test_a_party_that_does_not_fit_elsewhere_stays_where_it_is(house):
    first, second = book(house)
    house.book(starts_at=at(14))

    with pytest.raises(booking.SlotTaken):
        move(house, first, at(14))

    for visit in (first, second):
        visit.refresh_from_db()
        assert (visit.starts_at, visit.version) == (at(10), 1)


def test_who_was_cancelled_before_stays_behind(house):
    first, second = book(house)
    booking.cancel(appointment=second, cancelled_by=CancelledBy.CLIENT, now=NOW, actor=DESK)

    (moved,) = move(house, first, at(14))

    second.refresh_from_db()
    assert (moved, second.starts_at) == (first, at(10))


def test_a_party_that_has_begun_is_neither_moved_nor_cancelled(house):
    first, second = book(house)
    booking.check_in(appointment=second, now=at(10), actor=DESK)
    booking.start(appointment=second, now=at(10), actor=DESK)

    with pytest.raises(booking.IllegalTransition) as refusal:
        move(house, first, at(14))
    with pytest.raises(booking.IllegalTransition):
        cancel(first)

    assert refusal.value.facts["appointment"] == second.code
    first.refresh_from_db()
    assert first.status == "confirmed"


def test_a_party_of_which_one_is_here_is_not_moved_to_another_day(house):
    first, second = book(house)
    booking.check_in(appointment=second, now=at(9, 50), actor=DESK)

    with pytest.raises(RuleBroken) as refusal:
        move(house, first, at(10, day=NEXT_WEEK))

    assert refusal.value.facts["reason"] == "arrived_today"
    assert refusal.value.facts["client"] == second.client_id
    assert move(house, first, at(15))[1].starts_at == at(15)


def test_a_party_is_not_moved_to_where_it_stands(house):
    first, second = book(house, couple(house, staff=(house.paola, house.berta)))

    with pytest.raises(RuleBroken) as refusal:
        move(house, first, at(10))

    assert refusal.value.facts["reason"] == "same_place"
    for visit in (first, second):
        visit.refresh_from_db()
        assert (visit.moves, visit.version) == (0, 1)


def test_who_gets_another_therapist_in_a_party_has_not_asked_for_her(house):
    first, second = book(house, couple(house, staff=(house.paola, house.berta)))
    crosswise = {
        first.pk: [Wanted(house.massage.pk, house.berta.pk)],
        second.pk: [Wanted(house.massage.pk, house.paola.pk)],
    }

    move(house, first, at(10), wanted=crosswise)

    assert not any(visit.items.get().staff_requested for visit in (first, second))


def test_a_party_seen_before_it_was_changed_is_stale(house):
    first, second = book(house)
    shown = {first.pk: 1, second.pk: 1}
    move(house, first, at(14))

    with pytest.raises(Stale):
        move(house, first, at(16), versions=shown)
    with pytest.raises(Stale):
        cancel(first, versions=shown)


def test_a_party_cancelled_twice_by_one_form_is_answered_alike(house):
    first, second = book(house)
    booking.cancel(appointment=second, cancelled_by=CancelledBy.CLIENT, now=NOW, actor=DESK)
    actor = Actor(user=make_user(), request_id=uuid4())

    assert cancel(first, actor=actor) == cancel(first, actor=actor) == [first]


def test_a_clients_moves_count_for_the_party(house):
    lift_limits()
    first, second = book(house, starts_at=at(10, day=NEXT_WEEK))
    Appointment.objects.filter(pk=second.pk).update(moves=2, client_moves=2)

    with pytest.raises(RuleBroken) as refusal:
        move(house, first, at(14, day=NEXT_WEEK), for_client=True)

    assert refusal.value.facts["reason"] == "moves_used_up"


def test_a_party_moved_twice_by_one_form_moves_once(house):
    first, _second = book(house)
    actor = Actor(user=make_user(), request_id=uuid4())

    for _ in range(2):
        moved = move(house, first, at(14), actor=actor)

    assert [visit.moves for visit in moved] == [1, 1]


def cancel(visit, **fields):
    fields = {"now": NOW, "actor": DESK, **fields}
    return booking.cancel_party(appointment=visit, cancelled_by=CancelledBy.CLIENT, **fields)


def test_a_cancelled_party_gives_its_room_and_people_back(house):
    first, _second = book(house)

    cancelled = cancel(first)

    check_now()
    assert [visit.status for visit in cancelled] == ["cancelled"] * 2
    assert len(book(house)) == 2
    assert list(verification.findings()) == []


def test_a_party_is_not_cancelled_twice(house):
    first, _second = book(house)
    cancel(first)

    with pytest.raises(booking.IllegalTransition):
        cancel(first)


# -- two at once --


@pytest.mark.django_db(transaction=True)
def test_a_second_party_waits_for_the_first_and_is_then_refused():
    house = House(places=2)
    house.berta = make_staff(house.location)
    first, second = couple(house), couple(house)
    first, second = concrete(house, first, at(10)), concrete(house, second, at(10))

    def call(members):
        return booking.book_party(
            location=house.location, members=members, starts_at=at(10), now=NOW, actor=DESK
        )

    with open_transaction():
        call(first)
        other = Thread(lambda: call(second[::-1]))
        other.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_staffmember" in waiting
    with pytest.raises(booking.SlotTaken):
        other.outcome()
    assert Appointment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_parties_with_the_same_clients_in_other_order_make_no_deadlock():
    house = House(places=2)
    house.berta = make_staff(house.location)
    one, two = make_client(), make_client()

    with open_transaction():
        book(house, couple(house, one, two))
        other = Thread(lambda: book(house, couple(house, two, one), starts_at=at(14)))
        other.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_client" in waiting
    assert len(other.outcome()) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_who_waits_for_a_shared_room_gets_its_other_places(monkeypatch, locked):
    """And the control: without the lock the constraint turns away a party that has places."""
    if not locked:
        parties = import_module("spa.services.booking.parties")
        monkeypatch.setattr(parties, "lock_resources", lambda wanted: None)
    house = House(places=4, shared=True)
    house.massage.needs_staff = False
    house.massage.save()

    def call(members):
        return booking.book_party(
            location=house.location, members=members, starts_at=at(10), now=NOW, actor=DESK
        )

    first, second = couple(house), couple(house)
    first, second = concrete(house, first, at(10)), concrete(house, second, at(10))
    with open_transaction():
        call(first)
        other = Thread(lambda: call(second))
        other.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    if locked:
        assert "spa_room" in waiting
        assert {visit.items.get().place for visit in other.outcome()} == {2, 3}
    else:
        with pytest.raises(booking.SlotTaken):
            other.outcome()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", ["move", "cancel"])
def test_a_party_waits_while_one_of_its_visits_is_changed_and_is_then_refused(command):
    house = House(places=2)
    make_staff(house.location)
    first, second = book(house)
    shown = {first.pk: 1, second.pk: 1}

    with open_transaction():
        booking.check_in(appointment=second, now=at(10), actor=DESK)
        call = {
            "move": lambda: move(house, first, at(14), versions=shown),
            "cancel": lambda: cancel(first, versions=shown),
        }[command]
        other = Thread(call)
        other.start()
        waiting = wait_until_somebody_waits_for_a_lock()

    assert "spa_appointment" in waiting
    with pytest.raises(Stale):
        other.outcome()
