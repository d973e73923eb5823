"""Moving a visit by the form: for the client, for the spa, and what stands in the way."""

from datetime import timedelta
from uuid import uuid4

import pytest

from spa.models import Appointment
from spa.services import booking
from spa.services.audit import Actor
from tests.factories import NOW, TODAY, at, make_client, make_location, make_staff
from tests.frontdesk.panel import fields, free_starts, problem
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House
from tests.tills import pay

HTMX = {"HX-Request": "true"}
NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def house():
    return House()


@pytest.fixture
def desk(client, house, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", house.location))
    return client


@pytest.fixture
def visit(house):
    return house.book(starts_at=at(10, day=NEXT_WEEK))


def url(visit, choose=""):
    return f"/appointments/{visit.code}/move/{choose}"


def moving(visit, start, **form):
    return {
        "request_id": str(uuid4()),
        "version": visit.version,
        "day": start.date().isoformat(),
        "start": start.isoformat(),
        "therapists": "same",
        "who": "spa",
        **form,
    }


@pytest.mark.django_db
def test_a_therapist_moves_nothing_by_the_form(client, house, visit):
    house.paola.user = worker("therapist", house.location)
    house.paola.save()
    client.force_login(house.paola.user)

    assert client.get(url(visit)).status_code == 403
    assert client.post(url(visit), moving(visit, at(12, day=NEXT_WEEK))).status_code == 403
    assert client.post(url(visit, "choose/")).status_code == 403


@pytest.mark.django_db
def test_a_strangers_visit_does_not_exist(client, visit):
    client.force_login(worker("receptionist", make_location()))

    assert client.get(url(visit)).status_code == 404
    assert client.post(url(visit), moving(visit, at(12, day=NEXT_WEEK))).status_code == 404
    assert client.post(url(visit, "choose/")).status_code == 404


@pytest.mark.django_db
def test_the_form_opens_on_the_visits_day_with_its_therapist_and_nothing_chosen(desk, visit):
    page, fragment = desk.get(url(visit)), desk.get(url(visit), headers=HTMX)

    assert "<html" in page.content.decode()
    assert fragment.content.decode().lstrip().startswith('<form id="move"')
    form = fields(fragment)
    assert form["day"] == [NEXT_WEEK.isoformat()]
    assert form["therapists"] == ["same"]
    assert form["version"] == ["1"]
    assert "start" not in form
    assert "who" not in form
    # Its own time is free for it.
    assert at(10, day=NEXT_WEEK).isoformat() in free_starts(fragment)


@pytest.mark.django_db
def test_the_spa_moves_a_visit_and_it_opens_on_its_new_day(desk, visit):
    day = NEXT_WEEK + timedelta(days=1)

    answer = desk.post(url(visit), moving(visit, at(12, day=day)))

    visit.refresh_from_db()
    assert (visit.starts_at, visit.moves, visit.client_moves) == (at(12, day=day), 1, 0)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/calendar/{day}/?")
    assert answer["Location"].endswith(f"appointment={visit.code}")


@pytest.mark.django_db
def test_a_move_the_client_asked_for_is_counted(desk, visit):
    answer = desk.post(url(visit), moving(visit, at(12, day=NEXT_WEEK), who="client"), headers=HTMX)

    visit.refresh_from_db()
    assert (visit.moves, visit.client_moves) == (1, 1)
    assert answer.status_code == 204
    assert answer["HX-Redirect"].endswith(f"appointment={visit.code}")


@pytest.mark.django_db
def test_with_anyone_more_times_are_free_and_another_therapist_may_serve(desk, house, visit):
    natalia = make_staff(house.location)
    house.book(starts_at=at(15, day=NEXT_WEEK), client=make_client())
    rooms = type(house.room).objects
    rooms.create(location=house.location, name="Second", kind=house.room.kind)
    at_three = at(15, day=NEXT_WEEK).isoformat()
    opened = fields(desk.get(url(visit)))

    same = desk.post(url(visit, "choose/"), {**opened, "only": 1}, headers=HTMX)
    anyone = desk.post(url(visit, "choose/"), {**opened, "anyone": 1}, headers=HTMX)
    form = {**fields(anyone), **moving(visit, at(15, day=NEXT_WEEK), therapists="any")}
    desk.post(url(visit), form)

    assert at_three not in free_starts(same)
    assert at_three in free_starts(anyone)
    assert fields(anyone)["therapists"] == ["any"]
    assert visit.items.get().staff == natalia


@pytest.mark.django_db
def test_a_chosen_time_is_shown_beside_the_old_one(desk, visit):
    form = moving(visit, at(15, day=NEXT_WEEK))

    answer = desk.post(url(visit, "choose/"), form, headers=HTMX)

    page = answer.content.decode()
    assert "10:00–11:00" in page
    assert "15:00–16:00" in page
    assert 'name="who"' not in page  # what she chooses meanwhile is not drawn over


@pytest.mark.django_db
def test_without_script_a_chosen_time_keeps_who_wanted_it(desk, visit):
    answer = desk.post(url(visit, "choose/"), moving(visit, at(15, day=NEXT_WEEK)))

    assert fields(answer)["who"] == ["spa"]


@pytest.mark.django_db
def test_a_form_sent_twice_moves_once(desk, visit):
    form = moving(visit, at(12, day=NEXT_WEEK))

    first, second = desk.post(url(visit), form), desk.post(url(visit), form)

    visit.refresh_from_db()
    assert first["Location"] == second["Location"]
    assert visit.moves == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("missing", "reason"),
    [("who", "who_missing"), ("start", "start_missing"), ("request_id", "request_id")],
)
def test_what_is_missing_is_said_and_the_rest_is_kept(desk, visit, missing, reason):
    form = moving(visit, at(12, day=NEXT_WEEK))
    del form[missing]

    answer = desk.post(url(visit), form)

    assert answer.status_code == 422
    assert problem(answer) == ("SPA-RULE", reason)
    kept = fields(answer)
    assert missing == "start" or kept["start"] == [form["start"]]
    assert missing == "who" or kept["who"] == ["spa"]
    visit.refresh_from_db()
    assert visit.moves == 0


@pytest.mark.django_db
def test_a_form_that_is_out_of_date_is_refused_and_shows_what_is_true_now(desk, visit):
    form = moving(visit, at(12, day=NEXT_WEEK))
    desk.post(url(visit), moving(visit, at(15, day=NEXT_WEEK)))

    answer = desk.post(url(visit), form)

    assert answer.status_code == 409
    assert problem(answer)[0] == "SPA-STALE"
    assert "15:00–16:00" in answer.content.decode()
    assert fields(answer)["version"] == ["2"]
    assert fields(answer)["start"] == [form["start"]]


@pytest.mark.django_db
def test_a_time_taken_meanwhile_is_a_409_with_other_times(desk, house, visit):
    form = moving(visit, at(12, day=NEXT_WEEK))
    house.book(starts_at=at(12, day=NEXT_WEEK))

    answer = desk.post(url(visit), form)

    assert answer.status_code == 409
    assert problem(answer)[0] == "SPA-SLOT-TAKEN"
    assert len(answer.context["times"].best) == 3
    assert fields(answer)["who"] == ["spa"]
    assert "start" not in fields(answer)


@pytest.mark.django_db
def test_the_clients_third_move_is_refused_and_the_spas_is_not(desk, visit):
    for hour in (12, 13):
        visit.refresh_from_db()
        desk.post(url(visit), moving(visit, at(hour, day=NEXT_WEEK), who="client"))
    visit.refresh_from_db()

    third = desk.post(url(visit), moving(visit, at(15, day=NEXT_WEEK), who="client"))
    by_the_spa = desk.post(url(visit), moving(visit, at(15, day=NEXT_WEEK)))

    assert third.status_code == 422
    assert problem(third) == ("SPA-RULE", "moves_used_up")
    assert fields(third)["who"] == ["client"]
    assert by_the_spa.status_code == 302


@pytest.mark.django_db
def test_a_client_cannot_move_a_visit_of_today(desk, house):
    visit = house.book(starts_at=at(10))

    answer = desk.post(url(visit), moving(visit, at(15), who="client"))

    assert problem(answer) == ("SPA-RULE", "too_late_to_move")


@pytest.mark.django_db
def test_a_visit_that_is_over_is_not_moved(desk, house):
    visit = house.book(starts_at=at(8))
    booking.complete(appointment=pay(visit, now=at(9)), now=at(9), actor=Actor())

    shown = desk.get(url(visit))
    sent = desk.post(url(visit), moving(visit, at(15), version=3))

    assert shown.status_code == sent.status_code == 409
    assert 'data-code="SPA-ILLEGAL-TRANSITION"' in shown.content.decode()
    assert problem(sent)[0] == "SPA-ILLEGAL-TRANSITION"


@pytest.mark.django_db
def test_the_form_costs_a_constant_number_of_queries(
    desk, house, visit, django_assert_max_num_queries
):
    for _ in range(6):
        make_staff(house.location)

    # Session, user, her rights (2); visit, who comes with her, items, staff; four of the window and
    # the visit's terms.
    with django_assert_max_num_queries(13):
        desk.get(url(visit), headers=HTMX)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "garbage",
    [
        {"day": "2026-02-30"},
        {"day": "2199-12-31"},
        {"go": "yesterday"},
        {"start": "noon"},
        {"version": "one"},
        {"version": "9" * 30},
        {"who": "nobody"},
        {"therapists": "\x00"},
        {"request_id": "not one"},
    ],
)
def test_garbage_is_a_sentence_and_never_an_error(desk, visit, garbage):
    form = {**moving(visit, at(12, day=NEXT_WEEK)), **garbage}

    for address in (url(visit), url(visit, "choose/")):
        answer = desk.post(address, form)

        assert answer.status_code in {409, 422}
        assert problem(answer)[0]
    assert desk.get(url(visit), garbage).status_code in {200, 422}
    assert Appointment.objects.get().moves == 0


@pytest.mark.django_db
def test_no_such_visit_is_not_found(desk):
    assert desk.get("/appointments/BR-0/move/").status_code == 404
    assert desk.get("/appointments/new/move/").status_code == 404
