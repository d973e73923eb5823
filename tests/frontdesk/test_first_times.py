"""The first free times over two weeks in the booking panel, its strip and the parts of the day."""

import gzip
import re
from datetime import timedelta

import pytest

from spa.models import Appointment, AvailabilityExclusion, ExclusionKind
from tests.factories import NOW, TODAY, at, make_client, make_service, make_staff
from tests.frontdesk.busy_day import make_busy_day
from tests.frontdesk.panel import fields, free_starts, problem
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House

pytestmark = pytest.mark.django_db

NEW, CHOOSE = "/appointments/new/", "/appointments/new/choose/"
HTMX = {"HX-Request": "true"}
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def house():
    return House()


@pytest.fixture
def desk(client, house, monkeypatch):
    """The browser of a receptionist of the house, at seven in the morning."""
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", house.location))
    return client


def choice(house, **form):
    return {"service": house.massage.pk, "therapist": "", **form}


def times_of(answer):
    return answer.context["times"]


def hours_of(answer):
    """Return the hours of all starts of the day that can be chosen."""
    return {int(start[11:13]) for start in free_starts(answer)}


# -- the first free times --------------------------------------------------------------------


def test_the_first_free_time_of_each_of_four_days_is_told_at_once(desk, house):
    house.location.opening_hours.filter(weekday=TOMORROW.isoweekday()).delete()

    first = times_of(desk.post(CHOOSE, choice(house))).first

    days = [TODAY, *(TODAY + timedelta(days=number) for number in (2, 3, 4))]
    assert [offer.start for offer in first] == [at(8, day=day) for day in days]


def test_a_first_free_time_is_taken_with_its_day_and_stays_when_services_are_added(desk, house):
    opened = fields(desk.post(CHOOSE, choice(house)))

    taken = fields(desk.post(CHOOSE, {**opened, "take": at(8, day=TOMORROW).isoformat()}))
    more = fields(desk.post(CHOOSE, {**taken, "add": make_service().pk}))

    for form in (taken, more):
        assert (form["day"], form["start"]) == (
            [TOMORROW.isoformat()],
            [at(8, day=TOMORROW).isoformat()],
        )
        assert "auto_day" not in form
    assert taken["first"] == opened["first"]  # the strip stays where it is


def test_it_is_booked_on_its_day_by_the_form_alone(desk, house):
    client = make_client()
    opened = fields(desk.post(CHOOSE, choice(house, client=client.pk)))
    taken = fields(desk.post(CHOOSE, {**opened, "take": at(8, day=TOMORROW).isoformat()}))

    desk.post(NEW, {**opened, **taken})

    assert Appointment.objects.get().starts_at == at(8, day=TOMORROW)


def test_one_that_went_meanwhile_says_why(desk, house):
    house.book(starts_at=at(8))

    answer = desk.post(CHOOSE, choice(house, take=at(8).isoformat()))

    assert times_of(answer).impossible
    assert "start" not in fields(answer)


def test_a_party_is_told_when_all_of_it_can_first_come(desk, house):
    late = make_staff(house.location, starts=10)
    form = {"guests": 2, "open": 0, "client": make_client().pk, "g1-client": make_client().pk}
    own = {"service": house.massage.pk, "therapist": ""}
    shared = make_service()
    form |= own | {"g1-service": shared.pk, "g1-therapist": late.pk}

    first = times_of(desk.post(CHOOSE, form)).first

    assert first[0].start == at(10)
    assert [len(offer.guests) for offer in first] == [2, 2, 2, 2]


def test_of_a_party_only_the_day_shown_is_counted(desk, house):
    own = {"service": house.massage.pk, "therapist": ""}
    late = make_staff(house.location, starts=10)
    other = {"g1-service": make_service().pk, "g1-therapist": late.pk}

    answer = desk.post(CHOOSE, {"guests": 2, "open": 0, **own, **other})

    days = times_of(answer).days
    assert [(day.is_free, day.free) for day in days] == [(True, 37), *[(True, None)] * 13]


def test_several_services_are_told_when_they_can_first_begin_together(desk, house):
    evening = make_staff(house.location, starts=17)
    form = {"service": [house.massage.pk, make_service().pk], "therapist": ["", evening.pk]}

    first = times_of(desk.post(CHOOSE, form)).first

    assert first[0].start == at(16)


def test_where_nothing_is_free_for_two_weeks_it_is_said(desk, house):
    house.location.opening_hours.all().delete()

    answer = desk.post(CHOOSE, choice(house))

    assert times_of(answer).first == ()
    assert 'id="none-free"' in answer.content.decode()


def test_a_visit_that_is_past_has_no_first_free_time(client, house, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(18))
    client.force_login(worker("manager", house.location))

    page = client.post(CHOOSE, choice(house, day=TODAY.isoformat(), past=1)).content.decode()

    assert 'id="past" value="1" checked' in page
    assert 'name="take"' not in page


def test_a_visit_that_is_moved_is_told_the_first_free_times(desk, house):
    visit = house.book(starts_at=at(8))

    answer = desk.post(
        f"/appointments/{visit.code}/move/choose/", {"take": at(8, day=TOMORROW).isoformat()}
    )

    first = [offer.start for offer in times_of(answer).first]
    assert first[0] == at(8, 15)  # at eight it stands already
    assert first[1:] == [at(8, day=TODAY + timedelta(days=number)) for number in (1, 2, 3)]
    assert fields(answer)["start"] == [at(8, day=TOMORROW).isoformat()]


# -- the strip -------------------------------------------------------------------------------


def test_a_day_without_free_times_says_whether_it_is_closed_or_nobody_works(desk, house):
    holiday, day_off = TODAY + timedelta(days=2), TODAY + timedelta(days=4)
    AvailabilityExclusion.objects.create(
        location=house.location,
        kind=ExclusionKind.HOLIDAY,
        note="Navidad",
        starts_at=at(0, day=holiday),
        ends_at=at(0, day=holiday + timedelta(days=1)),
    )
    house.paola.availability.filter(weekday=day_off.isoweekday()).delete()

    answer = desk.post(CHOOSE, choice(house), headers={"Accept-Language": "en"})

    days = {day.date: day for day in times_of(answer).days}
    assert (days[holiday].closure, days[holiday].is_closed) == ("Navidad", True)
    assert (days[day_off].is_closed, days[day_off].is_staffed) == (False, False)
    page = answer.content.decode()
    for day, said in ((holiday, "closed"), (day_off, "nobody in")):
        button = re.search(rf'<button[^>]* id="go-{day.isoformat()}".*?</button>', page)[0]
        assert said in button


def test_a_day_without_free_times_says_why_when_it_is_pressed(desk, house):
    house.paola.availability.filter(weekday=TOMORROW.isoweekday()).delete()

    answer = desk.post(CHOOSE, choice(house, go=TOMORROW.isoformat()))

    assert fields(answer)["day"] == [TOMORROW.isoformat()]
    said = [sentence for _first, _last, sentence in times_of(answer).reasons]
    assert any("Paola" in sentence or "trabaja" in sentence for sentence in said)
    assert '<details class="fold" open' in answer.content.decode()


# -- parts of the day ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "first", "last"), [("morning", 8, 11), ("afternoon", 12, 17), ("evening", 18, 19)]
)
def test_a_part_of_the_day_is_all_that_is_shown_and_counted(desk, house, part, first, last):
    answer = desk.post(CHOOSE, choice(house, within=part))

    times = times_of(answer)
    assert hours_of(answer) == set(range(first, last + 1))
    assert {offer.start.hour for offer in times.first} == {first}
    assert {day.free for day in times.days} == {len(free_starts(answer))}
    assert fields(answer)["part"] == [part]


def test_a_time_chosen_in_another_part_of_the_day_gives_way(desk, house):
    chosen = choice(house, day=TODAY.isoformat(), start=at(9).isoformat())

    kept = fields(desk.post(CHOOSE, {**chosen, "within": "morning"}))
    gone = fields(desk.post(CHOOSE, {**chosen, "within": "afternoon"}))

    assert kept["start"] == [at(9).isoformat()]
    assert gone["start"] == [at(12).isoformat()]


def test_a_day_nobody_asked_for_gives_way_to_one_with_a_time_in_that_part(desk, house):
    house.location.opening_hours.filter(weekday=TODAY.isoweekday()).update(to_minute=17 * 60)

    form = fields(desk.post(CHOOSE, choice(house, part="evening")))

    assert form["day"] == [TOMORROW.isoformat()]


@pytest.mark.parametrize(
    ("closes", "shown"),
    [
        (20, ["any", "morning", "afternoon", "evening"]),
        (17, ["any", "morning", "afternoon"]),
        (12, []),
    ],
)
def test_only_parts_in_which_the_house_opens_can_be_chosen(desk, house, closes, shown):
    house.location.opening_hours.update(to_minute=closes * 60)

    parts = times_of(desk.post(CHOOSE, choice(house))).parts

    assert [part.value for part in parts] == shown


def test_a_part_that_was_chosen_can_be_let_go_where_it_has_no_hours(desk, house):
    house.location.opening_hours.update(to_minute=12 * 60)

    answer = desk.post(CHOOSE, choice(house, part="evening"))

    assert [part.value for part in times_of(answer).parts] == ["any", "morning", "evening"]
    assert times_of(answer).first == ()


def test_a_part_that_does_not_exist_is_left_out_and_said_so(desk, house):
    answer = desk.post(CHOOSE, choice(house, part="night"))

    assert problem(answer) == ("SPA-RULE", "unreadable")
    assert hours_of(answer) == set(range(8, 20))


# -- what it costs ---------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["any", "afternoon"])
def test_two_weeks_cost_as_many_queries_whatever_part_is_asked_for(
    desk, house, django_assert_max_num_queries, part
):
    # As in the panel's own test, without a client, her usual and her visits.
    with django_assert_max_num_queries(10):
        desk.post(CHOOSE, choice(house, part=part), headers=HTMX)


def test_the_parts_that_a_press_draws_anew_weigh_at_most_six_kilobytes(client, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(8))
    client.force_login(worker("receptionist", make_busy_day()))
    services = [make_service().pk, make_service().pk, make_service().pk]

    answer = client.post(CHOOSE, {"service": services, "therapist": ["", "", ""]}, headers=HTMX)

    assert times_of(answer).first
    weight = len(gzip.compress(answer.content, 6))
    assert weight <= 6 * 1024, f"{weight / 1024:.1f} KB"
