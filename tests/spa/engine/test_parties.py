"""A party comes at one time, or not at all."""

from dataclasses import replace
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spa.engine import (
    TOGETHER,
    Guest,
    Reason,
    Refused,
    party_at,
    plan_at,
    promises,
    search,
    search_party,
)

from . import oracle, truth, worlds
from .factories import (
    ANNA,
    BERTA,
    CARLA,
    MASSAGE_ROOM,
    ROOM_ONE,
    ROOM_TWO,
    busy,
    clock,
    make_facts,
    make_room,
    make_staff,
    make_wish,
    taken,
)

often = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
PARTIES = st.one_of(worlds.parties(), worlds.twins())
TEN = clock("10:00")


def make_guest(*wishes, **fields):
    return Guest(wishes or (make_wish(),), **fields)


def placed(plans, column):
    return [getattr(item, column) for plan in plans for item in plan.items]


@often
@given(PARTIES)
def test_a_party_is_offered_exactly_what_is_allowed(party):
    guests, facts = party
    found = search_party(guests, facts)

    offered = [slot.plans[0].start for slot in found.slots]
    refused = [refusal.start for refusal in found.refused]
    assert offered == [s for s in facts.grid if oracle.party_is_allowed(s, guests, facts)]
    assert sorted(offered + refused) == list(facts.grid)
    assert refused == list(found.others)


@often
@given(PARTIES)
def test_the_plans_of_a_party_keep_every_rule_and_are_the_same_when_asked_for(party):
    guests, facts = party
    for slot in search_party(guests, facts).slots:
        assert oracle.party_is_lawful(slot.plans, guests, facts)
        assert party_at(slot.plans[0].start, guests, facts) == slot.plans


def is_true(reason, start, guests, facts):
    """Whether a reason is true of its guest alone, or of another guest who is in her way."""
    if reason.guest is None:
        return truth.is_true(reason, start, guests[0].wishes, facts)
    guest = guests[reason.guest]
    own = replace(facts, client_busy=guest.client_busy)
    if truth.is_true(reason, start, guest.wishes, own):
        return True
    others = [
        (wish, time)
        for other in guests
        for wish, time in zip(other.wishes, oracle.item_times(start, other.wishes), strict=True)
    ]
    if reason.code == "busy":
        return reason.detail == TOGETHER and any(
            (reason.start, reason.end) == (time[0], time[1] + wish.staff_buffer)
            and reason.staff in oracle.candidates(wish, facts)
            for wish, time in others
        )
    kind = guest.wishes[reason.item].room_kind
    return reason.code == "no_room" and sum(wish.room_kind == kind for wish, _ in others) > 1


@often
@given(PARTIES)
def test_a_refused_party_is_told_whose_item_does_not_fit(party):
    guests, facts = party
    for refusal in search_party(guests, facts).refused:
        assert refusal.reasons
        assert len(set(refusal.reasons)) == len(refusal.reasons)
        for reason in refusal.reasons:
            assert is_true(reason, refusal.start, guests, facts), reason


@often
@given(PARTIES, st.sampled_from([1, 5, 20]))
def test_a_search_that_loses_patience_offers_nothing_that_is_not_allowed(party, patience):
    guests, facts = party
    with mock.patch.object(promises, "PATIENCE", patience):
        found = search_party(guests, facts)
        refused = found.refused

    assert all(oracle.party_is_lawful(slot.plans, guests, facts) for slot in found.slots)
    assert all(refusal.reasons for refusal in refused)
    assert len(found.slots) + len(refused) == len(facts.grid)


@often
@given(worlds.spas())
def test_a_party_of_one_is_a_visit(spa):
    wishes, facts = spa
    guest = Guest(wishes, facts.client_busy, facts.usual_staff)

    assert [slot.plans for slot in search_party([guest], facts).slots] == [
        (slot.plan,) for slot in search(wishes, facts).slots
    ]


@often
@given(PARTIES)
def test_the_same_party_gets_the_same_answer(party):
    guests, facts = party
    shuffled = replace(
        facts,
        staff=dict(reversed(facts.staff.items())),
        rooms=dict(reversed(facts.rooms.items())),
    )

    assert search_party(guests, facts) == search_party(guests, shuffled)


def test_two_guests_are_served_by_two():
    facts = make_facts(make_staff(ANNA), make_staff(BERTA))

    plans = party_at(TEN, [make_guest(), make_guest()], facts)

    assert placed(plans, "staff") == [ANNA, BERTA]


def test_of_three_guests_for_two_therapists_the_third_is_named():
    facts = make_facts(make_staff(ANNA), make_staff(BERTA))

    refusal = party_at(TEN, [make_guest()] * 3, facts)

    assert {(reason.code, reason.guest, reason.staff) for reason in refusal.reasons} == {
        ("busy", 2, who) for who in (ANNA, BERTA)
    }
    assert all(reason.detail == TOGETHER for reason in refusal.reasons)


def test_the_guest_who_does_not_fit_is_named_alone():
    facts = make_facts(make_staff(ANNA), make_staff(BERTA, busy=busy("10:00-11:00")))
    guests = [make_guest(), make_guest(make_wish(staff=BERTA))]

    refusal = party_at(TEN, guests, facts)

    assert refusal.reasons == (Reason("busy", 0, BERTA, None, TEN, clock("11:00"), guest=1),)


def test_a_guest_with_another_visit_is_named():
    facts = make_facts(make_staff(ANNA), make_staff(BERTA))
    guests = [make_guest(), make_guest(client_busy=busy("10:30-11:00"))]

    refusal = party_at(TEN, guests, facts)

    assert refusal.reasons == (
        Reason("client_busy", start=clock("10:30"), end=clock("11:00"), guest=1),
    )


def test_a_therapist_serves_two_guests_one_after_the_other_with_her_buffer_between():
    other = make_wish(30, buffer=10, able=[BERTA])
    guests = [
        make_guest(make_wish(30, buffer=10, able=[ANNA])),
        make_guest(other, make_wish(30, buffer=0, able=[ANNA])),
    ]
    longer = [guests[0], make_guest(replace(other, duration=40), guests[1].wishes[1])]
    facts = make_facts(make_staff(ANNA), make_staff(BERTA))

    assert isinstance(party_at(TEN, guests, facts), Refused)
    assert placed(party_at(TEN, longer, facts), "staff") == [ANNA, BERTA, ANNA]


def test_a_couple_takes_the_twin_room_rather_than_two_rooms():
    massage = make_guest(make_wish(room_kind=MASSAGE_ROOM))
    facts = make_facts(
        *(make_staff(who) for who in (ANNA, BERTA, CARLA)),
        rooms=[make_room(ROOM_ONE), make_room(ROOM_TWO, places=2), make_room(3)],
    )

    plans = party_at(TEN, [massage, massage], facts)

    assert placed(plans, "room") == [ROOM_TWO, ROOM_TWO]
    assert placed(plans, "place") == [0, 1]


def test_a_twin_room_in_which_a_stranger_is_treated_takes_nobody():
    massage = make_guest(make_wish(room_kind=MASSAGE_ROOM))
    room = make_room(places=2, busy=[taken("10:30-11:00", place=1)])
    facts = make_facts(make_staff(ANNA), make_staff(BERTA), rooms=[room])

    assert isinstance(party_at(TEN, [massage, massage], facts), Refused)


def test_a_party_larger_than_its_room_is_refused_with_the_room():
    massage = make_guest(make_wish(room_kind=MASSAGE_ROOM))
    facts = make_facts(
        *(make_staff(who) for who in (ANNA, BERTA, CARLA)), rooms=[make_room(places=2)]
    )

    refusal = party_at(TEN, [massage] * 3, facts)

    assert refusal.reasons == (Reason("no_room", 0, room=ROOM_ONE, detail=TOGETHER, guest=2),)


def test_two_guests_who_change_places_in_one_room_cut_each_others_buffers_short():
    # Each goes on in the same room at the other's place, to the minute.
    def guest(first, second):
        return make_guest(
            make_wish(30, buffer=0, room_buffer=60, needs_staff=False, room_kind=MASSAGE_ROOM),
            make_wish(30, buffer=0, room_buffer=0, needs_staff=False, room_kind=MASSAGE_ROOM),
        )

    facts = make_facts(rooms=[make_room(places=2)])

    plans = party_at(TEN, [guest(0, 1), guest(1, 0)], facts)

    assert [item.room_busy_until for plan in plans for item in plan.items] == [
        clock("10:30"),
        clock("11:00"),
    ] * 2


def test_a_friend_who_is_there_already_does_not_matter_to_a_visit_of_her_own():
    facts = make_facts(make_staff(ANNA))

    assert not isinstance(plan_at(TEN, [make_wish()], facts), Refused)
