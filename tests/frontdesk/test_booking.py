"""One visit's page and its buttons."""

import re

import pytest

from frontdesk.views.booking.appointment import BY_NAME
from spa.models import Appointment
from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import NOW, at, make_location, make_service, make_staff
from tests.frontdesk.people import worker
from tests.tills import pay


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(9, 50))


def url(visit, command=""):
    return f"/appointments/{visit.code}/" + (f"{command}/" if command else "")


@pytest.mark.django_db
def test_a_receptionist_checks_a_client_in(client, visit, today):
    client.force_login(worker("receptionist", visit.location))

    answer = client.post(url(visit, "check_in"), {"version": 1}, follow=True)

    assert 'data-status="arrived"' in answer.content.decode()
    visit.refresh_from_db()
    assert visit.changes.get(version=2).user is not None


@pytest.mark.django_db
def test_a_button_of_a_page_that_is_out_of_date_is_refused_and_says_why(client, visit, today):
    client.force_login(worker("receptionist", visit.location))
    client.post(url(visit, "check_in"), {"version": 1})

    answer = client.post(url(visit, "cancel_spa"), {"version": 1, "confirmed": "1"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'data-code="SPA-STALE"' in page
    assert "<b>Llegada registrada</b>, Marcela Duarte" in page  # what happened meanwhile
    assert 'data-version="2"' in page  # and what the visit is now


@pytest.mark.django_db
def test_the_same_button_twice_is_answered_as_the_first_time(client, visit, today):
    client.force_login(worker("receptionist", visit.location))

    answers = [client.post(url(visit, "check_in"), {"version": 1}) for _ in range(2)]

    assert [(one.status_code, one["Location"]) for one in answers] == [
        (302, f"/calendar/2026-11-19/?location={visit.location_id}&appointment={visit.code}")
    ] * 2
    assert visit.changes.count() == 2


@pytest.mark.django_db
def test_without_script_a_step_that_hurts_is_asked_about_first(client, visit, today):
    client.force_login(worker("receptionist", visit.location))
    there = f"/check-in/?location={visit.location_id}"

    asked = client.post(url(visit, "cancel_client"), {"version": 1, "next": there})

    page = asked.content.decode()
    visit.refresh_from_db()
    assert (asked.status_code, visit.status) == (200, "confirmed")
    assert str(BY_NAME["cancel_client"].confirm) in page
    assert f'href="{there}"' in page
    sent = dict(re.findall(r'<input type="hidden" name="(version|next)" value="([^"]+)">', page))
    done = client.post(url(visit, "cancel_client"), {**sent, "confirmed": "1"})
    visit.refresh_from_db()
    assert (done["Location"], visit.status) == (there, "cancelled")


@pytest.mark.django_db
def test_the_question_repeats_what_was_sent_as_text_only(client, visit, today):
    client.force_login(worker("receptionist", visit.location))

    page = client.post(url(visit, "cancel_spa"), {"version": '1"><b>x', '"><i>': "y"})

    assert "1&quot;&gt;&lt;b&gt;x" in page.content.decode()
    assert "&quot;&gt;&lt;i&gt;" in page.content.decode()


@pytest.mark.django_db
def test_another_button_of_an_older_version_is_refused(client, visit, today):
    client.force_login(worker("receptionist", visit.location))
    client.post(url(visit, "check_in"), {"version": 1})

    answer = client.post(url(visit, "cancel_spa"), {"version": 1, "confirmed": "1"})

    assert answer.status_code == 409
    assert 'data-code="SPA-STALE"' in answer.content.decode()


@pytest.mark.django_db
def test_a_therapist_treats_her_own_visit_and_cannot_cancel_it(client, visit, today):
    staff = visit.items.get().staff
    staff.user = worker("therapist", visit.location)
    staff.save()
    client.force_login(staff.user)

    page = client.get(url(visit)).content.decode()

    assert "Echeverri" not in page
    assert "+57" not in page
    assert client.post(url(visit, "cancel_spa"), {"version": 1}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["therapist", "receptionist"])
def test_a_strangers_visit_does_not_exist(client, visit, role):
    client.force_login(worker(role, make_location()))

    assert client.get(url(visit)).status_code == 404
    assert client.post(url(visit, "check_in"), {"version": 1}).status_code in {403, 404}


@pytest.mark.django_db
def test_a_therapist_who_left_a_house_no_longer_sees_her_visits_there(client, visit):
    staff = visit.items.get().staff
    staff.user = worker("therapist", visit.location)
    staff.save()
    client.force_login(staff.user)
    assert client.get(url(visit)).status_code == 200

    staff.user.locations.set([make_location()])

    assert client.get(url(visit)).status_code == 404


@pytest.mark.django_db
def test_visits_at_other_houses_are_not_counted(client, visit, today):
    other = make_location()
    Appointment.objects.filter(pk=visit.pk).update(
        status="completed", closed_at=at(11), before_the_books=True
    )
    here = booking.book(
        location=other,
        client=visit.client,
        wanted=[Wanted(make_service().pk, make_staff(other).pk)],
        starts_at=at(15),
        now=NOW,
        actor=Actor(),
    )
    find = f"/appointments/new/clients/?location={other.pk}"

    for locations, told in (([other], "0 vis"), ([other, visit.location], "1 vis")):
        client.force_login(worker("receptionist", *locations))
        assert told in client.get(url(here)).content.decode()
        assert told in client.post(find, {"q": "mariana"}).content.decode()


@pytest.mark.django_db
def test_a_step_by_htmx_gives_the_visit_back_and_has_the_day_redrawn(client, visit, today):
    client.force_login(worker("receptionist", visit.location))

    answer = client.post(url(visit, "check_in"), {"version": 1}, headers={"HX-Request": "true"})

    assert answer["HX-Trigger"] == "visit-changed"
    assert 'id="appointment"' in answer.content.decode()
    assert "<!doctype" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["cancel_client", "cancel_spa", "no_show"])
def test_a_step_whose_buttons_go_with_it_says_what_was_done(client, visit, monkeypatch, command):
    monkeypatch.setattr("spa.clock.now", lambda: at(10, 30))
    client.force_login(worker("receptionist", visit.location))
    htmx, board = {"HX-Request": "true"}, f"/check-in/?location={visit.location_id}"

    answer = client.post(url(visit, command), {"version": 1}, headers=htmx)
    again = client.post(url(visit, command), {"version": 1, "next": board}, headers=htmx)
    plain = client.post(url(visit, command), {"version": 1, "confirmed": "1"}, follow=True)

    said = f"{BY_NAME[command].done}: 10:00 · {visit.code}"
    assert said in answer.content.decode().partition('hx-swap-oob="innerHTML:#toasts"')[2]
    assert (again["HX-Retarget"], said in again.content.decode()) == ("#toasts", True)
    assert said in plain.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 40])
def test_a_button_without_a_version_is_out_of_date(client, visit, today, version):
    client.force_login(worker("receptionist", visit.location))

    answer = client.post(url(visit, "check_in"), {"version": version})

    assert answer.status_code == 409
    visit.refresh_from_db()
    assert visit.status == "confirmed"


@pytest.mark.django_db
def test_an_unknown_command_does_not_exist(client, visit, today):
    client.force_login(worker("receptionist", visit.location))

    assert client.post(url(visit, "explode"), {"version": 1}).status_code == 404
    assert client.get(url(visit, "check_in")).status_code == 405


@pytest.mark.django_db
def test_a_visit_nobody_checked_in_is_completed_after_its_start(client, visit, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(11, 30))
    client.force_login(worker("receptionist", visit.location))

    pay(visit, now=at(11, 30))

    client.post(url(visit, "complete"), {"version": 2, "confirmed": "1"})

    visit.refresh_from_db()
    assert visit.status == "completed"


@pytest.mark.django_db
def test_a_client_who_comes_late_is_received_with_less_time_moved_or_recorded(
    client, visit, monkeypatch
):
    client.force_login(worker("receptionist", visit.location))

    monkeypatch.setattr("spa.clock.now", lambda: at(10, 14))
    assert "data-late" not in client.get(url(visit)).content.decode()
    monkeypatch.setattr("spa.clock.now", lambda: at(10, 22))
    page = client.get(url(visit)).content.decode()

    assert "data-late" in page
    assert "22 min" in page
    steps = [url(visit, step) for step in ("check_in_shortened", "check_in", "move", "no_show")]
    assert all(f'"{step}"' in page for step in steps)
    client.post(url(visit, "check_in_shortened"), {"version": 1})
    visit.refresh_from_db()
    assert (visit.status, visit.starts_at, visit.ends_at) == ("arrived", at(10, 20), at(11))


@pytest.mark.django_db
def test_nothing_is_shortened_of_a_visit_whose_time_is_over(client, visit, monkeypatch):
    client.force_login(worker("receptionist", visit.location))
    monkeypatch.setattr("spa.clock.now", lambda: at(11))

    assert "data-late" not in client.get(url(visit)).content.decode()


@pytest.mark.django_db
def test_a_therapist_is_not_asked_what_to_do_with_who_is_late(client, visit, monkeypatch):
    staff = visit.items.get().staff
    staff.user = worker("therapist", visit.location)
    staff.save()
    client.force_login(staff.user)
    monkeypatch.setattr("spa.clock.now", lambda: at(10, 22))

    assert "data-late" not in client.get(url(visit)).content.decode()
