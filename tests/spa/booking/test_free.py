"""The first free times over two weeks: of anyone, of a therapist, of whichever of two."""

from datetime import timedelta

import pytest
from django.utils import translation

from spa import localtime
from spa.errors import RuleBroken
from spa.models import AvailabilityExclusion, ExclusionKind, Skill
from spa.services import booking, slots
from spa.services.slots import Member, Wanted
from tests.factories import BOGOTA, NOW, TODAY, at, make_client, make_service, make_staff
from tests.spa.booking.houses import DESK, House


@pytest.fixture
def house(db):
    house = House(places=3, shared=True)
    house.berta = make_staff(house.location, starts=10)
    house.carla = make_staff(house.location)
    return house


def free(house, *, wanted=None, **fields):
    return slots.first_free(
        location=house.location,
        wanted=wanted or [Wanted(house.massage.pk)],
        client=None,
        **{"now": NOW, **fields},
    )


def starts(found):
    return [localtime.moment(slot.plan.start) for slot in found]


def test_the_first_times_come_in_order_with_a_count_for_each_day(house):
    found = free(house, count=3)

    assert starts(found.first) == [at(8), at(8, 15), at(8, 30)]
    assert [one.day for one in found.days] == [TODAY + timedelta(days=n) for n in range(14)]
    assert {len(one.slots) for one in found.days} == {45}  # every quarter from 8 to 19


def test_only_the_hours_asked_for_are_searched_and_counted(house):
    found = free(house, between=(17 * 60, 18 * 60), days=2)

    assert starts(found.first)[:2] == [at(17), at(17, 15)]
    assert [len(one.slots) for one in found.days] == [4, 4]


def test_a_therapist_is_free_when_she_works(house):
    found = free(house, wanted=[Wanted(house.massage.pk, house.berta.pk)], count=1)

    assert starts(found.first) == [at(10)]


def test_whichever_of_two_is_free_first_comes_and_nobody_else(house):
    two = (house.paola.pk, house.berta.pk)
    for hour in (8, 9):
        booking.book(
            location=house.location,
            client=make_client(),
            wanted=[Wanted(make_service(minutes=50).pk, house.paola.pk)],
            starts_at=at(hour),
            now=NOW,
            actor=DESK,
        )

    found = free(house, wanted=[Wanted(house.massage.pk, among=two)], count=40)

    assert starts(found.first)[0] == at(10)
    assert {slot.plan.items[0].staff for slot in found.first} <= set(two)


def test_one_of_two_is_booked_and_kept_as_asked_for(house):
    two = (house.berta.pk, house.carla.pk)

    visit = booking.book_at(
        location=house.location,
        client=make_client(),
        wanted=[Wanted(house.massage.pk, among=two)],
        starts_at=at(8),
        now=NOW,
        actor=DESK,
    )

    (item,) = visit.items.all()
    assert (item.staff, item.staff_requested) == (house.carla, True)


def test_two_who_cannot_do_it_are_said_so_of(house):
    house.massage.skills.add(Skill.objects.create(name="Stones"))
    wanted = [Wanted(house.massage.pk, among=(house.paola.pk, house.berta.pk))]
    house.massage.name = "Stones"
    house.massage.save()
    window = slots.load(
        location=house.location,
        wanted=wanted,
        first_day=TODAY,
        last_day=TODAY,
        client=None,
        now=NOW,
    )

    with translation.override("en"):
        said = slots.sentence(window.plan_at(at(10)), window=window, staff={}, zone=BOGOTA)

    assert said == "None of those asked for does Stones"
    assert not free(house, wanted=wanted).first
    assert {len(one.slots) for one in free(house, wanted=wanted).days} == {0}


def test_what_is_found_first_can_be_booked_and_is_then_gone(house):
    wanted = [Wanted(house.massage.pk, house.paola.pk)]
    first = free(house, wanted=wanted).first[0]

    house.book(starts_at=localtime.moment(first.plan.start))

    assert free(house, wanted=wanted).first[0].plan.start == first.plan.start + 75


def test_the_best_leave_no_idle_time_and_two_askers_get_one_answer(house):
    one, other = free(house), free(house)

    assert (one.first, one.best) == (other.first, other.best)
    assert one.best[0].idle_minutes == 0


def test_a_party_finds_when_all_can_start_together(house):
    members = [Member(make_client(), [Wanted(house.massage.pk)]) for _ in range(3)]

    found = slots.first_free_for_party(
        location=house.location, members=members, now=NOW, between=(9 * 60, 24 * 60)
    )

    assert localtime.moment(found.first[0].plans[0].start) == at(10)
    assert len({plan.items[0].staff for plan in found.first[0].plans}) == 3
    assert len(found.days[0].slots) == 37  # every quarter from 10 to 19


def test_a_day_says_whether_the_house_is_shut_and_whether_anybody_works(house):
    holiday, her_day_off = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
    AvailabilityExclusion.objects.create(
        location=house.location,
        kind=ExclusionKind.HOLIDAY,
        note="Navidad",
        starts_at=at(0, day=holiday),
        ends_at=at(0, day=her_day_off),
    )
    house.paola.availability.filter(weekday=her_day_off.isoweekday()).delete()

    found = free(house, wanted=[Wanted(house.massage.pk, house.paola.pk)], days=3)

    assert [(day.is_closed, day.closure, day.is_staffed) for day in found.days] == [
        (False, "", True),
        (True, "Navidad", True),
        (False, "", False),
    ]


def test_a_party_is_staffed_when_there_is_somebody_for_each_treatment(house):
    stones = make_service()
    stones.skills.add(Skill.objects.create(name="Stones"))
    members = [Member(make_client(), [Wanted(one.pk)]) for one in (house.massage, stones)]

    found = slots.first_free_for_party(location=house.location, members=members, now=NOW, days=1)

    assert [(len(day.slots), day.is_staffed) for day in found.days] == [(0, False)]


def test_a_withdrawn_service_is_refused(house):
    house.massage.withdrawn_at = NOW
    house.massage.save()

    with pytest.raises(RuleBroken):
        free(house)


def test_two_weeks_cost_as_many_queries_as_a_day(house, django_assert_num_queries):
    client = make_client()

    for days in (1, 14):
        with django_assert_num_queries(4):
            slots.first_free(
                location=house.location,
                wanted=[Wanted(house.massage.pk)],
                client=client,
                now=NOW,
                days=days,
            )
