"""The day's page: who may see it, and whose visits it shows."""

import re
from datetime import timedelta

import pytest

from spa.services import booking, clients
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import NOW, TODAY, at, make_location, make_staff
from tests.frontdesk.people import worker

DAY = "/calendar/2026-11-19/"


@pytest.mark.django_db
def test_the_spa_is_called_as_its_settings_say(client, visit, settings):
    settings.SPA_NAME = "Casa Serena & Co"
    addresses = ["/login/", DAY, f"/appointments/{visit.code}/receipt/", "/clients/"]

    log_in = client.get(addresses[0]).content.decode()
    client.force_login(worker("receptionist", visit.location))
    pages = [log_in, *(client.get(one).content.decode() for one in addresses[1:])]

    for page in pages:
        assert "Casa Serena &amp; Co" in page
        assert "Bruma" not in page


@pytest.mark.django_db
def test_who_is_not_logged_in_is_sent_to_the_log_in(client):
    assert client.get("/")["Location"] == "/login/?next=/"


@pytest.mark.django_db
def test_a_receptionist_sees_the_visits_of_her_location(client, visit):
    client.force_login(worker("receptionist", visit.location))

    page = client.get(DAY).content.decode()

    assert f'data-appointment="{visit.code}"' in page
    assert 'data-status="confirmed"' in page
    assert '10:00<span class="end-t">–11:00</span>' in page


@pytest.mark.django_db
def test_another_location_does_not_exist_for_her(client, visit):
    client.force_login(worker("receptionist", make_location()))

    assert visit.code not in client.get(DAY).content.decode()
    assert client.get(f"{DAY}?location={visit.location.pk}").status_code == 404


@pytest.mark.django_db
def test_a_therapist_sees_her_own_column_and_no_surname(client, visit):
    staff = visit.items.get().staff
    other = make_staff(visit.location)
    staff.user = worker("therapist", visit.location)
    staff.save()
    client.force_login(staff.user)

    page = client.get(DAY).content.decode()

    assert "Mariana E." in page
    assert "Echeverri" not in page
    assert other.name not in page


@pytest.mark.django_db
def test_a_user_without_a_role_is_refused(client, visit):
    client.force_login(worker("nobody", visit.location))

    assert client.get(DAY).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    "day", ["2026-02-30", "0001-01-01", "1999-12-31", "2200-01-01", "9999-12-31"]
)
def test_a_day_that_cannot_be_shown_is_not_found(client, visit, day):
    client.force_login(worker("receptionist", visit.location))

    assert client.get(f"/calendar/{day}/").status_code == 404


@pytest.mark.django_db
def test_the_day_costs_a_constant_number_of_queries(client, visit, django_assert_max_num_queries):
    client.force_login(worker("receptionist", visit.location))

    with django_assert_max_num_queries(12):
        client.get(DAY)


@pytest.mark.django_db
def test_nobody_signs_up(client):
    assert client.get("/login/closed/").status_code == 404
    assert client.get("/logout/").status_code in {302, 405}


@pytest.fixture
def open_day(client, visit, monkeypatch):
    """A receptionist whose page is open at ten to ten; returns what her next poll is answered."""
    monkeypatch.setattr("spa.clock.now", lambda: at(9, 50))
    client.force_login(worker("receptionist", visit.location))
    version = re.search(r'\?v=([^"]+)"', client.get(DAY).content.decode())[1]
    return lambda: client.get(DAY, {"v": version}, headers={"HX-Request": "true"})


@pytest.mark.django_db
def test_a_poll_of_a_day_on_which_nothing_happened_is_answered_with_nothing(open_day):
    answer = open_day()

    assert answer.status_code == 204
    assert answer.content == b""


@pytest.mark.django_db
def test_a_poll_brings_what_somebody_else_changed_but_leaves_the_bar_alone(open_day, visit):
    booking.check_in(appointment=visit, now=at(9, 50), actor=Actor())

    page = open_day().content.decode()

    assert 'data-status="arrived"' in page
    assert 'id="day-bar"' not in page


@pytest.mark.django_db
def test_a_poll_notices_a_visit_that_left_the_day(open_day, visit):
    item = visit.items.get()
    booking.move(
        appointment=visit,
        wanted=[Wanted(item.service_id, item.staff_id, item.room_id)],
        starts_at=at(10, day=TODAY + timedelta(days=1)),
        for_client=False,
        now=at(9, 50),
        actor=Actor(),
    )

    assert visit.code not in open_day().content.decode()


@pytest.mark.django_db
def test_a_poll_brings_an_alert_that_was_written_meanwhile(open_day, visit):
    assert open_day().status_code == 204

    clients.set_alert(client=visit.client, text="látex", consent_by="desk", now=NOW, actor=Actor())

    answer = open_day()
    assert answer.status_code == 200
    assert "#i-triangle-alert" in answer.content.decode()


@pytest.mark.django_db
def test_the_day_is_drawn_anew_as_time_goes_by(open_day, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(10, 5))

    assert open_day().status_code == 200


@pytest.mark.django_db
def test_a_poll_costs_few_queries(open_day, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        open_day()


@pytest.mark.django_db
def test_a_fragment_of_another_location_does_not_move_her_there(client, visit):
    other = make_location()
    client.force_login(worker("receptionist", visit.location, other))
    client.get(f"{DAY}?location={visit.location.pk}")

    client.get(f"{DAY}?location={other.pk}", headers={"HX-Request": "true"})

    assert visit.code in client.get(DAY).content.decode()
