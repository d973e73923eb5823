"""The booking panel: putting a visit together and booking it, by page and by fragment."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from spa.models import Appointment, Client, Consent, Service, Skill, StaffMember
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.concurrency import Thread, open_transaction, wait_until_somebody_waits_for_a_lock
from tests.factories import (
    NOW,
    TODAY,
    at,
    make_client,
    make_location,
    make_service,
    make_staff,
)
from tests.frontdesk.panel import fields, filled_in, free_starts, problem
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House
from tests.tills import pay

NEW, CHOOSE, CLIENTS = (
    "/appointments/new/",
    "/appointments/new/choose/",
    "/appointments/new/clients/",
)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def house():
    return House()


@pytest.fixture
def desk(client, house, monkeypatch):
    """The browser of a receptionist of the house, at seven in the morning."""
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", house.location))
    return client


@pytest.fixture
def mariana():
    return make_client(name="Mariana Echeverri", phone="+573004561278")


def choice(house, **form):
    return {"service": house.massage.pk, "therapist": "", **form}


# -- who may ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("url", [NEW, CHOOSE, CLIENTS])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_therapist_books_nothing(client, house, url, method):
    client.force_login(worker("therapist", house.location))

    assert getattr(client, method)(url).status_code in {403, 405}
    assert not Appointment.objects.exists()


@pytest.mark.django_db
def test_who_is_not_logged_in_is_sent_to_the_log_in(client):
    assert client.get(NEW)["Location"] == f"/login/?next={NEW}"


@pytest.mark.django_db
def test_a_form_without_a_token_is_refused(desk, house, mariana):
    desk.handler.enforce_csrf_checks = True

    answer = desk.post(NEW, filled_in(at=at(10), client=mariana.pk, **choice(house)))

    assert answer.status_code == 403
    assert not Appointment.objects.exists()


# -- a page and a fragment -------------------------------------------------------------------


@pytest.mark.django_db
def test_the_panel_is_a_page_and_to_htmx_a_fragment(desk):
    page, fragment = desk.get(NEW), desk.get(NEW, headers=HTMX)

    assert "<html" in page.content.decode()
    assert fragment.content.decode().lstrip().startswith('<form id="new"')
    assert 'id="client-search"' in fragment.content.decode()


@pytest.mark.django_db
def test_a_page_whose_buttons_lead_nowhere_by_get_goes_back_to_the_panel(desk):
    assert desk.get(CHOOSE)["Location"] == NEW


@pytest.mark.django_db
def test_the_query_string_chooses_client_services_and_day(desk, house, mariana):
    query = {"client": mariana.pk, "day": "2026-11-20", **choice(house)}

    answer = desk.get(NEW, query)

    form = fields(answer)
    assert form["client"] == [str(mariana.pk)]
    assert form["service"] == [str(house.massage.pk)]
    assert form["day"] == ["2026-11-20"]
    assert form["start"] == [at(8, day=TODAY + timedelta(days=1)).isoformat()]


@pytest.mark.django_db
def test_what_was_typed_never_comes_from_or_goes_into_an_address(desk, house):
    typed = {"q": "Mariana", "name": "Mariana", "new_client": 1}

    page = desk.get(NEW, typed, headers=HTMX)

    assert "Mariana" not in page.content.decode()


@pytest.mark.django_db
def test_an_empty_cell_of_the_calendar_chooses_day_time_and_therapist(desk, house):
    other = make_staff(house.location)
    cell = {"day": "2026-11-20", "staff": other.pk, "start": "2026-11-20T15:00:00-05:00"}
    page = desk.get(NEW, cell)
    opened = fields(page)

    answer = desk.post(CHOOSE, {**opened, "add": house.massage.pk}, headers=HTMX)

    assert other.name in page.content.decode()
    assert "15:00" in page.content.decode()
    form = fields(answer)
    assert form["therapist"] == [str(other.pk)]
    assert form["start"] == ["2026-11-20T15:00:00-05:00"]


@pytest.mark.django_db
def test_a_day_without_free_times_gives_way_to_the_first_that_has_some(desk, house):
    house.location.opening_hours.filter(weekday=TODAY.isoweekday()).delete()

    form = fields(desk.post(CHOOSE, choice(house)))

    assert form["day"] == ["2026-11-20"]


@pytest.mark.django_db
def test_today_opened_from_the_calendar_gives_way_and_another_day_does_not(desk, house):
    for day in (TODAY, TODAY + timedelta(days=1)):
        house.location.opening_hours.filter(weekday=day.isoweekday()).delete()

    today = fields(desk.get(NEW, choice(house, day="2026-11-19")))
    tomorrow = fields(desk.get(NEW, choice(house, day="2026-11-20")))

    assert today["day"] == ["2026-11-21"]
    assert tomorrow["day"] == ["2026-11-20"]


@pytest.mark.django_db
def test_a_day_nobody_asked_for_comes_back_when_it_has_a_time_again(desk, house):
    house.book(starts_at=at(14))
    whole_day = make_service(minutes=480)
    too_long = fields(desk.post(CHOOSE, {"service": whole_day.pk, "therapist": ""}))

    form = fields(desk.post(CHOOSE, {**too_long, "service": house.massage.pk}))

    assert too_long["day"] == ["2026-11-20"]
    assert form["day"] == ["2026-11-19"]


@pytest.mark.django_db
def test_a_day_that_was_asked_for_stays_and_says_why_it_has_no_time(desk, house):
    house.location.opening_hours.filter(weekday=TODAY.isoweekday()).delete()

    answer = desk.post(CHOOSE, choice(house, go=TODAY.isoformat()))

    assert fields(answer)["day"] == [TODAY.isoformat()]
    assert free_starts(answer) == []
    assert [first.hour for first, _last, _why in answer.context["times"].reasons] == [0, 7]


@pytest.mark.django_db
def test_the_strip_counts_the_free_starts_of_two_weeks(desk, house):
    day = TODAY + timedelta(days=2)
    house.book(starts_at=at(10, day=day))

    times = desk.post(CHOOSE, choice(house)).context["times"]

    free = {one.date: one.free for one in times.days}
    assert len(free) == 14
    assert free[TODAY] == 45  # every quarter from 8:00 to 19:00
    assert free[day] == 45 - 9  # 9:00 to 11:00 are in the way


# -- the client ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["mari ech", "Écheverri mariana", "300 456 12 78", "echevery"])
def test_a_client_is_found_by_name_or_number_however_typed(desk, mariana, typed):
    answer = desk.post(CLIENTS, {"q": typed}, headers=HTMX)

    page = answer.content.decode()
    assert f'name="pick" value="{mariana.pk}"' in page
    assert "300 456 1278" in page


@pytest.mark.django_db
def test_nobody_is_found_for_nothing_or_for_nonsense(desk, mariana):
    for typed in ("", "   ", "\x00", "xyzzy", "a" * 10_000):
        assert 'name="pick"' not in desk.post(CLIENTS, {"q": typed}).content.decode()


@pytest.mark.django_db
def test_the_list_is_short_and_costs_one_query_however_many_match(
    desk, mariana, django_assert_max_num_queries
):
    for _ in range(12):
        make_client(name="Mariana Echeverri")

    with django_assert_max_num_queries(6):  # session, user, her rights (2), location, clients
        answer = desk.post(CLIENTS, {"q": "mariana"}, headers=HTMX)

    assert answer.content.decode().count('name="pick"') == 8


@pytest.mark.django_db
def test_the_list_shows_visits_and_who_is_vip_and_keeps_the_alert_to_itself(desk, house):
    vip = make_client(name="Mariana Echeverri", vip_until=TODAY, alert_sealed="sealed")
    visit = pay(house.book(client=vip), now=at(11))
    booking.complete(appointment=visit, now=at(11), actor=Actor())

    page = desk.post(CLIENTS, {"q": "mariana"}, headers=HTMX).content.decode()

    assert "VIP" in page
    assert "1 visit" in page
    assert "sealed" not in page
    assert "triangle-alert" not in page  # nor that she has one (SEC-13)


@pytest.mark.django_db
def test_a_blocked_client_is_shown_with_the_reason_and_cannot_be_picked(desk):
    blocked = make_client(name="Mariana Echeverri", persona_non_grata_since=NOW)

    page = desk.post(CLIENTS, {"q": "mariana"}, headers=HTMX).content.decode()

    assert f'aria-disabled="true" id="client-{blocked.pk}"' in page
    assert 'name="pick"' not in page


@pytest.mark.django_db
def test_a_picked_client_takes_the_place_of_the_search(desk, mariana):
    answer = desk.post(CHOOSE, {"q": "mari", "pick": mariana.pk}, headers=HTMX)

    assert fields(answer)["client"] == [str(mariana.pk)]
    assert "client-search" not in answer.content.decode()


@pytest.mark.django_db
def test_choosing_something_else_leaves_the_typed_search_alone(desk, house):
    answer = desk.post(CHOOSE, {"q": "mari", "add": house.massage.pk}, headers=HTMX)

    assert 'id="new-client"' not in answer.content.decode()
    assert 'id="new-times"' in answer.content.decode()


@pytest.mark.django_db
def test_an_unknown_client_is_a_sentence(desk, house):
    answer = desk.get(NEW, {"client": 987_654_321})

    assert problem(answer) == ("SPA-RULE", "client")


@pytest.mark.django_db
def test_a_search_becomes_the_new_clients_name_or_number(desk):
    by_name = fields(desk.post(CHOOSE, {"q": "Laura Gil", "write_client": 1}))
    by_number = fields(desk.post(CHOOSE, {"q": "311 208 4490", "write_client": 1}))

    assert (by_name["name"], by_name["phone"]) == (["Laura Gil"], [""])
    assert (by_number["name"], by_number["phone"]) == ([""], ["311 208 4490"])


@pytest.mark.django_db
def test_a_number_that_somebody_has_is_shown_and_never_in_the_way(desk, house, mariana):
    shown = desk.post(CLIENTS, {"phone": "300 456 1278"}, headers=HTMX).content.decode()
    daughter = {"new_client": 1, "name": "Sofía Echeverri", "phone": "300 456 1278"}

    answer = desk.post(NEW, filled_in(at=at(10), **choice(house), **daughter))

    assert f'name="pick" value="{mariana.pk}"' in shown
    assert answer.status_code == 302
    assert Client.objects.filter(phone="+573004561278").count() == 2


# -- the usual -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_usual_is_one_press_and_the_best_time_is_already_chosen(desk, house, mariana):
    house.book(client=mariana)
    picked = fields(desk.post(CHOOSE, {"pick": mariana.pk}))

    form = fields(desk.post(CHOOSE, {**picked, "usual": 1}))
    answer = desk.post(NEW, form)

    assert form["therapist"] == [str(house.paola.pk)]
    visit = Appointment.objects.latest("pk")
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"appointment={visit.code}")
    assert visit.items.get().staff_requested


@pytest.mark.django_db
def test_the_usual_is_the_last_completed_visit_without_what_was_withdrawn(desk, house, mariana):
    facial = make_service()
    wanted = [Wanted(house.massage.pk), Wanted(facial.pk)]
    done = booking.book_at(
        location=house.location,
        client=mariana,
        wanted=wanted,
        starts_at=at(10),
        now=NOW,
        actor=Actor(),
    )
    booking.complete(appointment=pay(done, now=at(12)), now=at(12), actor=Actor())
    later = make_service()
    booking.book_at(
        location=house.location,
        client=mariana,
        wanted=[Wanted(later.pk)],
        starts_at=at(15),
        now=NOW,
        actor=Actor(),
    )
    Service.objects.filter(pk=facial.pk).update(withdrawn_at=timezone.now())

    form = fields(desk.post(CHOOSE, {"client": mariana.pk, "usual": 1}))

    assert form["service"] == [str(house.massage.pk)]


@pytest.mark.django_db
def test_a_cancelled_visit_is_nobodys_usual(desk, house, mariana):
    booking.cancel(
        appointment=house.book(client=mariana), cancelled_by="client", now=NOW, actor=Actor()
    )

    assert 'id="usual"' not in desk.get(NEW, {"client": mariana.pk}).content.decode()


# -- services and therapists -----------------------------------------------------------------


@pytest.mark.django_db
def test_services_are_added_and_taken_out_in_their_order(desk, house):
    facial = make_service(minutes=45, pesos=140_000)
    one = fields(desk.post(CHOOSE, {"add": house.massage.pk}))

    both = desk.post(CHOOSE, {**one, "add": facial.pk})
    left = fields(desk.post(CHOOSE, {**fields(both), "take_out": house.massage.pk}))

    assert fields(both)["service"] == [str(house.massage.pk), str(facial.pk)]
    assert "1 h 45" in both.content.decode()
    assert "$\u00a0320.000" in both.content.decode()
    assert left["service"] == [str(facial.pk)]


@pytest.mark.django_db
def test_a_vip_sees_her_price(desk, house):
    vip = make_client(vip_until=TODAY)
    Service.objects.filter(pk=house.massage.pk).update(vip_price_cents=162_000_00)

    page = desk.get(NEW, {"client": vip.pk, **choice(house)}).content.decode()

    assert "$\u00a0162.000" in page
    assert "$\u00a0180.000" not in page


@pytest.mark.django_db
def test_the_same_service_twice_is_refused_and_stands_there_once(desk, house):
    answer = desk.post(CHOOSE, choice(house, add=house.massage.pk))

    assert answer.status_code == 422
    assert problem(answer)[0] == "APP-005"
    assert fields(answer)["service"] == [str(house.massage.pk)]


@pytest.mark.django_db
def test_with_one_therapist_or_with_anyone_is_one_press(desk, house):
    other = make_staff(house.location)
    with_other = {"service": house.massage.pk, "therapist": other.pk}

    anyone = fields(desk.post(CHOOSE, {**with_other, "anyone": 1}))
    again = fields(desk.post(CHOOSE, {**anyone, "only": other.pk}))

    assert anyone["therapist"] == [""]
    assert again["therapist"] == [str(other.pk)]


@pytest.mark.django_db
@pytest.mark.parametrize("whom", ["stranger", "unskilled", "unknown"])
def test_a_therapist_who_cannot_do_it_here_is_a_sentence(desk, house, whom):
    facial = make_service()
    facial.skills.add(Skill.objects.create(name="Facials"))
    key = {
        "stranger": make_staff(make_location()).pk,
        "unskilled": house.paola.pk,
        "unknown": 987_654_321,
    }[whom]

    answer = desk.post(CHOOSE, {"service": facial.pk, "therapist": key})

    assert answer.status_code == 422
    assert problem(answer) == ("SPA-RULE", "cannot_do_service")
    assert fields(answer)["service"] == [str(facial.pk)]


@pytest.mark.django_db
def test_another_location_does_not_exist(desk, house):
    foreign = make_location()

    assert desk.get(f"{NEW}?location={foreign.pk}").status_code == 404
    assert desk.post(f"{NEW}?location={foreign.pk}").status_code == 404
    assert desk.post(f"{CHOOSE}?location={foreign.pk}").status_code == 404


# -- times -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_three_best_times_come_first_and_the_taken_ones_are_struck_out(desk, house):
    house.book(starts_at=at(10))

    answer = desk.post(CHOOSE, choice(house))

    times = answer.context["times"]
    assert len(times.best) == 3
    assert next(one.at.hour for one in times.others if not one.free) == 9
    assert re.search(r'aria-disabled="true"[^>]* data-why="[^"]+"', answer.content.decode())


@pytest.mark.django_db
def test_a_time_chosen_by_hand_stays_when_services_are_added(desk, house):
    chosen = choice(house, day=TODAY.isoformat(), start=at(15).isoformat())

    form = fields(desk.post(CHOOSE, {**chosen, "add": make_service().pk}))

    assert form["start"] == [at(15).isoformat()]


@pytest.mark.django_db
def test_the_best_time_follows_what_is_chosen_until_a_hand_takes_one(desk, house):
    house.book(starts_at=at(9))
    first = fields(desk.post(CHOOSE, choice(house)))

    longer = fields(desk.post(CHOOSE, {**first, "add": make_service(minutes=240).pk}))

    assert first["start"] == first["auto_start"]
    assert longer["start"] == longer["auto_start"]


@pytest.mark.django_db
def test_a_time_that_cannot_be_says_why_and_no_other_is_put_in_its_place(desk, house):
    house.book(starts_at=at(10))
    chosen = choice(house, day=TODAY.isoformat(), start=at(10).isoformat())

    answer = desk.post(CHOOSE, chosen)

    assert answer.context["times"].impossible
    assert "start" not in fields(answer)


@pytest.mark.django_db
def test_the_whole_panel_costs_a_constant_number_of_queries(
    desk, house, mariana, django_assert_max_num_queries
):
    house.book(client=mariana)
    for _ in range(8):
        make_staff(house.location)
    services = [house.massage.pk, make_service().pk, make_service().pk]
    form = {"client": mariana.pk, "service": services, "therapist": ["", "", ""]}

    # Session, user, her rights (2), location; services, staff, client, usual; four of the window.
    with django_assert_max_num_queries(13):
        desk.post(CHOOSE, form, headers=HTMX)


# -- booking ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_existing_client_is_booked_and_the_visit_opens_on_its_day(desk, house, mariana):
    answer = desk.post(NEW, filled_in(at=at(10), client=mariana.pk, **choice(house)))

    visit = Appointment.objects.get()
    assert (visit.client, visit.starts_at) == (mariana, at(10))
    assert visit.created_by.locations.get() == house.location
    assert answer.status_code == 302
    assert answer["Location"].startswith("/calendar/2026-11-19/?")
    assert answer["Location"].endswith(f"appointment={visit.code}")


@pytest.mark.django_db
def test_to_htmx_a_booking_is_a_redirect_without_a_body(desk, house, mariana):
    form = filled_in(at=at(10), client=mariana.pk, **choice(house))

    answer = desk.post(NEW, form, headers=HTMX)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["HX-Redirect"].endswith(f"appointment={Appointment.objects.get().code}")


@pytest.mark.django_db
def test_the_message_after_a_booking_names_no_person(desk, house, mariana):
    form = filled_in(at=at(10), client=mariana.pk, **choice(house))

    page = desk.post(NEW, form, follow=True)

    said = [str(message) for message in page.context["messages"]]
    assert len(said) == 1
    assert "10:00" in said[0]
    assert "Mariana" not in said[0]


@pytest.mark.django_db
def test_a_new_client_is_written_down_with_her_consent_and_booked(desk, house):
    new = {"new_client": 1, "name": " Laura  Gil ", "phone": "311 208 44 90"}

    answer = desk.post(NEW, filled_in(at=at(10), **choice(house), **new))

    laura = Client.objects.get()
    assert answer.status_code == 302
    assert (laura.name, laura.phone) == ("Laura Gil", "+573112084490")
    assert Consent.objects.get(client=laura).kind == "data"
    assert Appointment.objects.get().client == laura


@pytest.mark.django_db
@pytest.mark.parametrize("client_fields", ["existing", "new"])
def test_a_form_sent_twice_books_once_and_leads_to_the_same_visit(
    desk, house, mariana, client_fields
):
    who = {"client": mariana.pk}
    if client_fields == "new":
        who = {"new_client": 1, "name": "Laura Gil", "phone": "311 208 44 90"}
    form = filled_in(at=at(10), **choice(house), **who)

    first, second = desk.post(NEW, form), desk.post(NEW, form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Appointment.objects.count() == 1
    assert Client.objects.count() == (2 if client_fields == "new" else 1)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_waits_for_the_first_and_leads_where_it_led(desk, house):
    new = {"new_client": 1, "name": "Laura Gil", "phone": "311 208 4490"}
    form = filled_in(at=at(10), **choice(house), **new)
    second_tab = Browser()
    second_tab.cookies = desk.cookies

    with open_transaction():
        StaffMember.objects.locked().get(pk=house.paola.pk)
        clicks = [Thread(lambda tab=tab: tab.post(NEW, form)) for tab in (desk, second_tab)]
        for click in clicks:
            click.start()
        wait_until_somebody_waits_for_a_lock()
    first, second = (click.outcome() for click in clicks)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Client.objects.count() == Appointment.objects.count() == 1


@pytest.mark.django_db
def test_a_chosen_therapist_is_kept_and_remembered_as_asked_for(desk, house, mariana):
    other = make_staff(house.location)
    form = filled_in(at=at(10), client=mariana.pk, service=house.massage.pk, therapist=other.pk)

    desk.post(NEW, form)

    item = Appointment.objects.get().items.get()
    assert (item.staff, item.staff_requested) == (other, True)


# -- refusals: nothing typed is lost ---------------------------------------------------------


@pytest.mark.django_db
def test_a_time_taken_meanwhile_is_a_409_with_other_times_and_none_chosen(desk, house, mariana):
    form = filled_in(at=at(10), client=mariana.pk, **choice(house))
    house.book(starts_at=at(10))

    answer = desk.post(NEW, form, headers=HTMX)

    assert answer.status_code == 409
    assert problem(answer)[0] == "SPA-SLOT-TAKEN"
    kept = fields(answer)
    assert kept["client"] == [str(mariana.pk)]
    assert kept["service"] == [str(house.massage.pk)]
    assert "start" not in kept
    assert len(answer.context["times"].best) == 3
    assert at(10).isoformat() not in free_starts(answer)


@pytest.mark.django_db
def test_the_form_given_back_can_be_sent_again_with_another_time(desk, house, mariana):
    form = filled_in(at=at(10), client=mariana.pk, **choice(house))
    house.book(starts_at=at(10))
    kept = fields(desk.post(NEW, form))

    answer = desk.post(NEW, {**kept, "start": at(12).isoformat()})

    assert answer.status_code == 302
    assert Appointment.objects.get(client=mariana).starts_at == at(12)


@pytest.mark.django_db
def test_a_blocked_client_is_refused_and_her_time_stays_chosen(desk, house):
    blocked = make_client(persona_non_grata_since=NOW)

    answer = desk.post(NEW, filled_in(at=at(10), client=blocked.pk, **choice(house)))

    assert answer.status_code == 422
    assert problem(answer)[0] == "SPA-CLIENT-BLOCKED"
    assert fields(answer)["start"] == [at(10).isoformat()]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "phone", "field"),
    [
        ("", "311 208 4490", "name"),
        ("<b>Laura</b>", "311 208 4490", "name"),
        ("L" * 10_000, "311 208 4490", "name"),
        ("Laura Gil", "12", "phone"),
        ("Laura Gil", "", "phone"),
        ("Laura Gil", "9" * 10_000, "phone"),
    ],
)
def test_a_name_or_number_that_cannot_be_kept_comes_back_as_typed(desk, house, name, phone, field):
    new = {"new_client": 1, "name": name, "phone": phone}

    answer = desk.post(NEW, filled_in(at=at(10), **choice(house), **new))

    assert answer.status_code == 422
    assert problem(answer)[0] == "SPA-RULE"
    kept = fields(answer)
    assert (kept["name"], kept["phone"]) == ([name], [phone])
    assert kept["start"] == [at(10).isoformat()]
    assert f'id="new-{field}"' in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Client.objects.exists()


@pytest.mark.django_db
def test_a_new_client_whose_time_was_taken_is_not_written_down_twice(desk, house):
    new = {"new_client": 1, "name": "Laura Gil", "phone": "311 208 4490"}
    form = filled_in(at=at(10), **choice(house), **new)
    house.book(starts_at=at(10))
    kept = fields(desk.post(NEW, form))
    laura = Client.objects.get(name="Laura Gil")

    desk.post(NEW, {**kept, "start": at(12).isoformat()})

    assert kept["client"] == [str(laura.pk)]
    assert Appointment.objects.get(client=laura).starts_at == at(12)


@pytest.mark.django_db
def test_a_service_withdrawn_while_the_panel_was_open_is_named(desk, house, mariana):
    facial = make_service()
    services = {"service": [house.massage.pk, facial.pk], "therapist": ["", ""]}
    form = filled_in(at=at(10), client=mariana.pk, **services)
    Service.objects.filter(pk=facial.pk).update(withdrawn_at=timezone.now())

    answer = desk.post(NEW, form)

    assert answer.status_code == 422
    assert problem(answer) == ("SPA-RULE", "service_withdrawn")
    assert facial.name in answer.content.decode()
    assert fields(answer)["service"] == [str(house.massage.pk)]
    assert not Appointment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (at(6), "lead_time"),
        (at(10, 5), "off_grid"),
        (at(7, 30), "closed"),
        (at(10).replace(second=30), "off_grid"),
    ],
)
def test_a_time_against_the_rules_is_refused_with_its_reason(desk, house, mariana, start, reason):
    answer = desk.post(NEW, filled_in(at=start, client=mariana.pk, **choice(house)))

    assert answer.status_code == 422
    assert problem(answer) == ("SPA-RULE", reason)
    assert fields(answer)["client"] == [str(mariana.pk)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("client", "client_missing"),
        ("service", "service_missing"),
        ("start", "start_missing"),
        ("request_id", "request_id"),
    ],
)
def test_what_is_missing_is_said(desk, house, mariana, missing, reason):
    form = filled_in(at=at(10), client=mariana.pk, **choice(house))
    del form[missing]

    answer = desk.post(NEW, form)

    assert answer.status_code == 422
    assert problem(answer) == ("SPA-RULE", reason)


@pytest.mark.django_db
def test_a_time_of_another_day_than_the_one_shown_is_not_booked(desk, house, mariana):
    form = filled_in(at=at(10), client=mariana.pk, **choice(house))

    answer = desk.post(NEW, {**form, "day": "2026-11-25"})

    assert problem(answer) == ("SPA-RULE", "start_missing")
    assert not Appointment.objects.exists()


@pytest.mark.django_db
def test_the_same_request_with_other_contents_is_refused_and_gets_a_new_number(
    desk, house, mariana
):
    form = filled_in(at=at(10), client=mariana.pk, **choice(house))
    desk.post(NEW, form)

    answer = desk.post(NEW, {**form, "start": at(15).isoformat()})

    assert answer.status_code == 422
    assert problem(answer)[0] == "IDEMPOTENCY_KEY_MISMATCH"
    assert fields(answer)["request_id"] != [form["request_id"]]
    assert fields(answer)["start"] == [at(15).isoformat()]
    assert Appointment.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "garbage",
    [
        {"day": "2026-02-30"},
        {"day": "9999-12-31"},
        {"day": "2199-12-31"},
        {"day": "2000-01-01"},
        {"go": "0001-01-01"},
        {"first": "tomorrow"},
        {"start": "noon"},
        {"start": "0001-01-01T00:00:00+00:00"},
        {"start": "2026-11-19T10:00"},
        {"client": "Mariana"},
        {"client": "9" * 30},
        {"service": "massage"},
        {"service": ["1"] * 50, "therapist": [""] * 50},
        {"service": "0"},
        {"therapist": "Paola"},
        {"add": "-1"},
        {"pick": "\x00"},
        {"staff": "x"},
        {"request_id": "not one"},
        {"name": "\x00"},
    ],
)
def test_garbage_is_a_sentence_and_never_an_error(desk, house, mariana, garbage):
    form = filled_in(at=at(10), client=mariana.pk, **choice(house))

    answers = [desk.post(url, {**form, **garbage}) for url in (NEW, CHOOSE)]
    answers.append(desk.get(NEW, garbage))

    for answer in answers:
        code, reason = problem(answer)
        assert (answer.status_code, code) == (422, "SPA-RULE")
        assert reason in {"unreadable", "too_far"}
    assert not Appointment.objects.exists()


@pytest.mark.django_db
def test_a_value_given_twice_is_refused(desk, mariana):
    assert desk.get(f"{NEW}?client={mariana.pk}&client=2").status_code == 400


@pytest.mark.django_db
def test_hostile_names_are_shown_as_text(desk):
    make_client(name='<img src=x onerror="alert(1)"> Mariana')

    page = desk.post(CLIENTS, {"q": '"><script>alert(1)</script> mariana'}).content.decode()

    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; Mariana" in page
    assert "<script>alert" not in page
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page
