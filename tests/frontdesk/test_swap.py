"""Two visits of a day change places: chosen from the list, tried, and swapped or not."""

from uuid import uuid4

import pytest

from spa.models import AppointmentChange
from spa.services import booking
from spa.services.audit import Actor
from tests.factories import NOW, at, make_client, make_location, make_staff
from tests.frontdesk.panel import fields, problem
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House

HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return House()


@pytest.fixture
def desk(client, house, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", house.location))
    return client


@pytest.fixture
def pair(house):
    return house.book(), house.book(starts_at=at(14))


def url(visit, choose=""):
    return f"/appointments/{visit.code}/swap/{choose}"


def choosing(visit, *others, **form):
    return {
        "request_id": str(uuid4()),
        "version": visit.version,
        "with": [other.code for other in others],
        "shown": others[0].code if others else "",
        "other_version": others[0].version if others else "",
        **form,
    }


def starts(*visits):
    for visit in visits:
        visit.refresh_from_db()
    return [visit.starts_at for visit in visits]


def test_the_list_has_the_days_visits_that_can_still_be_moved(desk, house, pair):
    first, second = pair
    tomorrow = house.book(starts_at=at(10, day=at(10).date().replace(day=20)))
    over = house.book(starts_at=at(17))
    booking.cancel(appointment=over, cancelled_by="spa", now=NOW, actor=Actor())

    page = desk.get(url(first), headers=HTMX).content.decode()

    assert f'value="{second.code}"' in page
    assert not any(f'value="{other.code}"' in page for other in (first, tomorrow, over))


def test_choosing_shows_where_both_would_be_and_writes_nothing(desk, house, pair):
    first, second = pair

    answer = desk.post(url(first, "choose/"), choosing(first, second), headers=HTMX)

    page = answer.content.decode().partition("data-swapped")[2]
    assert answer.status_code == 200
    assert page.index("14:00–15:00") < page.index("10:00–11:00")
    assert starts(*pair) == [at(10), at(14)]


def test_swapping_moves_both_and_leads_to_the_first(desk, pair):
    first, second = pair

    answer = desk.post(url(first), choosing(first, second))

    assert answer.status_code == 302
    assert f"appointment={first.code}" in answer["Location"]
    assert starts(*pair) == [at(14), at(10)]
    assert {one.reason_code for one in AppointmentChange.objects.filter(version=2)} == {"swap"}


def test_a_form_sent_twice_swaps_once(desk, pair):
    first, second = pair
    form = choosing(first, second)

    assert [desk.post(url(first), form).status_code for _ in range(2)] == [302, 302]
    assert starts(*pair) == [at(14), at(10)]


def test_what_stands_in_the_way_is_said_and_both_stay(desk, house):
    house.massage.duration_minutes = 30
    house.massage.save()
    short = house.book()
    house.book(starts_at=at(10, 45))
    house.massage.duration_minutes = 60
    house.massage.save()
    long = house.book(starts_at=at(14), client=make_client(name="Berta Larga"))

    tried = desk.post(url(short, "choose/"), choosing(short, long), headers=HTMX)
    sent = desk.post(url(short), choosing(short, long), headers=HTMX)

    for answer in (tried, sent):
        assert problem(answer)[0] == "SPA-SLOT-TAKEN"
    said = tried.content.decode().partition('id="problem"')[2]
    assert "Berta Larga" in said
    assert house.paola.name in said
    assert starts(short, long) == [at(10), at(14)]


def test_a_swap_of_three_is_refused_with_words(desk, house, pair):
    first, second = pair
    third = house.book(starts_at=at(17))

    answer = desk.post(url(first), choosing(first, second, third), headers=HTMX)

    assert (answer.status_code, problem(answer)) == (422, ("SPA-RULE", "more_than_two"))
    assert starts(first, second, third) == [at(10), at(14), at(17)]


def test_a_swap_with_nobody_is_refused(desk, pair):
    answer = desk.post(url(pair[0]), choosing(pair[0]), headers=HTMX)

    assert problem(answer) == ("SPA-RULE", "other_missing")


def test_a_visit_that_was_changed_meanwhile_is_not_swapped_unseen(desk, pair):
    first, second = pair
    form = choosing(first, second)
    booking.check_in(appointment=second, now=at(13, 50), actor=Actor())

    answer = desk.post(url(first), form, headers=HTMX)

    assert problem(answer)[0] == "SPA-STALE"
    assert fields(answer)["other_version"] == ["2"]
    again = {name: values for name, values in fields(answer).items() if name}
    assert desk.post(url(first), again).status_code == 302


def test_each_takes_the_therapist_of_the_other(desk, house, pair):
    first, _second = pair
    early = make_staff(house.location, ends=12)
    other = house.book(staff=early, starts_at=at(8))

    answer = desk.post(url(first, "choose/"), choosing(first, other), headers=HTMX)

    said = answer.content.decode().partition("data-swapped")[2]
    assert said.index(early.name) < said.index(house.paola.name)


def test_a_strangers_visit_is_neither_shown_nor_swapped(desk, pair):
    first, _second = pair
    elsewhere = House().book(starts_at=at(12))

    assert elsewhere.code not in desk.get(url(first)).content.decode()
    answer = desk.post(url(first), choosing(first, elsewhere), headers=HTMX)
    assert problem(answer) == ("SPA-RULE", "other_missing")
    desk.force_login(worker("receptionist", make_location()))
    assert desk.get(url(first)).status_code == 404


def test_a_visit_that_has_begun_is_not_swapped(desk, pair):
    first, _second = pair
    booking.check_in(appointment=first, now=at(10), actor=Actor())
    booking.start(appointment=first, now=at(10), actor=Actor())

    assert desk.get(url(first), headers=HTMX).status_code == 409


def test_a_swap_is_tried_in_as_many_queries_however_full_the_day(
    desk, house, pair, django_assert_max_num_queries
):
    first, second = pair
    for hour in (12, 16, 18):
        house.book(starts_at=at(hour))
    form = choosing(first, second)
    desk.post(url(first, "choose/"), form, headers=HTMX)

    with django_assert_max_num_queries(22):
        desk.post(url(first, "choose/"), form, headers=HTMX)
