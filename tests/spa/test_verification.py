"""Verify names each defect, and finds none in what the services do."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from spa.errors import BusinessLogicError
from spa.models import Appointment, AppointmentChange, AppointmentItem, CancelledBy, Client
from spa.postgres.checks import check_now
from spa.services import booking, verification
from spa.services.slots import Wanted
from tests.factories import TODAY, at, make_client, make_room, make_service, make_staff
from tests.spa.booking.houses import DESK, House
from tests.tills import pay


def found() -> list[str]:
    return list(verification.findings())


@pytest.fixture
def visit(db):
    return House().book()


def do(command, visit, now, **fields):
    return command(appointment=visit, now=now, actor=DESK, **fields)


# -- Twice ------------------------------------------------------------------------------------
def two_visits(house: House) -> tuple[Appointment, Appointment]:
    return house.book(), house.book(starts_at=at(12))


def on_top(unguarded, visit, *, without: str) -> None:
    """Let the visit's item begin at ten, whatever else stands there."""
    unguarded(
        "UPDATE spa_appointmentitem SET starts_at = %s WHERE appointment_id = %s",
        at(10, 30),
        visit.pk,
        without=("spa_appointmentitem", without),
    )


def test_a_therapist_in_two_rooms_at_once(unguarded):
    house = House()
    _first, second = two_visits(house)
    other = make_room(house.location, kind=house.room.kind)
    AppointmentItem.objects.filter(appointment=second).update(room=other)

    on_top(unguarded, second, without="staff_is_never_booked_twice")

    assert [line for line in found() if "therapist is booked twice" in line]
    assert not [line for line in found() if "place is booked twice" in line]


def test_two_visits_in_one_place(unguarded):
    house = House(shared=True, places=2)
    _first, second = two_visits(house)
    AppointmentItem.objects.filter(appointment=second).update(staff=make_staff(house.location))

    on_top(unguarded, second, without="place_is_never_booked_twice")

    assert [line for line in found() if "place is booked twice" in line]
    assert not [line for line in found() if "therapist is booked twice" in line]


def test_strangers_in_a_room_for_two(unguarded):
    house = House(places=2)
    _first, second = two_visits(house)
    staff = make_staff(house.location)
    AppointmentItem.objects.filter(appointment=second).update(staff=staff, place=1)

    on_top(unguarded, second, without="room_is_never_shared_with_strangers")

    assert [line for line in found() if "strangers share a room" in line]
    assert not [line for line in found() if "booked twice" in line]


def test_a_client_in_two_visits_at_once(unguarded):
    house, client = House(), make_client()
    house.book(client=client)
    second = house.book(client=client, starts_at=at(12))

    unguarded(
        "UPDATE spa_appointment SET starts_at = %s WHERE id = %s",
        at(10, 30),
        second.pk,
        without=("spa_appointment", "client_is_never_booked_twice"),
    )

    assert [line for line in found() if "client is booked twice" in line and second.code in line]


# -- Rows that disagree -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("occupies = false", "occupies is not what the status says"),
        ('"group" = gen_random_uuid()', "an item has another group"),
        ("starts_at = starts_at + interval '5 minutes'", "a visit does not span its items"),
        ("ends_at = ends_at - interval '5 minutes'", "a visit does not span its items"),
    ],
)
def test_an_item_that_contradicts_its_visit(unguarded, visit, change, what):
    unguarded(f"UPDATE spa_appointmentitem SET {change} WHERE appointment_id = %s", visit.pk)

    assert f"{what} {visit.code}" in found()


def test_a_visit_without_items(unguarded, visit):
    unguarded("DELETE FROM spa_appointmentitem WHERE appointment_id = %s", visit.pk)

    assert f"a visit does not span its items {visit.code}" in found()


def test_a_manual_flag_on_a_client_who_has_none(unguarded, visit):
    unguarded(
        "UPDATE spa_client SET persona_non_grata_manual = true WHERE id = %s",
        visit.client_id,
        without=("spa_client", "client_flag_is_manual_only_when_set"),
    )

    assert found() == [f"a flag is manual, but not set: client {visit.client_id}"]


# -- Histories --------------------------------------------------------------------------------
def test_a_change_of_a_visit_that_is_gone(unguarded, visit):
    unguarded("DELETE FROM spa_appointmentitem WHERE appointment_id = %s", visit.pk)
    unguarded("DELETE FROM spa_appointment WHERE id = %s", visit.pk)

    assert found() == [f"a change has no visit {visit.pk} version 1"]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM spa_appointmentchange WHERE appointment_id = %s AND version = 1",
        "DELETE FROM spa_appointmentchange WHERE appointment_id = %s",
        "UPDATE spa_appointmentchange SET version = 7 WHERE appointment_id = %s AND version = 2",
        "UPDATE spa_appointment SET version = 3 WHERE id = %s",
    ],
)
def test_a_change_that_is_missing(unguarded, visit, damage):
    do(booking.check_in, visit, at(9, 55))
    unguarded(damage, visit.pk)

    assert f"a change is missing from the history {visit.code}" in found()


def retell(unguarded, visit, version: int, **columns: str) -> None:
    """Rewrite one change of the visit's history; values are SQL."""
    assignments = ", ".join(f"{column} = {value}" for column, value in columns.items())
    unguarded(
        f"UPDATE spa_appointmentchange SET {assignments}"
        " WHERE appointment_id = %s AND version = %s",
        visit.pk,
        version,
    )


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("start", "in_service"),
        ("complete", "arrived"),
        ("check_in", "confirmed"),
        ("book", "arrived"),
        ("cancel", "completed"),
        ("move", "arrived"),
    ],
)
def test_a_step_that_no_rule_allows(unguarded, visit, action, status):
    do(booking.check_in, visit, at(9, 55))

    state = f"jsonb_set(state, '{{status}}', '\"{status}\"')"
    retell(unguarded, visit, 2, action=f"'{action}'", state=state)

    illegal = f"illegal history {visit.code} version 2, {action} from confirmed to {status}"
    assert illegal in found()


def test_a_completion_of_what_was_never_finished(unguarded, visit):
    do(booking.check_in, visit, at(9, 55))
    do(booking.start, visit, at(10))
    pay(visit, now=at(10, 50))
    done = do(booking.finish, visit, at(10, 50))

    unguarded("DELETE FROM spa_appointmentchange WHERE version = 5")
    unguarded("UPDATE spa_appointmentchange SET version = 5 WHERE version = 6")
    unguarded("UPDATE spa_appointment SET version = 5 WHERE id = %s", done.pk)

    assert found() == [
        f"illegal history {done.code} version 5, complete from in_service to completed"
    ]


@pytest.mark.parametrize(
    ("state", "what"),
    [
        ("jsonb_set(state, '{arrived_at}', 'null')", "no moment of check_in"),
        ("jsonb_set(state, '{items,0,service}', '0')", "other services"),
        ("jsonb_set(state, '{items,0,staff}', '0')", "moved by check_in"),
        ("jsonb_set(state, '{moves}', '1')", "moves miscounted"),
    ],
)
def test_a_change_that_changes_more_than_it_may(unguarded, visit, state, what):
    do(booking.check_in, visit, at(9, 55))

    retell(unguarded, visit, 2, state=state)

    assert f"illegal history {visit.code} version 2, {what}" in found()


def test_a_move_that_does_not_say_which_day_it_left(unguarded):
    house = House()
    visit = house.book()
    wanted = [Wanted(house.massage.pk, house.paola.pk, house.room.pk)]
    do(booking.move, visit, at(9), wanted=wanted, starts_at=at(15), for_client=False)

    retell(unguarded, visit, 2, left_day="NULL")

    assert found() == [f"illegal history {visit.code} version 2, the day it left"]


@pytest.mark.parametrize(
    ("table", "change", "what"),
    [
        ("spa_appointment", "status = 'in_service', started_at = now()", "status"),
        ("spa_appointment", "moves = 1", "moves"),
        ("spa_appointment", "deposit_cents = 100", "deposit_cents"),
        ("spa_appointment", "paid_cents = 100", "paid_cents"),
        ("spa_appointment", "held_until = now()", "held_until"),
        ("spa_appointmentitem", "staff_busy_until = ends_at", "items"),
        ("spa_appointmentitem", "price_cents = 100", "items"),
        ("spa_appointmentitem", "place = 1", "items"),
    ],
)
def test_a_visit_that_is_not_what_its_history_ends_in(unguarded, visit, table, change, what):
    key = "id" if table == "spa_appointment" else "appointment_id"
    unguarded(f"UPDATE {table} SET {change} WHERE {key} = %s", visit.pk)

    assert f"the history ends in something else {visit.code}, {what}" in found()


# -- Whatever the desk does, verify stays clean -----------------------------------------------
NEXT = {"confirmed": "check_in", "arrived": "start", "in_service": "finish"}


class Desk:
    """A desk that tries anything at any time; what is refused changes nothing."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.house = House(places=2)
        self.services = [
            self.house.massage,
            *(
                make_service(room_kind=self.house.room.kind, minutes=minutes)
                for minutes in (30, 45)
            ),
        ]
        self.staff = [self.house.paola, make_staff(self.house.location)]
        self.rooms = [self.house.room, make_room(self.house.location, kind=self.house.room.kind)]
        self.clients = [make_client() for _ in range(4)]
        self.now = at(7)
        self.done: list[str] = []

    def act(self) -> None:
        self.now += timedelta(minutes=self.chance.choice((0, 0, 5, 10)))
        commands = (
            *("book", "book", "move", "change_items", "pay"),
            *("check_in", "start", "finish", "complete", "cancel"),
        )
        name = self.chance.choice((*commands, "record_no_show", "record_no_show", *["natural"] * 6))
        visits = list(Appointment.objects.order_by("starts_at", "pk"))
        # A closed visit is tried now and then, to be refused.
        visits = [v for v in visits if v.is_active or self.chance.random() < 0.1]
        if name != "book" and not visits:
            return
        visit = self.chance.choice(visits[:4]) if visits else None
        if name == "natural":
            name = "pay" if visit.is_finished else NEXT.get(visit.status, "cancel")
        try:
            if name == "book":
                self._book()
            else:
                self._lead_on(name, visit)
        except BusinessLogicError:
            return
        self.done.append(name)

    def _book(self) -> None:
        services = self.chance.sample(self.services, self.chance.randint(1, 2))
        booking.book(
            location=self.house.location,
            client=self.chance.choice(self.clients),
            wanted=[self._wanted(service.pk) for service in services],
            starts_at=self._some_start(),
            now=self.now,
            actor=DESK,
        )

    def _lead_on(self, name: str, visit: Appointment) -> None:
        fields: dict[str, object] = {}
        if name == "pay":
            part = self.chance.choice((1, 2)) * visit.balance_cents // 2
            pay(visit, now=self.now, pesos=part // 100)
            return
        if name == "move":
            items = visit.items.order_by("position")
            fields["wanted"] = [self._wanted(item.service_id) for item in items]
            fields["starts_at"] = self._some_start()
            fields["for_client"] = self.chance.random() < 0.3
        if name == "change_items":
            fields["lines"] = self._other_treatments(visit)
        if name == "cancel":
            fields["cancelled_by"] = self.chance.choice(CancelledBy.values)
        do(getattr(booking, name), visit, self.now, **fields)

    def _other_treatments(self, visit: Appointment) -> list[booking.Line]:
        lines = [
            replace(line, minutes=self.chance.choice((None, 25, 60, 90)))
            for line in booking.as_it_is(visit)
        ]
        if self.chance.random() < 0.5:
            lines.append(booking.Line(self._wanted(self.chance.choice(self.services).pk)))
        return lines[self.chance.choice((0, 0, 1)) :]

    def _wanted(self, service: int) -> Wanted:
        return Wanted(service, self.chance.choice(self.staff).pk, self.chance.choice(self.rooms).pk)

    def _some_start(self):
        day = TODAY + timedelta(days=self.chance.choice((0, 0, 0, 1, 2)))
        return at(self.chance.randint(8, 19), self.chance.choice((0, 15, 30, 45)), day=day)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_desk_does_verify_stays_clean(seed):
    desk = Desk(seed)

    for number in range(200):
        desk.act()
        if number % 40 == 0:
            assert found() == [], desk.done

    check_now()
    assert found() == [], desk.done
    commands = {"book", "change_items", "check_in", "start", "pay", "finish", "cancel"}
    assert commands <= set(desk.done)
    completed = AppointmentChange.objects.filter(action="complete").count()
    assert completed > desk.done.count("complete")  # some by the last payment, or by the finish
    by_itself = completed - desk.done.count("complete")
    assert AppointmentChange.objects.count() == len(desk.done) + by_itself
    assert Client.objects.count() == 4
