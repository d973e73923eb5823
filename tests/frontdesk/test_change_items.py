"""Changing the treatments of a visit by the form: tried while it is put together, then saved."""

import re
from uuid import uuid4

import pytest

from spa.models import Appointment
from spa.services import booking
from spa.services.audit import Actor
from spa.services.booking import Line
from spa.services.slots import Wanted
from tests.factories import NOW, at, make_client, make_location, make_service, make_staff
from tests.frontdesk.panel import fields, problem
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House
from tests.tills import pay

HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    house = House()
    house.facial = make_service(minutes=30, pesos=90_000, room_kind=house.room.kind)
    return house


@pytest.fixture
def desk(client, house, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", house.location))
    return client


@pytest.fixture
def visit(house):
    return house.book()


def url(visit, choose=""):
    return f"/appointments/{visit.code}/items/{choose}"


def form_of(visit, *new, **form):
    """Return the form as the page sends it: what the visit has, and `new` services."""
    items = list(visit.items.order_by("position"))
    return {
        "request_id": str(uuid4()),
        "version": visit.version,
        "item": [*(item.pk for item in items), *("" for _one in new)],
        "service": [*(item.service_id for item in items), *(one.pk for one in new)],
        "therapist": [*(item.staff_id for item in items), *("" for _one in new)],
        "minutes": [*(item.duration_minutes for item in items), *("" for _one in new)],
        **form,
    }


def planned(answer):
    """Return the times of the treatments as they would be."""
    return re.findall(r'<span class="mute xs">(\d\d:\d\d–\d\d:\d\d)', answer.content.decode())


def test_the_form_opens_with_what_the_visit_has_and_says_nothing(desk, house, visit):
    page, fragment = desk.get(url(visit)), desk.get(url(visit), headers=HTMX)

    assert "<html" in page.content.decode()
    form = fields(fragment)
    assert form["service"] == [str(house.massage.pk)]
    assert (form["minutes"], form["therapist"]) == (["60"], [str(house.paola.pk)])
    assert problem(fragment) == ("", "")
    assert f'value="{house.facial.pk}" id="add-{house.facial.pk}"' in page.content.decode()


def test_a_service_that_is_added_shows_what_becomes_of_the_visit(desk, house, visit):
    answer = desk.post(url(visit, "choose/"), form_of(visit, add=house.facial.pk), headers=HTMX)

    assert planned(answer) == ["10:00–11:00", "11:00–11:30"]
    assert fields(answer)["therapist"] == [str(house.paola.pk)] * 2  # whoever treats before
    assert "+$" in answer.content.decode().replace("\xa0", "").replace(" ", "")
    assert visit.items.count() == 1  # nothing is written


def test_a_treatment_that_was_taken_out_and_is_added_again_keeps_its_price(desk, house, visit):
    house.massage.price_cents = 250_000_00
    house.massage.save()
    without = form_of(visit, take_out=house.massage.pk)
    assert problem(desk.post(url(visit, "choose/"), without, headers=HTMX))[1] == "no_items"

    emptied = {**without, "item": [], "service": [], "therapist": [], "minutes": []}
    answer = desk.post(
        url(visit, "choose/"), {**emptied, "add": house.massage.pk, "take_out": ""}, headers=HTMX
    )

    assert fields(answer)["item"] == [str(visit.items.get().pk)]


def test_what_stands_in_the_way_is_said_in_words(desk, house, visit):
    house.book(starts_at=at(11, 15))

    answer = desk.post(url(visit, "choose/"), form_of(visit, minutes=[75]), headers=HTMX)

    assert answer.status_code == 409
    assert problem(answer)[0] == "SPA-SLOT-TAKEN"
    assert house.paola.name in answer.content.decode().partition('id="problem"')[2]
    assert "11:15" in answer.content.decode()


def test_saving_changes_the_visit_and_leads_back_to_its_day(desk, house, visit):
    answer = desk.post(url(visit), form_of(visit, house.facial, minutes=["45", ""]))

    assert answer.status_code == 302
    assert f"appointment={visit.code}" in answer["Location"]
    spans = visit.items.order_by("position").values_list("starts_at", "ends_at")
    assert list(spans) == [(at(10), at(10, 45)), (at(10, 45), at(11, 15))]


@pytest.fixture
def two(house, visit):
    """The visit with a second treatment, and a colleague who could do it beside the first."""
    house.sara = make_staff(house.location)
    house.room.places = 2
    house.room.save()
    line = Line(Wanted(house.facial.pk, house.paola.pk))
    lines = [*booking.as_it_is(visit), line]
    return booking.change_items_at(appointment=visit, lines=lines, now=NOW, actor=Actor())


def names(answer):
    """Return the services of the list, in its order."""
    return [int(key) for key in fields(answer)["service"]]


@pytest.mark.parametrize("button", ["up", "down"])
def test_treatments_change_places_and_are_saved_in_that_order(desk, house, two, button):
    pressed = house.facial if button == "up" else house.massage

    answer = desk.post(url(two, "choose/"), form_of(two, **{button: pressed.pk}), headers=HTMX)
    desk.post(url(two), fields(answer) | {"request_id": str(uuid4()), "version": two.version})

    assert names(answer) == [house.facial.pk, house.massage.pk]
    assert planned(answer) == ["10:00–10:30", "10:30–11:30"]
    assert list(two.items.order_by("position").values_list("service", "starts_at")) == [
        (house.facial.pk, at(10)),
        (house.massage.pk, at(10, 30)),
    ]


def test_the_first_has_none_above_it_and_the_last_none_below(desk, house, two):
    page = desk.get(url(two)).content.decode()

    assert re.findall(r'name="(?:up|down)" value="(\d+)" id="(\w+)-', page) == [
        (str(house.massage.pk), "down"),
        (str(house.facial.pk), "up"),
    ]


def test_a_treatment_goes_beside_the_one_before_it_with_somebody_else(desk, house, two):
    therapists = [house.paola.pk, house.sara.pk]
    beside = form_of(two, therapist=therapists, parallel=[house.facial.pk])

    answer = desk.post(url(two, "choose/"), beside, headers=HTMX)
    desk.post(url(two), beside)

    assert planned(answer) == ["10:00–11:00", "10:00–10:30"]
    assert fields(answer)["parallel"] == [str(house.facial.pk)]
    assert [(item.parallel, item.starts_at) for item in two.items.order_by("position")] == [
        (False, at(10)),
        (True, at(10)),
    ]


def test_one_therapist_does_not_do_both_at_once_and_the_form_says_so(desk, house, two):
    beside = form_of(two, parallel=[house.facial.pk])

    answer = desk.post(url(two, "choose/"), beside, headers=HTMX)

    assert problem(answer) == ("SPA-RULE", "together")


def test_what_is_parallel_stays_in_its_place_when_treatments_change_places(desk, house, two):
    therapists = [house.paola.pk, house.sara.pk]
    pressed = form_of(two, therapist=therapists, parallel=[house.facial.pk], up=house.facial.pk)

    answer = desk.post(url(two, "choose/"), pressed, headers=HTMX)

    assert names(answer) == [house.facial.pk, house.massage.pk]
    assert fields(answer)["parallel"] == [str(house.massage.pk)]


def test_what_was_beside_another_that_is_taken_out_comes_alone(desk, house, two):
    therapists = [house.paola.pk, house.sara.pk]
    pressed = form_of(
        two, therapist=therapists, parallel=[house.facial.pk], take_out=house.massage.pk
    )

    answer = desk.post(url(two, "choose/"), pressed, headers=HTMX)

    assert planned(answer) == ["10:00–10:30"]
    assert "parallel" not in fields(answer)


def test_what_has_begun_keeps_its_place(desk, house, two, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(10, 5))
    for step in (booking.check_in, booking.start):
        step(appointment=two, now=at(10), actor=Actor())
    two.refresh_from_db()

    page = desk.get(url(two)).content.decode()
    answer = desk.post(url(two, "choose/"), form_of(two, up=house.facial.pk), headers=HTMX)

    assert not re.search('name="(up|down)"', page)
    assert problem(answer) == ("SPA-RULE", "begun")


def test_a_form_sent_twice_changes_once(desk, house, visit):
    form = form_of(visit, house.facial)

    assert [desk.post(url(visit), form).status_code for _ in range(2)] == [302, 302]
    assert Appointment.objects.get(pk=visit.pk).version == 2


def test_a_form_that_is_out_of_date_shows_the_visit_as_it_is_now(desk, house, visit):
    form = form_of(visit, minutes=["30"])
    line = Line(Wanted(house.facial.pk))
    booking.change_items_at(
        appointment=visit, lines=[*booking.as_it_is(visit), line], now=NOW, actor=Actor()
    )

    answer = desk.post(url(visit), form, headers=HTMX)

    assert (answer.status_code, problem(answer)[0]) == (409, "SPA-STALE")
    assert fields(answer)["version"] == ["2"]
    assert len(fields(answer)["service"]) == 2


@pytest.mark.parametrize(
    "broken",
    [
        {"item": ["x"]},
        {"service": [""]},
        {"minutes": []},
        {"minutes": ["-5"]},
        {"version": "none"},
    ],
)
def test_what_cannot_be_read_changes_nothing(desk, visit, broken):
    answer = desk.post(url(visit), form_of(visit, **broken), headers=HTMX)

    assert answer.status_code in (409, 422)
    assert Appointment.objects.get(pk=visit.pk).version == 1


def test_a_treatment_of_another_visit_is_not_changed(desk, house, visit):
    other = house.book(starts_at=at(15))

    answer = desk.post(url(visit), form_of(visit, item=[other.items.get().pk]), headers=HTMX)

    assert problem(answer) == ("SPA-RULE", "unknown_item")


def test_a_treatment_under_way_has_no_button_that_removes_it(desk, house, visit, monkeypatch):
    booking.check_in(appointment=visit, now=at(10), actor=Actor())
    booking.start(appointment=visit, now=at(10), actor=Actor())
    monkeypatch.setattr("spa.clock.now", lambda: at(10, 20))

    page = desk.get(url(visit), headers=HTMX).content.decode()

    assert 'name="take_out"' not in page
    assert 'name="minutes"' in page


def test_a_visit_that_is_over_is_not_changed(desk, visit):
    booking.complete(appointment=pay(visit, now=at(11)), now=at(11), actor=Actor())

    assert desk.get(url(visit), headers=HTMX).status_code == 409


def test_a_strangers_visit_does_not_exist(client, visit):
    client.force_login(worker("receptionist", make_location()))

    assert client.get(url(visit)).status_code == 404
    assert client.post(url(visit), form_of(visit)).status_code == 404


def test_the_form_costs_as_many_queries_however_full_the_day(
    desk, house, visit, django_assert_max_num_queries
):
    for hour in (12, 14, 16):
        house.book(starts_at=at(hour), client=make_client())
    form = form_of(visit, add=house.facial.pk)
    desk.post(url(visit, "choose/"), form, headers=HTMX)

    with django_assert_max_num_queries(16):
        desk.post(url(visit, "choose/"), form, headers=HTMX)
