"""Which of the possible slots and therapists comes first, and why."""

from spa.engine import Merit, best, search

from .factories import (
    ANNA,
    BERTA,
    busy,
    clock,
    exclusion,
    make_facts,
    make_staff,
    make_wish,
)


def slot_at(start, wishes, facts):
    return next(slot for slot in search(wishes, facts).slots if slot.plan.start == clock(start))


def test_whoever_is_left_the_least_idle_time_is_chosen():
    facts = make_facts(
        make_staff(ANNA, busy=busy("8:00-9:45")),
        make_staff(BERTA, busy=busy("8:00-10:00")),
    )

    slot = slot_at("10:00", [make_wish()], facts)

    assert slot.plan.items[0].staff == BERTA
    assert slot.idle_minutes == 0


def test_a_gap_that_can_still_be_sold_is_not_idle():
    facts = make_facts(make_staff(ANNA, busy=busy("8:00-9:30")))

    assert slot_at("10:00", [make_wish()], facts).idle_minutes == 0
    assert slot_at("9:45", [make_wish()], facts).idle_minutes == 15


def test_time_that_has_passed_is_not_idle():
    facts = make_facts(make_staff(ANNA, busy=busy("8:00-9:45")), earliest=clock("9:55"))

    assert slot_at("10:00", [make_wish()], facts).idle_minutes == 5


def test_time_after_closing_is_not_idle():
    facts = make_facts(make_staff(ANNA, "8:00-20:15"))

    assert slot_at("18:45", [make_wish()], facts).idle_minutes == 5


def test_the_pause_between_two_items_of_one_therapist_counts_once():
    wishes = [
        make_wish(30, buffer=10, able=[ANNA]),
        make_wish(30, buffer=0, able=[BERTA]),
        make_wish(30, buffer=0, able=[ANNA]),
    ]
    facts = make_facts(make_staff(ANNA), make_staff(BERTA))

    assert slot_at("10:00", wishes, facts).idle_minutes == 20


def test_idle_time_starts_where_a_buffer_ends_even_past_a_break():
    anna = make_staff(ANNA, exclusions=[exclusion("11:00-11:10")], busy=busy("11:40-12:00"))

    slot = slot_at("10:00", [make_wish(buffer=20)], make_facts(anna))

    assert slot.idle_minutes == 20


def test_a_pause_that_began_with_a_break_is_counted_from_the_end_of_the_buffer():
    wishes = [
        make_wish(30, buffer=15, able=[ANNA]),
        make_wish(30, buffer=0, able=[BERTA]),
        make_wish(30, buffer=0, able=[ANNA]),
    ]
    facts = make_facts(make_staff(ANNA, exclusions=[exclusion("10:30-10:40")]), make_staff(BERTA))

    assert slot_at("10:00", wishes, facts).idle_minutes == 15


def test_the_usual_therapist_is_preferred_when_nothing_is_lost_by_it():
    facts = make_facts(make_staff(ANNA), make_staff(BERTA), usual_staff=frozenset({BERTA}))

    slot = slot_at("12:00", [make_wish()], facts)

    assert slot.plan.items[0].staff == BERTA
    assert slot.merits == (Merit("no_gap"), Merit("usual_therapist"))


def test_an_exactly_filled_gap_is_a_merit_with_its_length():
    facts = make_facts(make_staff(ANNA, busy=busy("9:00-10:00", "11:10-12:00")))

    assert slot_at("10:00", [make_wish()], facts).merits == (
        Merit("fills_gap", 70),
        Merit("no_gap"),
    )


def test_two_items_can_fill_a_gap_together():
    anna = make_staff(ANNA, busy=busy("9:00-10:00"), exclusions=[exclusion("11:00-12:00")])

    slot = slot_at("10:00", [make_wish(30), make_wish(30, buffer=0)], make_facts(anna))

    assert slot.merits == (Merit("fills_gap", 60), Merit("no_gap"))


def test_the_edge_of_a_shift_is_no_engagement():
    facts = make_facts(make_staff(ANNA, "10:00-11:10"))

    assert slot_at("10:00", [make_wish()], facts).merits == (Merit("no_gap"),)


def test_the_best_slots_leave_no_idle_time_and_come_early():
    facts = make_facts(make_staff(ANNA, "8:00-10:00"))

    found = search([make_wish(buffer=0)], facts).slots

    starts = [slot.plan.start for slot in best(found, 3)]
    assert starts == [clock("8:00"), clock("8:30"), clock("9:00")]
