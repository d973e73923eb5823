"""Charging a visit on the screen: what is proposed, what it comes to, what is taken."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spa.models import Appointment, AuditLog, JournalLine, Payment
from spa.services import credit, payments
from spa.services.audit import Actor
from tests.factories import NOW, at
from tests.frontdesk.people import worker
from tests.tills import open_drawer, pay

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def noon_in_english(monkeypatch, client, settings):
    monkeypatch.setattr("spa.clock.now", lambda: at(12))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


@pytest.fixture
def marcela(visit):
    return worker("receptionist", visit.location)


@pytest.fixture
def desk(client, marcela):
    client.force_login(marcela)
    return client


def url(visit, end="charge/"):
    return f"/appointments/{visit.code}/{end}"


def form(visit, **fields):
    return {
        "version": visit.version,
        "request_id": str(uuid4()),
        "rest": "card_terminal",
        "card_reference": "0412",
        **fields,
    }


def charge(desk, visit, **fields):
    return desk.post(url(visit), form(visit, **fields), headers=HTMX)


def now_is(visit) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def test_the_form_proposes_the_card_for_all_that_is_open(desk, visit):
    page = desk.get(url(visit)).content.decode()

    assert 'value="card_terminal" checked' in page
    assert "Charge $\u00a0180.000" in page


def test_one_method_pays_all_and_the_calendar_is_told(desk, visit):
    answer = charge(desk, visit)

    assert answer["HX-Trigger"] == "visit-changed, panel-outdated, dialog-done"
    assert "$\u00a0180.000" in answer.content.decode()
    assert (now_is(visit).paid_cents, now_is(visit).look) == (180_000_00, "paid")


def test_who_has_no_script_is_led_back_to_the_day(desk, visit):
    answer = desk.post(url(visit), form(visit))

    assert answer.status_code == 302
    assert f"appointment={visit.code}" in answer["Location"]


def test_two_methods_and_a_tip_the_rest_goes_to_the_one_that_was_chosen(desk, visit, marcela):
    open_drawer(visit.location, marcela)
    therapist = visit.items.get().staff

    charge(desk, visit, cash="50.000", tendered="100000", **{f"tip_{therapist.pk}": "$20.000"})

    cash, card = Payment.objects.order_by("pk")
    assert (cash.amount_cents, cash.change_cents) == (50_000_00, 50_000_00)
    assert (card.amount_cents, card.tip_cents) == (150_000_00, 20_000_00)
    assert now_is(visit).balance_cents == 0


def test_what_is_typed_is_added_up_by_the_server(desk, visit):
    therapist = visit.items.get().staff
    typed = form(visit, rest="cash", tendered="200000", **{f"tip_{therapist.pk}": "10.000"})

    sums = desk.post(url(visit, "charge/sums/"), typed).content.decode()

    assert "Charge $\u00a0190.000" in sums
    assert "$\u00a010.000" in sums  # the tip, and the change
    assert not Payment.objects.exists()


def test_credit_is_proposed_and_used_first(desk, visit):
    boss = Actor(user=worker("manager", visit.location))
    credit.issue(
        client=visit.client, cents=60_000_00, origin="goodwill", location=visit.location,
        now=NOW, actor=boss,
    )  # fmt: skip

    page = desk.get(url(visit)).content.decode()
    charge(desk, visit, use_credit="on")

    assert "Charge $\u00a0120.000" in page
    assert Payment.objects.get().amount_cents == 120_000_00
    assert credit.available(visit.client, today=at(12).date()) == 0


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"card_reference": ""}, "card_reference", "number of the voucher"),
        ({"card_terminal": "180,50"}, "card_terminal", "without cents"),
        ({"card_terminal": "-5"}, "card_terminal", "in pesos"),
        ({"card_terminal": "plenty"}, "card_terminal", "in pesos"),
        ({"card_terminal": "9" * 15}, "card_terminal", "too much"),
        ({"discount": "10.000"}, "discount_reason", "why there is a discount"),
        ({"discount": "90.000", "discount_reason": "regular"}, "discount", "needs a manager"),
        ({"discount": "200.000", "discount_reason": "regular"}, "discount", "Refund the rest"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(
    desk, visit, fields, field, said
):
    answer = charge(desk, visit, transfer_reference="typed before", **fields)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page[page.index(f'id="id_{field}"') :]
    assert "typed before" in page
    assert not JournalLine.objects.exists()


def test_cash_without_an_open_drawer_is_refused_with_what_to_do(desk, visit):
    answer = charge(desk, visit, rest="cash", card_reference="")

    assert answer.status_code == 422
    assert 'data-reason="no_open_drawer"' in answer.content.decode()


def test_too_much_is_refused_until_it_may_become_credit(desk, visit):
    refused = charge(desk, visit, card_terminal="200000")
    charge(desk, visit, card_terminal="200000", excess_to_credit="on")

    assert 'data-reason="more_than_owed"' in refused.content.decode()
    assert credit.available(visit.client, today=at(12).date()) == 20_000_00


def test_a_form_that_was_overtaken_is_refused(desk, visit):
    pay(visit, now=at(11), pesos=50_000)

    answer = charge(desk, visit)

    assert answer.status_code == 409
    assert 'data-code="SPA-STALE"' in answer.content.decode()


def test_a_double_click_takes_the_money_once(desk, visit):
    twice = form(visit)

    answers = [desk.post(url(visit), twice, headers=HTMX) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert Payment.objects.count() == 1


def test_only_a_manager_leaves_a_debt(client, desk, visit):
    refused = charge(desk, visit, rest="", debt_reason="pays_later")
    client.force_login(worker("manager", visit.location))
    charge(client, visit, rest="", debt_reason="pays_later")

    assert refused.status_code == 422
    assert (now_is(visit).status, now_is(visit).debt_cents) == ("completed", 180_000_00)


def test_a_debt_is_taken_later_and_the_visit_looks_settled(client, visit, marcela):
    client.force_login(worker("manager", visit.location))
    charge(client, visit, rest="", debt_reason="pays_later")
    client.force_login(marcela)

    charge(client, now_is(visit))

    assert (now_is(visit).debt_cents, now_is(visit).paid_cents) == (0, 180_000_00)


def test_a_visit_that_is_cancelled_cannot_be_charged(desk, visit):
    desk.post(url(visit, "cancel_spa/"), {"version": visit.version, "confirmed": "1"})

    answer = desk.get(url(visit), headers=HTMX)

    assert answer.status_code == 409


def test_the_form_costs_as_many_queries_for_one_treatment_as_for_the_whole_history(desk, visit):
    desk.get(url(visit), headers=HTMX)
    with CaptureQueriesContext(connection) as fresh:
        desk.get(url(visit), headers=HTMX)
    for _ in range(3):
        pay(visit, now=at(11), pesos=10_000)
    with CaptureQueriesContext(connection) as often_paid:
        desk.get(url(visit), headers=HTMX)

    assert len(often_paid) == len(fresh) <= 10


# -- The receipt ------------------------------------------------------------------------------
def test_the_receipt_tells_base_and_vat_and_how_it_was_paid(desk, visit):
    visit.items.update(vat_percent=19)
    charge(desk, visit)

    page = desk.get(url(visit, "receipt/")).content.decode()

    assert "$\u00a0151.261 + $\u00a028.739" in page
    assert "0412" in page
    assert AuditLog.objects.filter(action="ADMIN_ENDPOINT_HIT").count() == 1


def test_the_panel_shows_what_is_open_and_how_to_charge_it(desk, visit):
    pay(visit, now=at(11), pesos=80_000)

    page = desk.get(url(visit, "")).content.decode()

    assert "$\u00a0100.000" in page
    assert "data-charge" in page


def test_a_therapist_sees_nothing_of_the_money(client, visit):
    staff = visit.items.get().staff
    staff.user = worker("therapist", visit.location)
    staff.save()
    client.force_login(staff.user)

    page = client.get(url(visit, "")).content.decode()

    assert "appointment-money" not in page
    assert "180.000" not in page


# -- Wherever the client is met ---------------------------------------------------------------
def test_a_debt_is_seen_by_whoever_books_for_her_and_on_her_page(client, visit):
    client.force_login(worker("manager", visit.location))
    charge(client, visit, rest="", debt_reason="pays_later")

    found = client.post("/appointments/new/clients/", {"q": visit.client.name}, headers=HTMX)
    panel = client.get(f"/appointments/new/?client={visit.client_id}", headers=HTMX)
    page = client.get(f"/clients/{visit.client_id}/")

    assert "Owes $\u00a0180.000" in found.content.decode()
    assert "Owes $\u00a0180.000" in panel.content.decode()
    assert "$\u00a0180.000" in page.content.decode()


def test_what_a_chargeback_left_open_on_a_cancelled_visit_can_be_taken(client, visit):
    client.force_login(worker("manager", visit.location))
    charge(client, visit)
    payment = Payment.objects.get()
    client.post(url(visit, "cancel_spa/"), {"version": now_is(visit).version, "confirmed": "1"})
    payments.charge_back(
        payment=payment, cents=180_000_00, reference="CB-1", now=at(12), actor=Actor()
    )

    answer = client.get(url(visit), headers=HTMX)

    assert answer.status_code == 200
    assert "Use $\u00a0180.000 of credit" in answer.content.decode()
