"""A card's lower edge was led to another time."""

import re
from uuid import uuid4

import pytest

from spa.services import booking
from spa.services.audit import Actor
from tests.factories import NOW, at, make_location
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return House()


@pytest.fixture
def desk(client, house, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("receptionist", house.location))
    return client


def lead(desk, visit, end, **fields):
    values = {
        "item": visit.items.get().pk,
        "end": end.isoformat() if end else "",
        "version": visit.version,
        "request_id": uuid4(),
        **fields,
    }
    return desk.post(f"/appointments/{visit.code}/stretch/", values)


def test_a_card_led_further_down_lets_its_treatment_take_longer(desk, house):
    visit = house.book()

    answer = lead(desk, visit, at(11, 25))

    visit.refresh_from_db()
    assert (answer.status_code, visit.ends_at) == (200, at(11, 25))
    assert f'data-stretched="{visit.code}"' in answer.content.decode()
    assert "visit-changed" in answer["HX-Trigger"]


def test_an_edge_led_up_lets_it_take_shorter_and_a_repeat_changes_nothing_more(desk, house):
    visit, key = house.book(), uuid4()

    answers = [lead(desk, visit, at(10, 40), request_id=key) for _ in range(2)]

    visit.refresh_from_db()
    assert [one.status_code for one in answers] == [200, 200]
    assert (visit.ends_at, visit.version) == (at(10, 40), 2)


def test_a_card_that_would_reach_into_another_says_why_and_how_far_it_can(desk, house):
    visit = house.book()
    house.book(starts_at=at(11, 45))

    answer = lead(desk, visit, at(12, 30))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert house.paola.name in page
    offered = re.search(r'name="end" value="([^"]+)"', page)[1]
    assert "T11:35" in offered  # ten minutes stay free after it
    item, version = visit.items.get().pk, visit.version
    repeated = {"item": item, "end": offered, "version": version, "request_id": uuid4()}
    assert desk.post(f"/appointments/{visit.code}/stretch/", repeated).status_code == 200


def test_a_card_that_cannot_grow_at_all_offers_nothing(desk, house):
    visit = house.book()
    house.book(starts_at=at(11, 15))

    page = lead(desk, visit, at(11, 30)).content.decode()

    assert 'data-code="SPA-SLOT-TAKEN"' in page
    assert 'name="end" value="2026-11-19T11:05' in page  # five minutes are free before the buffer


@pytest.mark.parametrize("end", [at(10), at(9), at(10, 3)])
def test_an_end_that_is_none_is_refused(desk, house, end):
    visit = house.book()

    answer = lead(desk, visit, end)

    visit.refresh_from_db()
    assert (answer.status_code, visit.ends_at) == (422, at(11))


def test_what_cannot_be_read_and_what_is_strange_changes_nothing(desk, house):
    visit = house.book()

    assert lead(desk, visit, None).status_code == 422
    assert lead(desk, visit, at(11, 30), item="x").status_code == 422
    assert lead(desk, visit, at(11, 30), item=visit.items.get().pk + 1).status_code == 404
    desk.force_login(worker("receptionist", make_location()))
    assert lead(desk, visit, at(11, 30)).status_code == 404


def test_a_card_that_was_changed_meanwhile_is_drawn_anew(desk, house):
    visit = house.book()
    booking.check_in(appointment=visit, now=at(9, 55), actor=Actor())

    answer = lead(desk, visit, at(11, 30), version=1)

    assert answer.status_code == 409
    assert 'data-code="SPA-STALE"' in answer.content.decode()
    assert 'name="end"' not in answer.content.decode()
