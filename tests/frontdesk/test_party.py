"""A party in the booking panel: put together, looked at, booked all or none."""

from uuid import uuid4

import pytest

from spa.models import Appointment, Client
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import NOW, at, make_client, make_room, make_service, make_staff
from tests.frontdesk.panel import fields, filled_in, problem
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House

pytestmark = pytest.mark.django_db

NEW, CHOOSE = "/appointments/new/", "/appointments/new/choose/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def house():
    """A house with a twin room and two therapists."""
    house = House(places=2)
    house.berta = make_staff(house.location)
    return house


@pytest.fixture
def desk(client, house, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", house.location))
    return client


@pytest.fixture
def mariana():
    return make_client(name="Mariana Echeverri")


@pytest.fixture
def laura():
    return make_client(name="Laura Gil")


def couple(house, first, second, **form):
    """Return the form of two who want a massage, the second of them open."""
    return {
        "guests": 2,
        "open": 1,
        "g0-client": first.pk,
        "g0-service": house.massage.pk,
        "g0-therapist": "",
        "client": second.pk,
        "service": house.massage.pk,
        "therapist": "",
        **form,
    }


def guests(answer):
    return answer.context["panel"].guests


# -- who comes -------------------------------------------------------------------------------


def test_a_companion_wants_the_same_with_anyone_until_she_says_otherwise(desk, house, mariana):
    facial = make_service()
    first = {"client": mariana.pk, "service": [house.massage.pk, facial.pk]}
    first |= {"therapist": [house.paola.pk, ""], "parallel": facial.pk}

    answer = desk.post(CHOOSE, {**first, "companion": 1}, headers=HTMX)

    form = fields(answer)
    assert (form["guests"], form["open"]) == (["2"], ["1"])
    assert form["g0-client"] == [str(mariana.pk)]
    assert form["g0-service"] == form["service"] == [str(house.massage.pk), str(facial.pk)]
    assert form["g0-therapist"] == [str(house.paola.pk), ""]
    assert form["therapist"] == ["", ""]
    assert form["g0-parallel"] == form["parallel"] == [str(facial.pk)]
    assert 'id="client-search"' in answer.content.decode()


def test_what_was_typed_for_one_waits_while_another_is_open(desk, house, mariana):
    form = fields(desk.post(CHOOSE, couple(house, mariana, make_client())))
    form |= {"client": "", "new_client": 1, "name": "Sofía Páez", "phone": "300 456 12"}

    first = fields(desk.post(CHOOSE, {**form, "edit": 0}))
    back = fields(desk.post(CHOOSE, {**first, "edit": 1}))

    assert first["client"] == [str(mariana.pk)]
    assert (first["g1-name"], first["g1-phone"]) == (["Sofía Páez"], ["300 456 12"])
    assert (back["name"], back["phone"]) == (["Sofía Páez"], ["300 456 12"])


def test_a_search_waits_as_well(desk, house, mariana):
    form = fields(desk.post(CHOOSE, {"client": mariana.pk, "companion": 1}))

    first = fields(desk.post(CHOOSE, {**form, "q": "lau", "edit": 0}))

    assert first["g1-q"] == ["lau"]
    assert fields(desk.post(CHOOSE, {**first, "edit": 1}))["q"] == ["lau"]


def test_either_of_two_therapists_waits_too(desk, house, mariana, laura):
    also = f"{house.massage.pk}:{house.berta.pk}"
    wish = {"g0-therapist": house.paola.pk, "g0-also": also}

    form = fields(desk.post(CHOOSE, couple(house, mariana, laura, **wish)))

    assert form["g0-therapist"] == [str(house.paola.pk)]
    assert form["g0-also"] == [also]


def test_whoever_leaves_takes_her_services_along(desk, house, mariana, laura):
    form = couple(house, mariana, laura)

    without_laura = fields(desk.post(CHOOSE, {**form, "leave": 1}))
    without_mariana = fields(desk.post(CHOOSE, {**form, "leave": 0}))

    assert (without_laura["client"], without_laura["guests"]) == ([str(mariana.pk)], ["1"])
    assert (without_mariana["client"], without_mariana["guests"]) == ([str(laura.pk)], ["1"])
    assert "g0-client" not in without_mariana


def test_four_come_at_most(desk, house):
    form = fields(desk.post(CHOOSE, {"service": house.massage.pk, "therapist": ""}))
    for _ in range(3):
        form = fields(desk.post(CHOOSE, {**form, "companion": 1}))

    full = desk.post(CHOOSE, form)
    fifth = desk.post(CHOOSE, {**form, "companion": 1})

    assert form["guests"] == ["4"]
    assert 'id="companion"' not in full.content.decode()
    assert problem(fifth) == ("SPA-RULE", "party_size")
    assert fields(fifth)["guests"] == ["4"]


@pytest.mark.parametrize(
    "garbage",
    [
        {"guests": "9"},
        {"guests": "x"},
        {"open": "7"},
        {"edit": "3"},
        {"leave": "3"},
        {"leave": "-1"},
        {"g0-client": "x"},
        {"g0-client": "987654321"},
        {"g0-service": ["1"] * 50},
        {"g0-also": "1"},
        {"g0-name": "\x00", "g0-new_client": "1"},
    ],
)
def test_a_party_that_cannot_be_read_is_a_sentence_and_never_an_error(
    desk, house, mariana, laura, garbage
):
    form = filled_in(at=at(10), **couple(house, mariana, laura, **garbage))

    assert desk.post(CHOOSE, form).status_code in {200, 422}
    assert desk.post(NEW, form).status_code in {302, 422}


def test_a_field_that_one_guest_has_twice_is_refused(desk, house, mariana, laura):
    form = couple(house, mariana, laura) | {"g0-client": [mariana.pk, laura.pk]}

    assert desk.post(CHOOSE, form).status_code == 400


# -- the times -------------------------------------------------------------------------------


def test_only_times_at_which_all_can_start_are_offered(desk, house, mariana, laura):
    house.book(starts_at=at(10))  # Paola is busy: one of the two would have nobody

    answer = desk.post(CHOOSE, couple(house, mariana, laura))

    times = answer.context["times"]
    assert times.chosen.start == at(8)
    assert {part.staff for part in times.chosen.parts} == {house.paola, house.berta}
    taken = [one.at for one in times.others if not one.free]
    assert {at(9), at(10)} <= set(taken)


def test_why_not_names_who_and_what_does_not_fit(desk, house, mariana, laura):
    house.book(starts_at=at(10), client=laura, staff=house.berta)

    answer = desk.post(CHOOSE, couple(house, mariana, laura))

    reasons = [why for _first, _last, why in answer.context["times"].reasons]
    assert any(why.startswith("Laura Gil: ") for why in reasons)


def test_times_wait_until_everybody_has_a_service(desk, house, mariana):
    form = {"client": mariana.pk, "service": house.massage.pk, "therapist": "", "companion": 1}
    form = fields(desk.post(CHOOSE, form))

    answer = desk.post(CHOOSE, {**form, "take_out": house.massage.pk})

    assert answer.context["times"] is None


def test_a_companion_whom_nobody_knows_yet_is_given_times(desk, house, mariana):
    form = {"client": mariana.pk, "service": house.massage.pk, "therapist": "", "companion": 1}

    answer = desk.post(CHOOSE, form)

    assert answer.context["times"].free == 45


@pytest.mark.parametrize("number", [2, 4])
def test_a_party_costs_as_many_queries_as_one_client(
    desk, house, django_assert_max_num_queries, number
):
    keys = [make_client().pk for _ in range(4)]
    services = [house.massage.pk, make_service().pk]
    form = {"guests": number, "open": 0, "client": keys[0], "service": services}
    form |= {"therapist": ["", ""]}
    for at_ in range(1, number):
        own = {"client": keys[at_], "service": services, "therapist": ["", ""]}
        form |= {f"g{at_}-{name}": value for name, value in own.items()}

    # Session, user, her rights (2), location; services, staff, clients, usual; four of the window.
    with django_assert_max_num_queries(13):
        desk.post(CHOOSE, form, headers=HTMX)


# -- booking ---------------------------------------------------------------------------------


def test_a_couple_is_booked_as_one_party_and_the_first_visit_opens(desk, house, mariana, laura):
    answer = desk.post(NEW, filled_in(at=at(10), **couple(house, mariana, laura)))

    visits = list(Appointment.objects.order_by("pk"))
    assert [visit.client for visit in visits] == [mariana, laura]
    assert len({visit.group for visit in visits}) == 1
    assert {visit.starts_at for visit in visits} == {at(10)}
    assert answer["Location"].endswith(f"appointment={visits[0].code}")


def test_each_has_what_she_chose(desk, house, mariana, laura):
    facial = make_service()
    form = couple(house, mariana, laura, service=[facial.pk], therapist=[house.berta.pk])

    desk.post(NEW, filled_in(at=at(10), **form))

    first, second = Appointment.objects.order_by("pk")
    assert first.items.get().service == house.massage
    assert (second.items.get().service, second.items.get().staff) == (facial, house.berta)


def test_a_party_sent_twice_is_booked_once(desk, house, mariana):
    form = couple(house, mariana, make_client())
    del form["client"]
    form |= {"new_client": 1, "name": "Sofía Páez", "phone": "300 456 1279"}
    form = filled_in(at=at(10), **form)

    first, second = desk.post(NEW, form), desk.post(NEW, form)

    assert first["Location"] == second["Location"]
    assert Appointment.objects.count() == 2
    assert Client.objects.filter(name="Sofía Páez").count() == 1


def test_two_new_clients_are_written_down_as_two(desk, house):
    new = {"new_client": 1, "name": "Sofía Páez", "phone": "300 456 1279"}
    form = couple(house, make_client(), make_client()) | new | {"client": ""}
    form |= {"g0-client": "", "g0-new_client": 1, "g0-name": "Luz Páez", "g0-phone": "3004561279"}

    desk.post(NEW, filled_in(at=at(10), **form))

    names = Appointment.objects.order_by("pk").values_list("client__name", flat=True)
    assert list(names) == ["Luz Páez", "Sofía Páez"]


# -- refusals --------------------------------------------------------------------------------


def test_a_time_that_went_is_refused_for_all_and_names_who_cannot(desk, house, mariana, laura):
    form = filled_in(at=at(10), **couple(house, mariana, laura))
    house.book(starts_at=at(10), staff=house.berta)

    answer = desk.post(NEW, form, headers=HTMX)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert problem(answer)[0] == "SPA-SLOT-TAKEN"
    why = answer.context["times"].impossible
    assert why.startswith("Laura Gil: ")
    assert why in page[page.index('id="problem"') :][:1500]
    assert not Appointment.objects.filter(client__in=[mariana, laura]).exists()
    kept = fields(answer)
    assert (kept["g0-client"], kept["client"]) == ([str(mariana.pk)], [str(laura.pk)])
    assert kept["request_id"] == [form["request_id"]]


def test_a_blocked_member_is_named_and_nobody_is_booked(desk, house, mariana):
    blocked = make_client(name="Laura Gil", persona_non_grata_since=NOW)

    answer = desk.post(NEW, filled_in(at=at(10), **couple(house, blocked, mariana)))

    assert problem(answer)[0] == "SPA-CLIENT-BLOCKED"
    assert answer.context["panel"].whom == "Laura Gil"
    assert not Appointment.objects.exists()


def test_a_member_without_a_client_is_opened_and_named(desk, house, mariana, laura):
    form = couple(house, mariana, laura) | {"g0-client": ""}

    answer = desk.post(NEW, filled_in(at=at(10), **form))

    assert problem(answer) == ("SPA-RULE", "client_missing")
    assert answer.context["panel"].guest.number == 0
    assert fields(answer)["g1-client"] == [str(laura.pk)]


def test_a_number_that_cannot_be_kept_opens_her_who_has_it(desk, house, mariana, laura):
    form = couple(house, mariana, laura) | {"g0-client": "", "g0-new_client": 1}
    form |= {"g0-name": "Sofía Páez", "g0-phone": "12"}

    answer = desk.post(NEW, filled_in(at=at(10), **form))

    assert fields(answer)["phone"] == ["12"]
    assert 'aria-invalid="true"' in answer.content.decode()
    assert fields(answer)["g1-client"] == [str(laura.pk)]
    assert not Appointment.objects.exists()


def test_the_same_client_twice_is_a_sentence(desk, house, mariana):
    answer = desk.post(NEW, filled_in(at=at(10), **couple(house, mariana, mariana)))

    assert problem(answer) == ("SPA-RULE", "client_twice")
    assert not Appointment.objects.exists()


def test_a_new_member_stays_written_down_when_the_time_went(desk, house, mariana, laura):
    form = couple(house, mariana, laura) | {"g0-client": "", "g0-new_client": 1}
    form |= {"g0-name": "Sofía Páez", "g0-phone": "300 456 1279"}
    house.book(starts_at=at(10), staff=house.berta)

    kept = fields(desk.post(NEW, filled_in(at=at(10), **form)))
    desk.post(NEW, {**kept, "start": at(12).isoformat()})

    sofia = Client.objects.get(name="Sofía Páez")
    assert kept["g0-client"] == [str(sofia.pk)]
    assert Appointment.objects.get(client=sofia).starts_at == at(12)


def test_the_room_that_does_not_fit_is_named(desk, house, mariana, laura):
    make_room(house.location)
    lying = booking.book_at(
        location=house.location,
        client=make_client(),
        wanted=[Wanted(house.massage.pk)],
        starts_at=at(12),
        now=NOW,
        actor=Actor(),
    )
    make_staff(house.location)  # therapists enough

    form = filled_in(at=at(12), request_id=str(uuid4()), **couple(house, mariana, laura))
    answer = desk.post(NEW, form)

    assert problem(answer)[0] == "SPA-SLOT-TAKEN"
    assert house.room.name in answer.context["times"].impossible
    assert Appointment.objects.get() == lying
