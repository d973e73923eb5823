"""What a refusal says."""

from spa.engine import Reason, plan_at

from .factories import (
    ANNA,
    BERTA,
    CARLA,
    MASSAGE_ROOM,
    ROOM_ONE,
    ROOM_TWO,
    busy,
    clock,
    exclusion,
    make_facts,
    make_room,
    make_staff,
    make_wish,
    taken,
)


def reasons(start, wishes, facts):
    return list(plan_at(clock(start), wishes, facts).reasons)


def codes(start, wishes, facts):
    return [reason.code for reason in reasons(start, wishes, facts)]


def test_a_shift_that_ends_too_soon_is_named_with_its_end():
    facts = make_facts(make_staff(ANNA, "9:00-17:00"))

    said = reasons("16:30", [make_wish(able=[ANNA])], facts)

    assert said == [Reason("not_working", 0, ANNA, end=clock("17:00"))]


def test_a_shift_that_begins_too_late_is_named_with_its_start():
    facts = make_facts(make_staff(ANNA, "9:00-17:00"))

    said = reasons("8:30", [make_wish(able=[ANNA])], facts)

    assert said == [Reason("not_working", 0, ANNA, start=clock("9:00"))]


def test_each_therapist_in_question_has_her_own_reason():
    facts = make_facts(
        make_staff(ANNA, busy=busy("10:30-11:00")),
        make_staff(BERTA, exclusions=[exclusion("10:00-12:00", "lunch")]),
        make_staff(CARLA, "14:00-20:00"),
    )

    assert reasons("10:00", [make_wish()], facts) == [
        Reason("busy", 0, ANNA, start=clock("10:30"), end=clock("11:00")),
        Reason("excluded", 0, BERTA, start=clock("10:00"), end=clock("12:00"), detail="lunch"),
        Reason("not_working", 0, CARLA),
    ]


def test_a_buffer_that_meets_a_booking_names_the_booking():
    facts = make_facts(make_staff(ANNA, busy=busy("11:05-12:00")))

    said = reasons("10:00", [make_wish(able=[ANNA])], facts)

    assert said == [Reason("busy", 0, ANNA, start=clock("11:05"), end=clock("12:00"))]


def test_items_that_fail_only_together_name_what_the_buffer_meets():
    # Anna's buffer needs her again at 10:30 or at 11:00, and so does Berta's; each item
    # has somebody on its own.
    wishes = [
        make_wish(30, buffer=60, able=[ANNA]),
        make_wish(30, buffer=60, able=[BERTA]),
        make_wish(15, buffer=0, able=[ANNA, BERTA]),
    ]
    facts = make_facts(
        make_staff(ANNA, busy=busy("11:15-12:00")), make_staff(BERTA, busy=busy("11:15-12:00"))
    )

    assert reasons("10:00", wishes, facts) == [
        Reason("busy", 0, ANNA, start=clock("11:15"), end=clock("12:00")),
        Reason("busy", 1, BERTA, start=clock("11:15"), end=clock("12:00")),
    ]


def test_an_item_that_another_choice_would_cure_is_not_blamed():
    wishes = [
        make_wish(30, buffer=60, able=[ANNA]),
        make_wish(30, buffer=0, able=[ANNA]),
        make_wish(30, buffer=0, able=[BERTA]),
    ]
    facts = make_facts(
        make_staff(ANNA, busy=busy("11:00-12:00")), make_staff(BERTA, busy=busy("11:00-12:00"))
    )

    said = reasons("10:00", wishes, facts)

    assert said == [Reason("busy", 2, BERTA, start=clock("11:00"), end=clock("12:00"))]


def test_who_has_no_skill_cannot_be_chosen():
    facts = make_facts(make_staff(ANNA), make_staff(BERTA))

    said = reasons("10:00", [make_wish(able=[BERTA], staff=ANNA)], facts)

    assert said == [Reason("cannot_do_service", 0, ANNA)]


def test_a_skill_that_nobody_here_has_is_said_once():
    facts = make_facts(make_staff(ANNA))

    assert reasons("10:00", [make_wish(able=[BERTA])], facts) == [Reason("cannot_do_service", 0)]


def test_a_chosen_therapist_of_another_location_does_not_work_here():
    facts = make_facts(make_staff(ANNA))

    said = reasons("10:00", [make_wish(able=[BERTA], staff=BERTA)], facts)

    assert said == [Reason("not_working", 0, BERTA)]


def test_a_single_room_under_repair_says_so():
    room = make_room(exclusions=[exclusion("10:30-18:00", "en mantenimiento")])
    facts = make_facts(make_staff(ANNA), rooms=[room])

    assert reasons("10:00", [make_wish(room_kind=MASSAGE_ROOM)], facts) == [
        Reason(
            "no_room",
            0,
            room=ROOM_ONE,
            start=clock("10:30"),
            end=clock("18:00"),
            detail="en mantenimiento",
        )
    ]


def test_a_chosen_room_names_what_occupies_it():
    rooms = [make_room(ROOM_ONE, busy=[taken("10:30-11:30")]), make_room(ROOM_TWO)]
    facts = make_facts(make_staff(ANNA), rooms=rooms)

    said = reasons("10:00", [make_wish(room_kind=MASSAGE_ROOM, room=ROOM_ONE)], facts)

    assert said == [Reason("no_room", 0, room=ROOM_ONE, start=clock("10:30"), end=clock("11:30"))]


def test_what_meets_the_item_itself_is_named_before_what_meets_its_buffer():
    room = make_room(
        busy=[taken("10:30-10:45")], exclusions=[exclusion("11:05-18:00", "en mantenimiento")]
    )
    facts = make_facts(make_staff(ANNA), rooms=[room])

    said = reasons("10:00", [make_wish(room_kind=MASSAGE_ROOM)], facts)

    assert said == [Reason("no_room", 0, room=ROOM_ONE, start=clock("10:30"), end=clock("10:45"))]


def test_of_several_full_rooms_none_is_singled_out():
    rooms = [make_room(number, busy=[taken("10:30-11:30")]) for number in (ROOM_ONE, ROOM_TWO)]
    facts = make_facts(make_staff(ANNA), rooms=rooms)

    said = reasons("10:00", [make_wish(room_kind=MASSAGE_ROOM)], facts)

    assert said == [Reason("no_room", 0)]


def test_a_holiday_is_excluded_and_carries_its_name():
    holiday = exclusion("0:00-23:00", "Festivo")
    facts = make_facts(make_staff(ANNA), exclusions=(holiday, holiday))

    assert reasons("10:00", [make_wish()], facts) == [
        Reason("excluded", 0, start=clock("0:00"), end=clock("23:00"), detail="Festivo")
    ]


def test_an_item_that_outlasts_the_day_names_closing_time():
    facts = make_facts(make_staff(ANNA, "8:00-23:00"))

    assert reasons("19:30", [make_wish()], facts) == [Reason("closed", 0, start=clock("20:00"))]


def test_the_past_and_the_far_future_are_bounded_by_the_first_and_last_start():
    facts = make_facts(make_staff(ANNA), earliest=clock("10:00"), latest=clock("12:00"))

    assert reasons("9:45", [make_wish()], facts) == [Reason("lead_time", end=clock("10:00"))]
    assert reasons("12:00", [make_wish()], facts) == [Reason("too_far", start=clock("12:00"))]


def test_a_start_beside_the_grid_is_off_grid():
    facts = make_facts(make_staff(ANNA))

    assert codes("10:05", [make_wish()], facts) == ["off_grid"]


def test_everything_in_the_way_is_said_at_once():
    facts = make_facts(
        make_staff(ANNA, busy=busy("19:30-20:00")),
        earliest=clock("19:45"),
        client_busy=busy("19:00-20:00"),
    )

    assert codes("19:35", [make_wish(able=[ANNA])], facts) == [
        "off_grid",
        "lead_time",
        "closed",
        "client_busy",
        "not_working",
    ]
