"""Every address against every role (rule book §3): who may come in, and nobody else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.urls import URLPattern, get_resolver

from spa.models import Alert, AvailabilityExclusion, GatewayTransaction, Payment
from tests.factories import at, make_location, make_staff
from tests.frontdesk.people import worker
from tests.spa.constraints.messages import make_message
from tests.spa.gateway.links import with_keys
from tests.tills import pay

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

    @property
    def objects(self) -> set[str]:
        """Whose keys stand in it."""
        return set(re.findall(r"{(\w+)}", self.path))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


ADDRESSES = [
    Address("healthz", "/healthz", ANYBODY),
    Address("readyz", "/readyz", ANYBODY),
    Address("account_login", "/login/", ANYBODY),
    Address("account_logout", "/logout/", ANYBODY, "post"),
    Address("set_language", "/language/", ANYBODY, "post"),
    Address("account_signup", "/login/closed/", NOBODY),
    Address("account_inactive", "/login/inactive/", NOBODY),
    Address("account_reset_password", "/login/reset/", NOBODY),
    Address("wompi_webhook", "/webhooks/wompi/", ANYBODY, "post"),
    Address("keys", "/keys/", LOGGED_IN),
    Address("shortcuts", "/shortcuts/", LOGGED_IN, "post"),
    Address("theme", "/theme/", LOGGED_IN, "post"),
    Address("today", "/", TREATS),
    Address("day", "/calendar/2026-11-19/", TREATS),
    Address("month", "/calendar/2026-11-19/month/2026-12-01/", TREATS),
    Address("week", "/calendar/week/{staff}/2026-11-19/", TREATS),
    Address("block", "/calendar/2026-11-19/block/", DESK),
    Address("block", "/calendar/2026-11-19/block/", DESK, "post"),
    Address("why", "/calendar/2026-11-19/why/?staff={staff}&start=2026-11-19T09:00-05:00", TREATS),
    Address("out", "/calendar/2026-11-19/out/", DESK),
    Address("out", "/calendar/2026-11-19/out/", DESK, "post"),
    Address("out_list", "/calendar/out/{exclusion}/", DESK),
    Address("called", "/calendar/out/{exclusion}/called/{code}/", DESK, "post"),
    Address("unblock", "/calendar/exclusions/{exclusion}/unblock/", DESK, "post"),
    Address("new_appointment", "/appointments/new/", DESK),
    Address("new_appointment", "/appointments/new/", DESK, "post"),
    Address("choose_appointment", "/appointments/new/choose/", DESK, "post"),
    Address("find_clients", "/appointments/new/clients/", DESK, "post"),
    Address("appointment", "/appointments/{code}/", TREATS),
    Address("move", "/appointments/{code}/move/", DESK),
    Address("move", "/appointments/{code}/move/", DESK, "post"),
    Address("choose_move", "/appointments/{code}/move/choose/", DESK, "post"),
    Address("change_items", "/appointments/{code}/items/", DESK),
    Address("change_items", "/appointments/{code}/items/", DESK, "post"),
    Address("choose_items", "/appointments/{code}/items/choose/", DESK, "post"),
    Address("cancel_party", "/appointments/{code}/cancel-party/", DESK, "post"),
    Address("swap", "/appointments/{code}/swap/", DESK),
    Address("swap", "/appointments/{code}/swap/", DESK, "post"),
    Address("choose_swap", "/appointments/{code}/swap/choose/", DESK, "post"),
    Address("keep", "/appointments/{code}/keep/", DESK, "post"),
    Address("confirm", "/appointments/{code}/confirm/", HOUSE, "post"),
    Address("payment_link", "/appointments/{code}/link/", DESK),
    Address("payment_link", "/appointments/{code}/link/", DESK, "post"),
    Address("send_link", "/appointments/{code}/link/send/", DESK, "post"),
    Address("end_link", "/appointments/{code}/link/end/", DESK, "post"),
    Address("put_aside", "/appointments/{code}/aside/", DESK, "post"),
    Address("take_back", "/appointments/{code}/take-back/", DESK, "post"),
    Address("drag", "/appointments/{code}/drag/", DESK, "post"),
    Address("stretch", "/appointments/{code}/stretch/", DESK, "post"),
    Address("act", "/appointments/{code}/check_in/", DESK, "post"),
    Address("act", "/appointments/{code}/check_in_shortened/", DESK, "post"),
    Address("act", "/appointments/{code}/start/", TREATS, "post"),
    Address("act", "/appointments/{code}/finish/", TREATS, "post"),
    Address("act", "/appointments/{code}/complete/", DESK, "post"),
    Address("act", "/appointments/{code}/no_show/", DESK, "post"),
    Address("act", "/appointments/{code}/cancel_client/", DESK, "post"),
    Address("act", "/appointments/{code}/cancel_spa/", DESK, "post"),
    Address("charge", "/appointments/{code}/charge/", DESK),
    Address("charge", "/appointments/{code}/charge/", DESK, "post"),
    Address("charge_sums", "/appointments/{code}/charge/sums/", DESK, "post"),
    Address("receipt", "/appointments/{code}/receipt/", DESK),
    Address("receipt_send", "/appointments/{code}/receipt/send/", DESK, "post"),
    Address("messages", "/messages/", DESK),
    Address("message_send", "/messages/{message}/send/", DESK, "post"),
    # Where no demo runs there is no such thing.
    Address("demo_outbox", "/demo/outbox/", NOBODY),
    Address("demo_mail", "/demo/outbox/some-mail/", NOBODY),
    # Whoever has the link comes in, whatever her role: `test_pay.py`.
    Address("pay", "/pay/no-such-link/", NOBODY),
    Address("pay", "/pay/no-such-link/", NOBODY, "post"),
    Address("pay_visit_file", "/pay/no-such-link/visit.ics", NOBODY),
    Address("pay_return", "/return/no-such-link/", NOBODY),
    Address("payments", "/payments/", DESK),
    Address("payments", "/payments/", DESK, "post"),
    Address("payment_links", "/payments/links/", DESK),
    Address("payments_export", "/payments/export/", HOUSE),
    Address("payments_export_xlsx", "/payments/export/xlsx/", HOUSE),
    Address("unapplied", "/payments/unapplied/", HOUSE),
    Address("unapplied_one", "/payments/unapplied/{transaction}/", HOUSE),
    Address("unapplied_clients", "/payments/unapplied/{transaction}/clients/", HOUSE, "post"),
    Address("unapplied_apply", "/payments/unapplied/{transaction}/apply/", HOUSE, "post"),
    Address("unapplied_credit", "/payments/unapplied/{transaction}/credit/", HOUSE, "post"),
    Address("unapplied_refund", "/payments/unapplied/{transaction}/refund/", HOUSE, "post"),
    Address("alerts", "/payments/alerts/", DESK),
    Address("alert_close", "/payments/alerts/{alert}/close/", DESK, "post"),
    Address("payment", "/payments/{payment}/", DESK),
    Address("payment_give_back", "/payments/{payment}/give-back/", HOUSE, "post"),
    Address("payment_take_back", "/payments/{payment}/take-back/", HOUSE, "post"),
    Address("payment_annul", "/payments/{payment}/annul/", HOUSE, "post"),
    Address("cash", "/cash/", DESK),
    Address("cash_open", "/cash/open/", DESK, "post"),
    Address("cash_move", "/cash/move/", DESK, "post"),
    Address("cash_tips", "/cash/tips/", DESK, "post"),
    Address("cash_count", "/cash/count/", DESK, "post"),
    Address("cash_day", "/cash/2026-11-19/", HOUSE),
    Address("cash_day", "/cash/2026-11-19/", HOUSE, "post"),
    Address("cash_close_day", "/cash/2026-11-19/close/", HOUSE, "post"),
    Address("cash_reopen_day", "/cash/2026-11-19/reopen/", HOUSE, "post"),
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
    Address("client_credit", "/clients/{client}/credit/", HOUSE, "post"),
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
def keys(visit, monkeypatch):
    """Return the keys of a visit of one house, with all that belongs to it."""
    monkeypatch.setattr("spa.clock.now", lambda: at(9, 50))
    item = visit.items.get()
    pay(visit, now=at(9, 40), pesos=10_000)
    return {
        "staff": item.staff_id,
        "room": item.room_id,
        "code": visit.code,
        "client": visit.client_id,
        "exclusion": block(item.staff).pk,
        "payment": Payment.objects.get().code,
        "message": make_message(subject=visit.code, location=visit.location).pk,
        "transaction": money_of(Payment.objects.get()).pk,
        "alert": Alert.objects.create(
            kind="late_money", subject=visit.code, location=visit.location, opened_at=at(9)
        ).pk,
    }


def money_of(payment):
    """Return what came in dollars for a payment: in no book, and to be decided about."""
    return GatewayTransaction.objects.create(
        gateway_id="10042-1",
        reference=payment.reference,
        payment=payment,
        status="APPROVED",
        amount_cents=20_00,
        currency="USD",
        created_at=at(9),
        seen_at=at(9),
        home="listed",
        mismatch="currency",
    )


def block(staff):
    """Take an hour away from a therapist where she works."""
    location = staff.availability.first().location
    whom = {"location": location, "staff": staff, "kind": "block"}
    return AvailabilityExclusion.objects.create(**whom, starts_at=at(13), ends_at=at(14))


@pytest.fixture
def ask(client, visit, keys, settings):
    """Return a function that asks for an address as a role, of a visit that she may see."""
    with_keys(settings)
    staff = visit.items.get().staff

    def ask(address: Address, role: str):
        client.logout()
        if role != "anonymous":
            user = worker(role, visit.location)
            if role == "therapist":
                staff.user = user
                staff.save()
            client.force_login(user)
        keys["exclusion"] = block(staff).pk  # each takes it away from the next
        return getattr(client, address.method)(address.path.format(**keys))

    return ask


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_an_address_is_open_to_its_roles_and_to_nobody_else(ask, address):
    for role in sorted(ANYBODY):
        answer = ask(address, role)
        shut = answer.status_code in {403, 404} or answer.get("Location", "").startswith("/login/?")
        assert shut == (role not in address.who), f"{role}: {answer.status_code}"
        assert answer.status_code < 500 or address.name == "readyz"


# -- What is whose (SEC-12) ------------------------------------------------------------------
# A visit, what was paid and told of it, a therapist and a room belong to a house; a client
# belongs to all of them.
HOUSES_OWN = {
    *("code", "staff", "room", "exclusion", "payment", "message", "transaction", "alert"),
}
OF_A_HOUSE = [one for one in ADDRESSES if one.objects & HOUSES_OWN]
OF_ALL_HOUSES = [one for one in ADDRESSES if one.objects == {"client"}]
# Of her health only who books or treats her may know, and who decides for every house.
OF_HER_HEALTH = {"health_notes", "write_health_note"}
NO_SUCH = {
    **dict.fromkeys(
        ("staff", "room", "client", "exclusion", "message", "transaction", "alert"), 999_999
    ),
    "code": "BR-99999",
    "payment": "PG-99999",
}


def ask_as(client, user, address, keys):
    client.force_login(user)
    return getattr(client, address.method)(address.path.format(**keys))


def stranger(role, *houses):
    """Return a worker of these houses; a therapist has a column of her own in the first."""
    user = worker(role, *houses)
    if role == "therapist":
        staff = make_staff(houses[0])
        staff.user = user
        staff.save()
    return user


def test_every_key_in_an_address_is_that_of_a_house_or_of_a_client():
    for address in ADDRESSES:
        sorts = [address in OF_A_HOUSE, address in OF_ALL_HOUSES, not address.objects]
        assert sorts.count(True) == 1, str(address)


@pytest.mark.parametrize("address", OF_A_HOUSE, ids=str)
def test_what_belongs_to_another_house_does_not_exist(client, visit, keys, address):
    for role in sorted(address.who):
        answer = ask_as(client, stranger(role, make_location()), address, keys)
        assert answer.status_code == 404, role
    visit.refresh_from_db()
    assert (visit.version, visit.status, visit.paid_cents) == (2, "confirmed", 10_000_00)


@pytest.mark.parametrize("address", OF_A_HOUSE, ids=str)
def test_who_has_no_house_any_more_finds_nothing(client, visit, keys, address):
    for role in sorted(address.who - {"therapist"}):
        assert ask_as(client, worker(role), address, keys).status_code == 404, role


@pytest.mark.parametrize(
    "address", [one for one in ADDRESSES if one.who <= TREATS and one.method == "get"], ids=str
)
def test_nobody_looks_into_another_house_by_its_number(client, visit, keys, address):
    elsewhere = make_location()

    for role in sorted(address.who):
        client.force_login(stranger(role, visit.location))
        path = f"{address.path.format(**keys)}?location={elsewhere.pk}"
        assert client.get(path).status_code == 404, role


@pytest.mark.parametrize("address", [one for one in OF_A_HOUSE if "therapist" in one.who], ids=str)
def test_what_a_colleague_treats_does_not_exist_for_a_therapist(client, visit, keys, address):
    colleague = stranger("therapist", visit.location)

    assert ask_as(client, colleague, address, keys).status_code == 404


@pytest.mark.parametrize("address", OF_ALL_HOUSES, ids=str)
def test_a_client_is_known_in_every_house_and_her_health_only_to_who_needs_it(
    client, visit, keys, address
):
    for role in sorted(address.who):
        answer = ask_as(client, stranger(role, make_location()), address, keys)
        open_to = HOUSE if address.name in OF_HER_HEALTH else address.who
        assert (answer.status_code != 404) == (role in open_to), role


@pytest.mark.parametrize("address", [*OF_A_HOUSE, *OF_ALL_HOUSES], ids=str)
def test_what_nobody_has_is_found_by_nobody(client, visit, keys, address):
    for role in sorted(address.who):
        answer = ask_as(client, stranger(role, visit.location), address, NO_SUCH)
        assert answer.status_code == 404, role
