"""What nobody types: addresses and words that the database could not even be asked for."""

import pytest

from tests.factories import at, make_client
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db
DAY = "/calendar/2026-11-19/"
NO_CODES = [
    "%00",
    "BR-1%00",
    "br-1",
    "BR-",
    "BR-1234567890123",
    "BR-%D9%A1",
    "BR-1%0A",
    "x" * 2_000,
]


@pytest.fixture
def desk(client, visit, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(8))
    client.force_login(worker("manager", visit.location))
    return client


@pytest.mark.parametrize("code", NO_CODES)
def test_what_is_no_code_is_no_visit(desk, code):
    visit = f"/appointments/{code}/"

    assert desk.get(visit).status_code == 404
    assert desk.get(f"{visit}move/").status_code == 404
    for step in ("move", "move/choose", "drag", "check_in", "finish"):
        assert desk.post(f"{visit}{step}/", {"version": 1}).status_code == 404
    for headers in ({}, {"HX-Request": "true"}):
        assert desk.get(f"{DAY}?appointment={code}", headers=headers).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30"])
def test_a_day_of_no_calendar_is_found_nowhere(desk, day):
    for address in ("calendar/{}", "calendar/{}/block", "calendar/{}/out", "cash/{}"):
        assert desk.get(f"/{address.format(day)}/").status_code == 404


@pytest.mark.parametrize("day", ["2000-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_are_shown(desk, day):
    for address in ("calendar/{}", "calendar/{}/block", "calendar/{}/out", "cash/{}"):
        assert desk.get(f"/{address.format(day)}/").status_code == 200


def test_an_invisible_character_in_a_name_that_is_looked_for_is_left_out(desk, visit):
    mother = make_client(name="Lucía Lozano")
    form = {
        "name": visit.client.name,
        "phone": visit.client.phone,
        "language": "en",
        "version": 1,
        "guardian_name": "lucia\x00 lozano",
    }

    page = desk.post(f"/clients/{visit.client.pk}/edit/", form).content.decode()

    assert f'value="{mother.pk}"' in page
    for address in ("/clients/", "/search/", "/appointments/new/clients/"):
        assert desk.post(address, {"q": "a@\x00b"}).status_code == 200
