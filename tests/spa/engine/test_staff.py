"""When an item fits into somebody's day."""

import pytest

from spa.engine import Plan, Refused, plan_at, search

from .factories import (
    ANNA,
    BERTA,
    busy,
    clock,
    exclusion,
    make_facts,
    make_staff,
    make_wish,
    span,
)


def offered(wishes, facts):
    return {slot.plan.start for slot in search(wishes, facts).slots}


def test_without_a_buffer_the_next_client_comes_at_once():
    facts = make_facts(make_staff(ANNA, busy=busy("11:00-12:00")))

    assert isinstance(plan_at(clock("10:00"), [make_wish(buffer=0)], facts), Plan)
    assert isinstance(plan_at(clock("10:00"), [make_wish(buffer=5)], facts), Refused)


def test_an_item_may_begin_when_the_busy_time_before_it_ends():
    facts = make_facts(make_staff(ANNA, busy=busy("9:00-10:00")))

    assert clock("10:00") in offered([make_wish()], facts)
    assert clock("9:45") not in offered([make_wish()], facts)


def test_a_buffer_ends_where_the_same_therapist_starts_her_next_item():
    wishes = [
        make_wish(30, buffer=45, able=[ANNA]),
        make_wish(30, buffer=10, able=[BERTA]),
        make_wish(30, buffer=10, able=[ANNA]),
    ]
    facts = make_facts(make_staff(ANNA), make_staff(BERTA))

    plan = plan_at(clock("10:00"), wishes, facts)

    assert [item.staff for item in plan.items] == [ANNA, BERTA, ANNA]
    assert [item.staff_busy_until for item in plan.items] == [
        clock("11:00"),  # not 11:15
        clock("11:10"),
        clock("11:40"),
    ]


def test_a_therapist_is_chosen_again_where_only_that_shortens_her_buffer():
    # Anna alone can begin; her buffer fits only because she serves the second item too.
    wishes = [make_wish(30, buffer=45, able=[ANNA]), make_wish(30, buffer=0)]
    facts = make_facts(
        make_staff(ANNA, busy=busy("11:00-12:00")),
        make_staff(BERTA),
        usual_staff=frozenset({BERTA}),
    )

    plan = plan_at(clock("10:00"), wishes, facts)

    assert [item.staff for item in plan.items] == [ANNA, ANNA]


def test_shifts_that_touch_count_as_one():
    wish = make_wish()

    split = make_facts(make_staff(ANNA, "8:00-12:00", "12:00-16:00"))
    lunch = make_facts(make_staff(ANNA, "8:00-12:00", "12:30-16:00"))

    assert clock("11:30") in offered([wish], split)
    assert clock("11:30") not in offered([wish], lunch)


def test_opening_hours_that_touch_count_as_one():
    facts = make_facts(make_staff(ANNA), opening=(span("8:00-12:00"), span("12:00-16:00")))

    assert clock("11:30") in offered([make_wish()], facts)


def test_a_visit_may_end_exactly_at_closing_time_and_at_the_end_of_a_shift():
    facts = make_facts(make_staff(ANNA, "8:00-20:00"))

    assert max(offered([make_wish(buffer=60)], facts)) == clock("19:00")


def test_only_the_treatment_itself_must_stay_clear_of_a_therapists_exclusion():
    facts = make_facts(make_staff(ANNA, exclusions=[exclusion("12:00-13:00")]))

    starts = offered([make_wish(buffer=30)], facts)

    assert clock("11:00") in starts
    assert clock("11:15") not in starts
    assert clock("13:00") in starts


def test_only_the_treatment_itself_must_stay_clear_of_the_locations_exclusion():
    facts = make_facts(make_staff(ANNA), exclusions=(exclusion("12:00-13:00"),))

    starts = offered([make_wish(buffer=30)], facts)

    assert clock("11:00") in starts
    assert clock("11:15") not in starts


def test_a_buffer_that_runs_over_lunch_still_meets_the_booking_after_it():
    anna = make_staff(ANNA, exclusions=[exclusion("12:00-12:15")], busy=busy("12:15-13:00"))

    assert clock("11:00") in offered([make_wish(buffer=15)], make_facts(anna))
    assert clock("11:00") not in offered([make_wish(buffer=20)], make_facts(anna))


def test_a_busy_time_of_no_length_is_in_nobodys_way():
    facts = make_facts(make_staff(ANNA, busy=busy("10:30-10:30")))

    assert clock("10:00") in offered([make_wish()], facts)


def test_a_service_without_therapist_needs_only_an_open_house():
    sauna = make_wish(needs_staff=False, able=[])

    plan = plan_at(clock("10:00"), [sauna], make_facts())

    (item,) = plan.items
    assert (item.staff, item.staff_busy_until) == (None, clock("11:00"))
    assert isinstance(plan_at(clock("19:30"), [sauna], make_facts()), Refused)


def test_the_client_cannot_be_in_two_places():
    facts = make_facts(make_staff(ANNA), client_busy=busy("10:00-11:00"))

    starts = offered([make_wish(buffer=30)], facts)

    assert clock("9:00") in starts
    assert clock("9:15") not in starts
    assert clock("11:00") in starts


@pytest.mark.parametrize("chosen", [ANNA, BERTA])
def test_a_chosen_therapist_is_the_one_who_comes(chosen):
    facts = make_facts(make_staff(ANNA), make_staff(BERTA))

    plan = plan_at(clock("10:00"), [make_wish(staff=chosen)], facts)

    assert plan.items[0].staff == chosen
