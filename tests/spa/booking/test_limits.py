"""How much may be booked for one client and by one user, also when two desks try at once."""

from datetime import timedelta
from importlib import import_module

import pytest

from spa.errors import RuleBroken
from spa.models import (
    Appointment,
    AppointmentChange,
    AuditLog,
    CancelledBy,
    SpaPolicy,
)
from spa.models.clients import ClientQuerySet
from spa.services import booking, verification
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.concurrency import (
    PATIENCE,
    Thread,
    open_transaction,
    wait_until_somebody_waits_for_a_lock,
)
from tests.factories import NOW, TODAY, at, make_client, make_service, make_staff, make_user
from tests.spa.booking.houses import DESK, House
from tests.tills import pay

limits = import_module("spa.services.booking.limits")
YESTERDAY = TODAY - timedelta(days=1)


def manager() -> Actor:
    return Actor(user=make_user())


def allow(**limits) -> None:
    """Set limits of the policy; those not named are off."""
    none = dict.fromkeys(
        (
            *("max_visits_ahead", "max_visits_ahead_vip"),
            *("max_bookings_per_client_hour", "max_bookings_per_user_hour"),
        )
    )
    SpaPolicy.objects.update(**none | limits)


def hours(count):
    """Return `count` starts that do not touch: two hours apart, five a day."""
    return [
        at(8 + 2 * (number % 5), day=TODAY + timedelta(days=1 + number // 5))
        for number in range(count)
    ]


def later(house, visit, **fields):
    return {
        "appointment": visit,
        "wanted": [Wanted(house.massage.pk, house.paola.pk, house.room.pk)],
        "for_client": False,
        "now": NOW,
        "actor": DESK,
        **fields,
    }


# -- visits ahead of a client --


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("vip_until", "limit"), [(None, 3), (TODAY - timedelta(days=1), 3), (TODAY, 6)]
)
def test_a_client_has_at_most_three_visits_ahead_and_a_vip_six(vip_until, limit):
    house, client = House(), make_client(vip_until=vip_until)
    allow(max_visits_ahead=3, max_visits_ahead_vip=6)
    *fitting, one_more = hours(limit + 1)
    for starts_at in fitting:
        house.book(client=client, starts_at=starts_at)

    with pytest.raises(booking.TooManyVisits) as refusal:
        house.book(client=client, starts_at=one_more)

    assert (refusal.value.internal_code, refusal.value.http_status) == ("APP-003", 422)
    assert refusal.value.facts["limit"] == limit


@pytest.mark.django_db
def test_visits_that_are_over_cancelled_or_being_given_do_not_count():
    house, client = House(), make_client()
    allow(max_visits_ahead=1)
    gone = house.book(client=client)
    booking.cancel(appointment=gone, cancelled_by=CancelledBy.CLIENT, now=NOW, actor=DESK)
    house.book(client=client, starts_at=at(8))

    after_the_first = {"now": at(9), "client": client}  # to the minute
    visit = house.book(starts_at=at(10), **after_the_first)
    booking.check_in(appointment=visit, now=at(10), actor=DESK)
    booking.start(appointment=visit, now=at(10), actor=DESK)

    assert house.book(starts_at=at(12), **after_the_first).starts_at == at(12)


@pytest.mark.django_db
def test_a_visit_that_lies_behind_her_is_not_moved_ahead_beyond_the_limit():
    house, client = House(), make_client()
    allow(max_visits_ahead=1)
    missed = house.book(client=client, starts_at=at(8))
    now = at(9, 30)
    request = later(house, missed, starts_at=at(16), now=now)
    house.book(client=client, starts_at=at(12), now=now)

    with pytest.raises(booking.TooManyVisits):
        booking.move(**request)

    boss = {"actor": manager(), "override": booking.Override("regular")}
    assert booking.move(**request | boss).starts_at == at(16)


@pytest.mark.django_db
def test_a_visit_ahead_moves_though_the_limit_is_reached():
    house, client = House(), make_client()
    allow(max_visits_ahead=1)
    visit = house.book(client=client)

    assert booking.move(**later(house, visit, starts_at=at(16))).starts_at == at(16)


# -- bookings within an hour --


@pytest.mark.django_db
def test_at_most_five_visits_are_booked_for_a_client_within_an_hour_cancelled_or_not():
    house, client = House(), make_client()
    allow(max_bookings_per_client_hour=5)
    *fitting, one_more = hours(6)
    for starts_at in fitting:
        visit = house.book(client=client, starts_at=starts_at)
        booking.cancel(appointment=visit, cancelled_by=CancelledBy.SPA, now=NOW, actor=DESK)

    with pytest.raises(booking.TooManyBookings) as refusal:
        house.book(client=client, starts_at=one_more)

    assert (refusal.value.internal_code, refusal.value.http_status) == (
        "APPOINTMENT_RATE_LIMIT",
        429,
    )
    assert refusal.value.facts["per"] == "client"
    Appointment.objects.update(created_at=NOW - timedelta(hours=1))
    assert house.book(client=client, starts_at=one_more)


@pytest.mark.django_db
def test_a_user_books_only_so_many_visits_within_an_hour_for_whomever():
    house, one, other = House(), manager(), manager()
    allow(max_bookings_per_user_hour=2)
    first, second, third = hours(3)
    house.book(actor=one, starts_at=first)
    house.book(actor=one, starts_at=second)

    with pytest.raises(booking.TooManyBookings) as refusal:
        house.book(actor=one, starts_at=third)

    assert refusal.value.facts["per"] == "user"
    assert house.book(actor=other, starts_at=third)


@pytest.mark.django_db
def test_an_empty_limit_is_none():
    house, client = House(), make_client()
    allow()

    for starts_at in hours(8):
        house.book(client=client, starts_at=starts_at, actor=DESK)


# -- two desks at once --


@pytest.fixture
def at_two_desks():
    """Two bookings by one user, with nothing in common but what they are given."""
    house, actor = House(), manager()
    house.massage.room_kind = None
    house.massage.save()
    berta = make_staff(house.location)

    def book_twice(*clients, wait):
        def book(client, staff):
            return booking.book(
                location=house.location,
                client=client,
                wanted=[Wanted(house.massage.pk, staff.pk)],
                starts_at=at(10) if staff == berta else at(14),
                now=NOW,
                actor=actor,
            )

        with open_transaction():
            book(clients[0], house.paola)
            second = Thread(lambda: book(clients[1], berta))
            second.start()
            waiting = wait_until_somebody_waits_for_a_lock() if wait else second.join(PATIENCE)
        return waiting, second

    return book_twice


@pytest.mark.django_db(transaction=True)
def test_a_second_desk_waits_for_the_clients_last_visit_and_is_then_refused(at_two_desks):
    client = make_client()
    allow(max_visits_ahead=1)

    waiting, second = at_two_desks(client, client, wait=True)

    assert "spa_client" in waiting
    with pytest.raises(booking.TooManyVisits):
        second.outcome()


@pytest.mark.django_db(transaction=True)
def test_a_user_at_two_desks_waits_for_herself_and_is_then_refused(at_two_desks):
    allow(max_bookings_per_user_hour=1)

    waiting, second = at_two_desks(make_client(), make_client(), wait=True)

    assert "spa_user" in waiting
    with pytest.raises(booking.TooManyBookings):
        second.outcome()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_client", [True, False])
def test_without_the_locks_two_desks_book_one_too_many(at_two_desks, monkeypatch, same_client):
    """The control: the second counts before the first one's visit is to be seen."""
    monkeypatch.setattr(limits, "lock_user", lambda user: None)
    monkeypatch.setattr(ClientQuerySet, "locked", lambda clients: clients)
    allow(max_bookings_per_user_hour=1, max_visits_ahead=1)
    client = make_client()

    _waiting, second = at_two_desks(client, client if same_client else make_client(), wait=False)

    second.outcome()
    assert Appointment.objects.count() == 2


# -- what a manager may let pass --


@pytest.mark.django_db
def test_a_manager_lets_a_limit_pass_and_it_is_written_down():
    house, client, boss = House(), make_client(), manager()
    allow(max_visits_ahead=1, max_bookings_per_client_hour=1, max_bookings_per_user_hour=1)
    house.book(client=client, actor=boss)

    visit = house.book(
        client=client, starts_at=at(15), actor=boss, override=booking.Override("goodwill")
    )

    entry = AuditLog.objects.get(action="POLICY_OVERRIDDEN")
    assert (entry.subject, entry.user_id, entry.reason_code) == (
        f"appointment:{visit.code}",
        boss.user.pk,
        "goodwill",
    )
    rate = "APPOINTMENT_RATE_LIMIT"
    assert entry.facts == {"rules": ["APP-003", rate, rate]}
    assert AppointmentChange.objects.get(appointment=visit).reason_code == "goodwill"


@pytest.mark.django_db
def test_an_override_that_nothing_needed_leaves_no_trace():
    visit = House().book(actor=manager(), override=booking.Override("regular"))

    assert not AuditLog.objects.filter(action="POLICY_OVERRIDDEN").exists()
    assert AppointmentChange.objects.get(appointment=visit).reason_code == ""


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "because"])
def test_an_override_without_a_reason_is_refused(reason):
    with pytest.raises(RuleBroken) as refusal:
        House().book(actor=manager(), override=booking.Override(reason))

    assert refusal.value.facts["reason"] == "override_without_reason"


@pytest.mark.django_db
def test_an_override_that_nobody_stands_for_is_refused():
    with pytest.raises(RuleBroken) as refusal:
        House().book(actor=DESK, override=booking.Override("regular"))

    assert refusal.value.facts["reason"] == "override_without_reason"


@pytest.mark.django_db
@pytest.mark.parametrize("day", [YESTERDAY, TODAY - timedelta(days=2)])
def test_a_manager_enters_a_forgotten_visit_of_yesterday_but_no_older_one(day):
    house, boss = House(), manager()

    def enter():
        return house.book(
            starts_at=at(10, day=day), actor=boss, override=booking.Override("forgotten")
        )

    if day == YESTERDAY:
        visit = enter()
        booking.complete(appointment=pay(visit, now=NOW), now=NOW, actor=boss)
        assert AuditLog.objects.get().facts == {"rules": ["lead_time"]}
        assert list(verification.findings()) == []
    else:
        with pytest.raises(RuleBroken) as refusal:
            enter()
        assert refusal.value.facts["reason"] == "lead_time"


@pytest.mark.django_db
def test_an_override_never_beats_a_physical_clash():
    house, client, boss = House(places=2, shared=True), make_client(), manager()
    berta = make_staff(house.location)
    treated = house.book(client=client, starts_at=at(8))
    now = at(12)
    booking.complete(appointment=pay(treated, now=now), now=now, actor=DESK)

    def enter(who, staff):
        return booking.book(
            location=house.location,
            client=who,
            wanted=[Wanted(house.massage.pk, staff.pk, house.room.pk)],
            starts_at=at(8, 30),
            now=now,
            actor=boss,
            override=booking.Override("forgotten"),
        )

    with pytest.raises(booking.SlotTaken):
        enter(make_client(), house.paola)  # she was with somebody else
    with pytest.raises(booking.SlotTaken):
        enter(client, berta)  # the client was with somebody else
    assert enter(make_client(), berta).starts_at == at(8, 30)


@pytest.mark.django_db
def test_a_manager_lets_a_client_move_once_more():
    house, boss = House(), manager()
    visit = house.book(starts_at=at(12))

    moved = booking.move(
        **later(
            house,
            visit,
            starts_at=at(15),
            for_client=True,
            actor=boss,
            override=booking.Override("family"),
        )
    )

    assert moved.client_moves == 1
    assert AuditLog.objects.get().facts == {"rules": ["too_late_to_move"]}


@pytest.mark.django_db
def test_booking_under_limits_with_an_override_costs_a_constant_number_of_queries(
    django_assert_max_num_queries,
):
    house, client, boss = House(), make_client(), manager()
    extra = make_service(minutes=15)
    house.book(client=client, starts_at=at(8))
    allow(max_visits_ahead=1, max_bookings_per_client_hour=1, max_bookings_per_user_hour=120)

    with django_assert_max_num_queries(20):
        booking.book(
            location=house.location,
            client=client,
            wanted=[
                Wanted(house.massage.pk, house.paola.pk, house.room.pk),
                Wanted(extra.pk, house.paola.pk),
            ],
            starts_at=at(12),
            now=NOW,
            actor=boss,
            override=booking.Override("regular"),
        )


# -- debts --


def leave_debt(house, client, *, pesos_paid=80_000):
    """Have a client treated this morning who leaves without paying all of it."""
    visit = pay(house.book(client=client, starts_at=at(8)), now=at(9), pesos=pesos_paid)
    return booking.complete(appointment=visit, now=at(9), actor=DESK, debt_reason="left")


@pytest.mark.django_db
def test_who_owes_for_an_earlier_visit_is_not_booked_until_she_has_paid():
    house, client = House(), make_client()
    debt = leave_debt(house, client)

    with pytest.raises(booking.ClientOwes) as refusal:
        house.book(client=client, starts_at=at(15), now=at(10))
    pay(debt, now=at(10))

    assert (refusal.value.internal_code, refusal.value.http_status) == ("APP-004", 422)
    assert refusal.value.facts["owed_cents"] == 100_000_00
    assert house.book(client=client, starts_at=at(15), now=at(10)).client == client


@pytest.mark.django_db
def test_a_manager_books_who_owes_and_it_is_audited():
    house, client = House(), make_client()
    leave_debt(house, client)

    house.book(
        client=client,
        starts_at=at(15),
        now=at(10),
        actor=manager(),
        override=booking.Override("regular"),
    )

    assert AuditLog.objects.get(action="POLICY_OVERRIDDEN").facts == {"rules": ["APP-004"]}
