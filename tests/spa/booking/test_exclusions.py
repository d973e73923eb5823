"""Who is out is out: an exclusion counts wherever it was written down."""

import pytest

from spa.errors import RuleBroken
from spa.models import StaffAvailability, Weekday
from spa.services import booking, day_version, schedule
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import NOW, TODAY, at, make_client, make_location, make_service, make_staff


@pytest.mark.django_db
def test_a_therapist_who_is_out_at_one_house_cannot_be_booked_at_the_other():
    chapinero, usaquen = make_location(), make_location()
    paola = make_staff(chapinero, starts=8, ends=12)
    StaffAvailability.objects.create(
        staff=paola,
        location=usaquen,
        weekday=Weekday(TODAY.isoweekday()),
        from_minute=12 * 60,
        to_minute=20 * 60,
        valid_from=TODAY,
    )
    schedule.block_time(
        location=chapinero, staff=paola, starts_at=at(11), ends_at=at(15), now=NOW, actor=Actor()
    )

    with pytest.raises(RuleBroken) as refusal:
        booking.book(
            location=usaquen,
            client=make_client(),
            wanted=[Wanted(make_service().pk, paola.pk)],
            starts_at=at(14),
            now=NOW,
            actor=Actor(),
        )

    assert refusal.value.facts["reason"] == "excluded"


@pytest.mark.django_db
def test_who_is_out_at_one_house_leaves_her_visits_at_the_other_to_be_seen_to():
    chapinero, usaquen = make_location(), make_location()
    paola = make_staff(usaquen, starts=13)
    StaffAvailability.objects.create(
        staff=paola,
        location=chapinero,
        weekday=Weekday(TODAY.isoweekday()),
        from_minute=8 * 60,
        to_minute=12 * 60,
        valid_from=TODAY,
    )
    visit = booking.book(
        location=usaquen,
        client=make_client(),
        wanted=[Wanted(make_service().pk, paola.pk)],
        starts_at=at(14),
        now=NOW,
        actor=Actor(),
    )
    before = day_version.version(usaquen, TODAY)

    done = schedule.block_time(
        location=chapinero, staff=paola, starts_at=at(11), ends_at=at(15), now=NOW, actor=Actor()
    )

    assert done.visits == (visit.code,)
    assert day_version.version(usaquen, TODAY) != before
