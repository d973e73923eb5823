"""Every address against every role (rule book §3): who may come in, and nobody else."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.urls import URLPattern, get_resolver

from tests.factories import at
from tests.frontdesk.people import worker

pytestmark = pytest.mark.django_db

ANYBODY = {"anonymous", "nobody", "therapist", "receptionist", "manager", "administrator"}
LOGGED_IN = ANYBODY - {"anonymous"}
TREATS = LOGGED_IN - {"nobody"}
DESK = TREATS - {"therapist"}
HOUSE = DESK - {"receptionist"}
NOBODY: set[str] = set()


@dataclass(frozen=True)
class Address:
    name: str
    path: str
    who: set[str]
    method: str = "get"


ADDRESSES = [
    Address("healthz", "/healthz", ANYBODY),
    Address("readyz", "/readyz", ANYBODY),
    Address("account_login", "/login/", ANYBODY),
    Address("account_logout", "/logout/", ANYBODY, "post"),
    Address("set_language", "/language/", ANYBODY, "post"),
    Address("account_signup", "/login/closed/", NOBODY),
    Address("account_inactive", "/login/inactive/", NOBODY),
    Address("account_reset_password", "/login/reset/", NOBODY),
    Address("keys", "/keys/", LOGGED_IN),
    Address("shortcuts", "/shortcuts/", LOGGED_IN, "post"),
    Address("theme", "/theme/", LOGGED_IN, "post"),
    Address("today", "/", TREATS),
    Address("day", "/calendar/2026-11-19/", TREATS),
    Address("month", "/calendar/2026-11-19/month/2026-12-01/", TREATS),
    Address("week", "/calendar/week/{staff}/2026-11-19/", TREATS),
    Address("block", "/calendar/2026-11-19/block/", DESK),
    Address("block", "/calendar/2026-11-19/block/", DESK, "post"),
    Address("new_appointment", "/appointments/new/", DESK),
    Address("new_appointment", "/appointments/new/", DESK, "post"),
    Address("choose_appointment", "/appointments/new/choose/", DESK, "post"),
    Address("find_clients", "/appointments/new/clients/", DESK, "post"),
    Address("appointment", "/appointments/{code}/", TREATS),
    Address("move", "/appointments/{code}/move/", DESK),
    Address("move", "/appointments/{code}/move/", DESK, "post"),
    Address("choose_move", "/appointments/{code}/move/choose/", DESK, "post"),
    Address("drag", "/appointments/{code}/drag/", DESK, "post"),
    Address("act", "/appointments/{code}/check_in/", DESK, "post"),
    Address("act", "/appointments/{code}/start/", TREATS, "post"),
    Address("act", "/appointments/{code}/finish/", TREATS, "post"),
    Address("act", "/appointments/{code}/complete/", DESK, "post"),
    Address("act", "/appointments/{code}/no_show/", DESK, "post"),
    Address("act", "/appointments/{code}/cancel_client/", DESK, "post"),
    Address("act", "/appointments/{code}/cancel_spa/", DESK, "post"),
    Address("board", "/check-in/", DESK),
    Address("search", "/search/", DESK, "post"),
    Address("clients", "/clients/", DESK),
    Address("client_new", "/clients/new/", DESK),
    Address("client_new", "/clients/new/", DESK, "post"),
    Address("client_same_phone", "/clients/same-phone/", DESK, "post"),
    Address("client", "/clients/{client}/", DESK),
    Address("client_edit", "/clients/{client}/edit/", DESK),
    Address("client_edit", "/clients/{client}/edit/", DESK, "post"),
    Address("client_alert", "/clients/{client}/alert/", DESK, "post"),
    Address("client_consents", "/clients/{client}/consents/", DESK, "post"),
    Address("client_block", "/clients/{client}/block/", HOUSE, "post"),
    Address("client_unblock", "/clients/{client}/unblock/", HOUSE, "post"),
    Address("health_notes", "/clients/{client}/health/", TREATS, "post"),
    Address("write_health_note", "/clients/{client}/health/write/", TREATS, "post"),
    Address("schedule", "/schedule/", HOUSE),
    Address("schedule_opening", "/schedule/opening/", HOUSE),
    Address("schedule_opening", "/schedule/opening/", HOUSE, "post"),
    Address("schedule_holidays", "/schedule/holidays/2026/", HOUSE),
    Address("schedule_holidays", "/schedule/holidays/2026/", HOUSE, "post"),
    Address("schedule_staff", "/schedule/staff/{staff}/", HOUSE),
    Address("schedule_staff", "/schedule/staff/{staff}/", HOUSE, "post"),
    Address("schedule_room", "/schedule/rooms/{room}/", HOUSE),
    Address("schedule_exclude", "/schedule/exclusions/new/", HOUSE),
    Address("schedule_exclude", "/schedule/exclusions/new/", HOUSE, "post"),
    Address("schedule_exclude_staff", "/schedule/staff/{staff}/exclusions/new/", HOUSE),
    Address("schedule_exclude_staff", "/schedule/staff/{staff}/exclusions/new/", HOUSE, "post"),
    Address("schedule_exclude_room", "/schedule/rooms/{room}/exclusions/new/", HOUSE),
    Address("schedule_exclude_room", "/schedule/rooms/{room}/exclusions/new/", HOUSE, "post"),
    Address("schedule_remove", "/schedule/exclusions/remove/", HOUSE, "post"),
]


def names(patterns) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name
        else:
            yield from names(pattern.url_patterns)


def test_every_address_is_in_the_list():
    assert set(names(get_resolver().url_patterns)) == {address.name for address in ADDRESSES}


@pytest.fixture
def ask(client, visit, monkeypatch):
    """Return a function that asks for an address as a role, of a visit that she may see."""
    monkeypatch.setattr("spa.clock.now", lambda: at(9, 50))
    staff = visit.items.get().staff
    room = visit.items.get().room_id
    here = {"staff": staff.pk, "room": room, "code": visit.code, "client": visit.client_id}

    def ask(address: Address, role: str):
        client.logout()
        if role != "anonymous":
            user = worker(role, visit.location)
            if role == "therapist":
                staff.user = user
                staff.save()
            client.force_login(user)
        return getattr(client, address.method)(address.path.format(**here))

    return ask


@pytest.mark.parametrize(
    "address", ADDRESSES, ids=lambda address: f"{address.method} {address.path}"
)
def test_an_address_is_open_to_its_roles_and_to_nobody_else(ask, address):
    for role in sorted(ANYBODY):
        answer = ask(address, role)
        shut = answer.status_code in {403, 404} or answer.get("Location", "").startswith("/login/?")
        assert shut == (role not in address.who), f"{role}: {answer.status_code}"
        assert answer.status_code < 500 or address.name == "readyz"
