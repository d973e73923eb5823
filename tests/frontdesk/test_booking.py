"""One visit's page and its buttons."""

import pytest

from tests.factories import at, make_location
from tests.frontdesk.people import worker


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

    answer = client.post(url(visit, "cancel_spa"), {"version": 1})

    assert answer.status_code == 409
    assert 'data-code="SPA-STALE"' in answer.content.decode()
    assert 'class="btn" href="/"' in answer.content.decode()


@pytest.mark.django_db
def test_the_same_button_twice_is_refused(client, visit, today):
    client.force_login(worker("receptionist", visit.location))
    client.post(url(visit, "check_in"), {"version": 1})

    answer = client.post(url(visit, "check_in"), {"version": 1})

    assert 'data-code="SPA-ILLEGAL-TRANSITION"' in answer.content.decode()


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
