"""The services of a visit in the booking panel: their order, side by side, with whom."""

import pytest

from spa.models import Appointment
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import NOW, at, make_client, make_room, make_service, make_staff
from tests.frontdesk.panel import fields, filled_in, problem
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House
from tests.tills import pay

pytestmark = pytest.mark.django_db

NEW, CHOOSE = "/appointments/new/", "/appointments/new/choose/"


@pytest.fixture
def house():
    """A house with two therapists, and rooms for both."""
    house = House()
    house.berta = make_staff(house.location)
    make_room(house.location, kind=house.room.kind)
    return house


@pytest.fixture
def desk(client, house, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", house.location))
    return client


def chosen(*services, **form):
    keys = [service.pk for service in services]
    return {"service": keys, "therapist": [""] * len(keys), **form}


def keys(*rows):
    return [str(row.pk) for row in rows]


# -- eight at most, in any order -------------------------------------------------------------


def test_eight_services_are_booked_and_a_ninth_is_refused(desk, house):
    eight = [make_service(minutes=15) for _ in range(8)]
    ninth = make_service()

    answer = desk.post(CHOOSE, chosen(*eight, add=ninth.pk))
    form = filled_in(at=at(10), client=make_client().pk, **chosen(*eight))
    desk.post(NEW, form)

    assert problem(answer) == ("SPA-RULE", "too_many_services")
    assert fields(answer)["service"] == keys(*eight)
    items = Appointment.objects.get().items.order_by("position")
    assert [item.service for item in items] == eight


def test_a_service_goes_up_and_down_and_never_over_the_edge(desk, house):
    first, second, third = make_service(), make_service(), make_service()
    form = chosen(first, second, third)

    up = fields(desk.post(CHOOSE, {**form, "up": third.pk}))
    down = fields(desk.post(CHOOSE, {**form, "down": first.pk}))
    over = desk.post(CHOOSE, {**form, "up": first.pk})
    below = desk.post(CHOOSE, {**form, "down": third.pk})
    unknown = desk.post(CHOOSE, {**form, "up": 987_654_321})

    assert up["service"] == keys(first, third, second)
    assert down["service"] == keys(second, first, third)
    for answer in (over, below, unknown):
        assert answer.status_code == 200
        assert fields(answer)["service"] == keys(first, second, third)


def test_a_service_keeps_its_therapists_where_it_goes(desk, house):
    facial = make_service()
    form = chosen(house.massage, facial, up=facial.pk)

    kept = fields(
        desk.post(
            CHOOSE,
            {
                **form,
                "therapist": ["", house.paola.pk],
                "also": f"{facial.pk}:{house.berta.pk}",
            },
        )
    )

    assert kept["therapist"] == [str(house.paola.pk), ""]
    assert f"{facial.pk}:{house.berta.pk}" in kept["also"]


# -- at the same time ------------------------------------------------------------------------


def test_services_at_the_same_time_are_booked_side_by_side(desk, house):
    facial = make_service(minutes=45)
    form = chosen(house.massage, facial, parallel=facial.pk)

    shown = desk.post(CHOOSE, form)
    desk.post(NEW, filled_in(at=at(10), client=make_client().pk, **form))

    assert fields(shown)["parallel"] == keys(facial)
    assert shown.context["panel"].guest.minutes == 60  # the longer of the two
    offer = shown.context["times"].chosen
    assert set(offer.who.split(" + ")) == {house.paola.first_name, house.berta.first_name}
    visit = Appointment.objects.get()
    assert {item.starts_at for item in visit.items.all()} == {at(10)}
    assert visit.ends_at == at(11)


def test_what_follows_waits_for_the_longest_of_those_at_the_same_time(desk, house):
    facial, bath = make_service(minutes=45), make_service(minutes=30)

    answer = desk.post(CHOOSE, chosen(house.massage, facial, bath, parallel=facial.pk))

    assert answer.context["panel"].guest.minutes == 90


def test_the_first_service_is_at_the_same_time_as_none(desk, house):
    facial = make_service()
    form = chosen(house.massage, facial, parallel=facial.pk)

    taken_out = fields(desk.post(CHOOSE, {**form, "take_out": house.massage.pk}))
    forged = desk.post(CHOOSE, chosen(house.massage, parallel=house.massage.pk))

    assert "parallel" not in taken_out
    assert forged.status_code == 200
    assert "parallel" not in fields(forged)


def test_two_that_change_places_stay_side_by_side(desk, house):
    facial = make_service()

    form = fields(
        desk.post(CHOOSE, chosen(house.massage, facial, parallel=facial.pk, up=facial.pk))
    )

    assert form["service"] == keys(facial, house.massage)
    assert form["parallel"] == keys(house.massage)


def test_one_therapist_cannot_treat_twice_at_once_and_the_panel_says_so(desk, house):
    facial = make_service()
    form = chosen(house.massage, facial, parallel=facial.pk)
    form["therapist"] = [house.paola.pk] * 2

    shown = desk.post(CHOOSE, form)
    answer = desk.post(NEW, filled_in(at=at(10), client=make_client().pk, **form))

    assert shown.context["times"].best == ()
    assert any(house.paola.first_name in why for _a, _b, why in shown.context["times"].reasons)
    assert problem(answer) == ("SPA-RULE", "together")
    assert fields(answer)["parallel"] == keys(facial)
    assert not Appointment.objects.exists()


def test_the_usual_comes_back_side_by_side(desk, house):
    mariana, facial = make_client(), make_service()
    visit = booking.book_at(
        location=house.location,
        client=mariana,
        wanted=[Wanted(house.massage.pk), Wanted(facial.pk, parallel=True)],
        starts_at=at(10),
        now=NOW,
        actor=Actor(),
    )
    booking.complete(appointment=pay(visit, now=at(12)), now=at(12), actor=Actor())

    form = fields(desk.post(CHOOSE, {"client": mariana.pk, "usual": 1}))

    assert form["service"] == keys(house.massage, facial)
    assert form["parallel"] == keys(facial)


# -- one of these two ------------------------------------------------------------------------


def test_one_of_two_therapists_is_booked_with_whoever_is_free(desk, house):
    other = make_staff(house.location)
    house.book(starts_at=at(10))
    form = {
        **chosen(house.massage, also=f"{house.massage.pk}:{house.berta.pk}"),
        "therapist": house.paola.pk,
    }

    desk.post(NEW, filled_in(at=at(10), client=make_client().pk, **form))

    item = Appointment.objects.latest("pk").items.get()
    assert (item.staff, item.staff_requested) == (house.berta, True)
    assert item.staff != other


def test_when_neither_of_the_two_is_free_nobody_else_is_taken(desk, house):
    make_staff(house.location)
    make_room(house.location, kind=house.room.kind)
    house.book(starts_at=at(10))
    booking.book_at(
        location=house.location,
        client=make_client(),
        wanted=[Wanted(house.massage.pk, house.berta.pk)],
        starts_at=at(10),
        now=NOW,
        actor=Actor(),
    )
    either = f"{house.massage.pk}:{house.berta.pk}"
    form = {**chosen(house.massage, also=either), "therapist": house.paola.pk}

    answer = desk.post(NEW, filled_in(at=at(10), client=make_client().pk, **form))

    assert problem(answer)[0] == "SPA-SLOT-TAKEN"
    assert fields(answer)["therapist"] == [str(house.paola.pk)]
    assert either in fields(answer)["also"]
    assert Appointment.objects.count() == 2


def test_the_switch_above_the_times_names_both(desk, house):
    either = f"{house.massage.pk}:{house.berta.pk}"
    form = {**chosen(house.massage, also=either), "therapist": house.paola.pk}

    answer = desk.post(CHOOSE, {**form, "only": house.paola.pk})

    switch = answer.context["panel"].switch
    assert house.paola.first_name in switch.names
    assert house.berta.first_name in switch.names
    assert either in fields(answer)["also"]  # pressed already: nothing changes


def test_with_anyone_there_is_nobody_besides(desk, house):
    form = chosen(house.massage, also=f"{house.massage.pk}:{house.berta.pk}")

    answer = desk.post(CHOOSE, form)

    assert fields(answer)["therapist"] == [""]
    assert "also" not in fields(answer)


@pytest.mark.parametrize("whom", ["stranger", "unknown"])
def test_somebody_besides_who_cannot_do_it_is_a_sentence(desk, house, whom):
    key = {"stranger": make_staff(House().location).pk, "unknown": 987_654_321}[whom]
    form = {**chosen(house.massage, also=f"{house.massage.pk}:{key}"), "therapist": house.paola.pk}

    answer = desk.post(CHOOSE, form)

    assert problem(answer) == ("SPA-RULE", "cannot_do_service")
    assert fields(answer)["therapist"] == [str(house.paola.pk)]


@pytest.mark.parametrize("also", ["x", "1:", ":1", "1:x", "1:2:3", "-1:5", ["1:1"] * 50])
def test_pairs_that_cannot_be_read_are_a_sentence(desk, house, also):
    answer = desk.post(CHOOSE, chosen(house.massage, also=also))

    assert problem(answer) == ("SPA-RULE", "unreadable")
    assert fields(answer)["service"] == keys(house.massage)


# -- without a therapist ---------------------------------------------------------------------


def test_a_service_without_therapist_is_told_by_its_room(desk, house):
    sauna = make_room(house.location, places=4, shared=True)
    warmth = make_service(needs_staff=False, room_kind=sauna.kind)

    answer = desk.post(CHOOSE, chosen(warmth, house.massage))

    page, offer = answer.content.decode(), answer.context["times"].chosen
    assert sauna.kind.name in page
    assert offer.who.startswith(sauna.name)
    assert house.paola.first_name in offer.who or house.berta.first_name in offer.who
    assert f'id="therapist-{warmth.pk}"' not in page
