"""Which room an item gets, and which of its places."""

from spa.engine import Plan, Refused, plan_at

from .factories import (
    ANNA,
    BERTA,
    MASSAGE_ROOM,
    ROOM_ONE,
    ROOM_TWO,
    clock,
    exclusion,
    make_facts,
    make_room,
    make_staff,
    make_wish,
    taken,
)

TEN = clock("10:00")


def make_house(*rooms):
    return make_facts(make_staff(ANNA), make_staff(BERTA), rooms=rooms)


def make_massage(minutes=60, **values):
    return make_wish(minutes, room_kind=MASSAGE_ROOM, **values)


def test_the_last_place_of_a_shared_room_is_offered_and_then_none():
    almost = make_room(places=2, shared=True, busy=[taken("10:00-11:00", place=0)])
    full = make_room(
        places=2,
        shared=True,
        busy=[taken("10:00-11:00", place=0), taken("10:30-11:30", place=1)],
    )

    plan = plan_at(TEN, [make_massage()], make_house(almost))

    assert (plan.items[0].room, plan.items[0].place) == (ROOM_ONE, 1)
    assert isinstance(plan_at(TEN, [make_massage()], make_house(full)), Refused)


def test_a_shared_place_is_not_shared_with_ones_own_party():
    room = make_room(shared=True, busy=[taken("10:00-11:00", group="us")])

    assert isinstance(plan_at(TEN, [make_massage()], make_house(room)), Refused)


def test_a_twin_room_takes_two_of_one_party_but_no_stranger():
    friends = make_room(places=2, busy=[taken("10:00-11:00", place=0, group="us")])
    strangers = make_room(places=2, busy=[taken("10:00-11:00", place=0)])

    plan = plan_at(TEN, [make_massage()], make_house(friends))

    assert (plan.items[0].room, plan.items[0].place) == (ROOM_ONE, 1)
    assert isinstance(plan_at(TEN, [make_massage()], make_house(strangers)), Refused)


def test_a_rooms_buffer_must_stay_clear_of_its_exclusion():
    room = make_room(exclusions=[exclusion("11:00-12:00", "maintenance")])

    assert isinstance(plan_at(TEN, [make_massage(buffer=0)], make_house(room)), Plan)
    assert isinstance(plan_at(TEN, [make_massage(buffer=5)], make_house(room)), Refused)


def test_a_rooms_buffer_ends_where_the_next_item_in_it_starts():
    wishes = [make_massage(30, room_buffer=60), make_massage(30, room_buffer=0)]
    room = make_room(busy=[taken("11:00-12:00")])

    plan = plan_at(TEN, wishes, make_house(room))

    assert [item.room_busy_until for item in plan.items] == [clock("10:30"), clock("11:00")]


def test_a_visit_stays_in_one_room_rather_than_take_a_lower_number():
    rooms = [make_room(ROOM_ONE, busy=[taken("10:30-11:00")]), make_room(ROOM_TWO)]

    plan = plan_at(TEN, [make_massage(30), make_massage(30)], make_house(*rooms))

    assert [item.room for item in plan.items] == [ROOM_TWO, ROOM_TWO]


def test_a_chosen_room_is_the_one_that_is_taken():
    house = make_house(make_room(ROOM_ONE), make_room(ROOM_TWO))

    plan = plan_at(TEN, [make_massage(room=ROOM_TWO)], house)

    assert plan.items[0].room == ROOM_TWO


def test_a_service_without_room_has_none():
    plan = plan_at(TEN, [make_wish(room=ROOM_ONE)], make_house(make_room()))

    item = plan.items[0]
    assert (item.room, item.place, item.room_busy_until) == (None, None, clock("11:00"))


def test_a_visit_may_go_on_at_another_place_of_its_room():
    # The first place is lost at 10:30; that cuts the first item's buffer short just in time.
    room = make_room(
        places=2,
        shared=True,
        busy=[taken("10:30-12:00", place=0), taken("10:00-10:30", place=1)],
    )

    plan = plan_at(TEN, [make_massage(30), make_massage(30)], make_house(room))

    assert [item.place for item in plan.items] == [0, 1]
    assert plan.items[0].room_busy_until == clock("10:30")
