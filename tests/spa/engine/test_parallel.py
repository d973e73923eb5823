"""Items that are given at the same time: a manicure while the pedicure lasts."""

from spa.engine import TOGETHER, Reason, plan_at, search

from .factories import (
    ANNA,
    BERTA,
    CARLA,
    MASSAGE_ROOM,
    busy,
    clock,
    make_facts,
    make_room,
    make_staff,
    make_wish,
    span,
    taken,
)

TEN = clock("10:00")


def make_house(*people, **values):
    return make_facts(*map(make_staff, people or (ANNA, BERTA)), **values)


def times(plan):
    return [(item.start, item.end) for item in plan.items]


def test_a_parallel_item_starts_with_the_one_before_it_and_the_next_waits_for_the_longest():
    wishes = [make_wish(60), make_wish(90, parallel=True), make_wish(30)]

    plan = plan_at(TEN, wishes, make_house())

    assert times(plan) == [span("10:00-11:00"), span("10:00-11:30"), span("11:30-12:00")]
    assert (plan.start, plan.end) == span("10:00-12:00")


def test_a_visit_ends_with_its_longest_item_whichever_is_listed_last():
    wishes = [make_wish(90), make_wish(30, parallel=True)]

    assert plan_at(TEN, wishes, make_house()).end == clock("11:30")


def test_one_that_is_listed_first_is_parallel_to_nothing():
    plan = plan_at(TEN, [make_wish(60, parallel=True), make_wish(30)], make_house())

    assert times(plan) == [span("10:00-11:00"), span("11:00-11:30")]


def test_parallel_items_are_given_by_different_therapists():
    wishes = [make_wish(60), make_wish(30, parallel=True), make_wish(30, parallel=True)]

    plan = plan_at(TEN, wishes, make_house(ANNA, BERTA, CARLA))

    assert [item.staff for item in plan.items] == [ANNA, BERTA, CARLA]


def test_one_therapist_for_two_parallel_items_is_busy_with_the_other_one():
    wishes = [make_wish(60), make_wish(30, parallel=True)]

    refusal = plan_at(TEN, wishes, make_house(ANNA))

    assert refusal.reasons == (
        Reason("busy", 0, ANNA, None, TEN, clock("10:40"), TOGETHER),
        Reason("busy", 1, ANNA, None, TEN, clock("11:10"), TOGETHER),
    )


def test_the_one_who_can_do_only_this_leaves_the_other_item_to_her_colleague():
    wishes = [make_wish(60), make_wish(60, able=[ANNA], parallel=True)]

    plan = plan_at(TEN, wishes, make_house())

    assert [item.staff for item in plan.items] == [BERTA, ANNA]


def test_a_buffer_is_cut_short_by_the_next_item_but_not_by_a_parallel_one():
    wishes = [
        make_wish(30, buffer=60, able=[ANNA]),
        make_wish(60, buffer=60, able=[BERTA], parallel=True),
        make_wish(30, buffer=0, able=[ANNA]),
    ]
    facts = make_facts(make_staff(ANNA, busy=busy("11:30-12:00")), make_staff(BERTA))

    plan = plan_at(TEN, wishes, facts)

    assert [item.staff_busy_until for item in plan.items] == [
        clock("11:00"),
        clock("12:00"),
        clock("11:30"),
    ]


def test_two_hands_at_work_share_one_chair():
    wishes = [
        make_wish(60, room_buffer=15, room_kind=MASSAGE_ROOM),
        make_wish(30, room_buffer=30, room_kind=MASSAGE_ROOM, parallel=True),
    ]

    plan = plan_at(TEN, wishes, make_house(rooms=[make_room()]))

    assert [(item.room, item.place) for item in plan.items] == [(1, 0), (1, 0)]
    assert [item.room_busy_until for item in plan.items] == [clock("11:15"), clock("11:00")]


def test_a_room_that_is_taken_while_the_longer_item_lasts_is_taken_for_that_one_only():
    wishes = [
        make_wish(60, buffer=0, room_kind=MASSAGE_ROOM),
        make_wish(30, buffer=0, room_kind=MASSAGE_ROOM, parallel=True),
    ]
    rooms = [make_room(1, busy=[taken("10:30-11:00")]), make_room(2)]

    plan = plan_at(TEN, wishes, make_house(rooms=rooms))

    assert [item.room for item in plan.items] == [2, 2]  # fewest changes of room


def test_eight_items_with_four_hands_are_placed():
    wishes = [make_wish(15, buffer=0, parallel=number % 2 == 1) for number in range(8)]

    found = search(wishes, make_house()).slots

    assert found[0].plan.end - found[0].plan.start == 60
    assert [item.staff for item in found[0].plan.items] == [ANNA, BERTA] * 4
