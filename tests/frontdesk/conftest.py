"""What the web's tests look at: one visit of one client at ten."""

import pytest

from spa.services import booking
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.factories import (
    NOW,
    at,
    make_client,
    make_location,
    make_room,
    make_service,
    make_staff,
)
from tests.frontdesk.pay_states import dress
from tests.frontdesk.people import worker
from tests.spa.gateway.conftest import links  # noqa: F401 — a fixture


@pytest.fixture
def visit():
    location = make_location()
    paola = make_staff(location)
    room = make_room(location)
    massage = make_service(room_kind=room.kind)
    return booking.book(
        location=location,
        client=make_client(name="Mariana Echeverri"),
        wanted=[Wanted(massage.pk, paola.pk, room.pk)],
        starts_at=at(10),
        now=NOW,
        actor=Actor(),
    )


@pytest.fixture
def manager(client, visit, monkeypatch, settings):
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    client.force_login(worker("manager", visit.location))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def world(links):  # noqa: F811
    """A house whose visits can be paid by link, with names as a page shows them."""
    dress(links)
    return links
