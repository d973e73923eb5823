"""The search against the rule book, in many small spas."""

from dataclasses import replace
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spa.engine import Plan, Refused, assignment, plan_at, search

from . import oracle, truth, worlds

often = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
seldom = settings(often, max_examples=50)


@often
@given(worlds.spas())
def test_what_is_offered_is_exactly_what_is_allowed(spa):
    wishes, facts = spa
    found = search(wishes, facts)

    offered = [slot.plan.start for slot in found.slots]
    refused = [refusal.start for refusal in found.refused]
    assert offered == [s for s in facts.grid if oracle.is_allowed(s, wishes, facts)]
    assert sorted(offered + refused) == list(facts.grid)
    assert refused == sorted(refused)
    assert found.refused_between(20, 40) == tuple(r for r in found.refused if 20 <= r.start < 40)


@often
@given(worlds.spas())
def test_every_refusal_has_a_reason_and_every_reason_is_true(spa):
    wishes, facts = spa
    for refusal in search(wishes, facts).refused:
        assert refusal.reasons
        assert len(set(refusal.reasons)) == len(refusal.reasons)
        for reason in refusal.reasons:
            assert truth.is_true(reason, refusal.start, wishes, facts), reason


@seldom
@given(worlds.spas(), st.integers(-20, 130))
def test_a_refusal_at_any_minute_has_true_reasons(spa, start):
    wishes, facts = spa
    answer = plan_at(start, wishes, facts)

    if isinstance(answer, Refused):
        assert answer.reasons
        assert all(truth.is_true(reason, start, wishes, facts) for reason in answer.reasons)
    else:
        assert oracle.is_lawful(answer, wishes, facts)


@often
@given(worlds.spas())
def test_a_plan_keeps_every_rule_and_every_wish(spa):
    wishes, facts = spa
    for slot in search(wishes, facts).slots:
        assert oracle.is_lawful(slot.plan, wishes, facts)
        for item, wish in zip(slot.plan.items, wishes, strict=True):
            assert item.staff is None or wish.staff in (None, item.staff)
            assert item.room is None or wish.room in (None, item.room)


@often
@given(worlds.spas())
def test_a_slot_has_the_best_team_and_the_best_rooms(spa):
    wishes, facts = spa
    for slot in search(wishes, facts).slots:
        start, items = slot.plan.start, slot.plan.items
        team = [item.staff or 0 for item in items]
        rooms, places = [item.room for item in items], [item.place for item in items]
        assert (slot.idle_minutes, not slot.usual, team) == oracle.best_team(start, wishes, facts)
        assert slot.room_changes == oracle.room_changes(rooms)
        assert (slot.room_changes, [room or 0 for room in rooms], places) == oracle.best_stay(
            start, wishes, facts
        )


@seldom
@given(worlds.spas())
def test_the_same_question_gets_the_same_answer(spa):
    wishes, facts = spa
    shuffled = replace(
        facts,
        staff=dict(reversed(facts.staff.items())),
        rooms=dict(reversed(facts.rooms.items())),
    )

    found, again = search(wishes, facts), search(wishes, shuffled)
    assert found == again
    assert found.refused == again.refused


@seldom
@given(worlds.spas())
def test_a_listed_plan_is_accepted_when_it_is_asked_for_by_name(spa):
    wishes, facts = spa
    for slot in search(wishes, facts).slots:
        named = [
            replace(wish, staff=item.staff, room=item.room)
            for wish, item in zip(wishes, slot.plan.items, strict=True)
        ]

        assert plan_at(slot.plan.start, named, facts) == slot.plan


@seldom
@given(worlds.spas())
def test_the_listing_and_the_check_of_one_start_agree(spa):
    wishes, facts = spa
    found = search(wishes, facts)

    answers = [plan_at(start, wishes, facts) for start in facts.grid]
    assert [a for a in answers if isinstance(a, Plan)] == [slot.plan for slot in found.slots]
    assert [a for a in answers if isinstance(a, Refused)] == list(found.refused)


@seldom
@given(worlds.spas())
def test_a_search_that_runs_out_of_effort_still_offers_exactly_what_is_allowed(spa):
    wishes, facts = spa
    with mock.patch.object(assignment, "EFFORT", 1):
        found = search(wishes, facts)

    offered = [slot.plan.start for slot in found.slots]
    assert offered == [s for s in facts.grid if oracle.is_allowed(s, wishes, facts)]
    assert all(oracle.is_lawful(slot.plan, wishes, facts) for slot in found.slots)
