"""The payments of a day, one of them, and giving money back."""

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spa.models import Appointment, AuditLog, Payment, PaymentState, Refund
from spa.services import credit
from tests.factories import at, make_client, make_location
from tests.frontdesk.people import worker
from tests.tills import pay

pytestmark = pytest.mark.django_db

DAY_0 = datetime(1899, 12, 30, tzinfo=UTC)  # from which spreadsheets count


@pytest.fixture(autouse=True)
def noon_in_english(monkeypatch, client, settings):
    monkeypatch.setattr("spa.clock.now", lambda: at(12))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


@pytest.fixture
def boss(client, visit):
    client.force_login(worker("manager", visit.location))
    return client


@pytest.fixture
def payment(visit):
    pay(visit, now=at(11))
    return Payment.objects.get()


def send(client, payment, what, **fields):
    return client.post(f"/payments/{payment.code}/{what}/", {"request_id": str(uuid4()), **fields})


# -- The list ---------------------------------------------------------------------------------
def test_the_list_shows_the_day_with_its_sums(boss, visit, payment):
    page = boss.get("/payments/").content.decode()

    assert visit.client.name in page
    assert payment.code in page
    assert "$\u00a0180.000" in page
    assert "1 payment" in page


def test_another_day_and_another_house_are_not_in_it(client, boss, payment):
    client.force_login(worker("manager", make_location()))
    elsewhere = client.get("/payments/").content.decode()
    client.force_login(worker("manager", payment.location))

    assert payment.code not in elsewhere
    assert payment.code not in client.get("/payments/?day=2026-11-18").content.decode()


@pytest.mark.parametrize("text", ["code", "visit", "name", "reference"])
def test_a_payment_is_found_by_its_client_its_visit_and_its_numbers(boss, visit, payment, text):
    wanted = {
        "code": payment.code.lower(),
        "visit": visit.code,
        "name": visit.client.name,
        "reference": payment.reference,
    }

    found = boss.post("/payments/", {"q": wanted[text]}).content.decode()
    other = boss.post("/payments/", {"q": make_client(name="Zoraida Quimbaya").name})

    assert payment.code in found
    assert payment.code not in other.content.decode()


@pytest.mark.parametrize(
    "query",
    ["method=cash", "state=voided", "method=barter", "user=999", "day=never", "day=9999-1-1"],
)
def test_filters_narrow_it_and_nonsense_is_left_out_of_account(boss, payment, query):
    answer = boss.get(f"/payments/?{query}")

    assert answer.status_code == 200
    fits = query in ("method=barter", "user=999", "day=never", "day=9999-1-1")
    assert (payment.code in answer.content.decode()) == fits


@pytest.mark.parametrize("query", ["?state=voided", "?sort=client", "?page=1"])
def test_what_htmx_brings_goes_where_the_list_was(boss, payment, query):
    whole = boss.get(f"/payments/{query}").content.decode()
    part = boss.get(f"/payments/{query}", headers={"HX-Request": "true"}).content.decode()

    assert whole.count('id="payment-list" hx-target="#payment-list"') == 1
    assert part.strip().startswith('<div class="page stack" id="payment-list"')


def test_each_look_at_the_payments_is_audited(boss, payment):
    boss.get("/payments/?method=cash")
    boss.get(f"/payments/{payment.code}/")

    entries = AuditLog.objects.filter(action="ADMIN_ENDPOINT_HIT").order_by("pk")
    assert [entry.facts["view"] for entry in entries] == ["payments", "payment"]
    assert "method=cash" in entries[0].facts["filter"]


def test_the_list_costs_as_many_queries_for_many_payments(boss, visit):
    pay(visit, now=at(11), pesos=10_000)
    boss.get("/payments/")
    with CaptureQueriesContext(connection) as one:
        boss.get("/payments/")
    for _ in range(8):
        pay(visit, now=at(11), pesos=10_000)
    with CaptureQueriesContext(connection) as nine:
        boss.get("/payments/")

    assert len(nine) == len(one)


# -- The export -------------------------------------------------------------------------------
def test_the_export_is_a_file_of_what_the_list_shows_and_is_audited(boss, visit, payment):
    answer = boss.get("/payments/export/")

    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert answer["Content-Disposition"] == 'attachment; filename="payments-2026-11-19.csv"'
    assert (rows[1][0], rows[1][6]) == (payment.code, "180000")
    assert AuditLog.objects.get(action="PAYMENTS_EXPORTED").facts["rows"] == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_it_is_a_formula(boss, visit, payment, start):
    rename(visit.client, f"{start}1+1")

    answer = boss.get("/payments/export/")

    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode(), newline="")))
    assert rows[1][3] == f"'{start}1+1"


def test_the_excel_file_has_numbers_as_numbers_moments_as_moments_and_no_formula(
    boss, visit, payment
):
    rename(visit.client, "=1+1")

    answer = boss.get("/payments/export/xlsx/?method=card_terminal")

    assert answer["Content-Disposition"] == 'attachment; filename="payments-2026-11-19.xlsx"'
    assert answer["Cache-Control"] == "no-store"
    cells = cells_of(answer.content)
    assert cells["D2"] == ("text", "=1+1")
    assert cells["G2"] == ("number", "180000")
    kind, days = cells["B2"]
    eleven = datetime(2026, 11, 19, 11, tzinfo=UTC)  # as on the house's wall
    assert kind == "number"
    assert DAY_0 + timedelta(minutes=round(float(days) * 24 * 60)) == eleven
    assert not any(kind == "formula" for kind, _value in cells.values())
    taken = AuditLog.objects.get(action="PAYMENTS_EXPORTED").facts
    assert (taken["kind"], taken["rows"]) == ("xlsx", 1)
    assert "method=card_terminal" in taken["filter"]


def test_an_excel_file_of_nothing_has_its_heads(boss):
    cells = cells_of(boss.get("/payments/export/xlsx/").content)

    assert cells["A1"] == ("text", "Code")
    assert "A2" not in cells


def rename(client, name):
    """Give a client a name that the desk would have refused."""
    type(client).objects.filter(pk=client.pk).update(name=name)


def cells_of(file: bytes) -> dict[str, tuple[str, str]]:
    """Return each cell of an Excel file by its place, with what it is."""
    book = zipfile.ZipFile(io.BytesIO(file))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 — our own
    spread = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    cells = {}
    for cell in sheet.iter(f"{spread}c"):
        kind = "text" if cell.get("t") == "inlineStr" else "number"
        kind = "formula" if cell.find(f"{spread}f") is not None else kind
        cells[cell.get("r")] = (kind, "".join(cell.itertext()))
    return cells


# -- Giving back ------------------------------------------------------------------------------
def test_a_part_is_given_back_as_credit_with_its_reason(boss, visit, payment):
    answer = send(boss, payment, "give-back", way="credit", amount="30.000", reason="complaint")

    assert answer.status_code == 302
    assert credit.available(visit.client, today=at(12).date()) == 30_000_00
    assert Appointment.objects.get().balance_cents == 30_000_00


def test_what_the_bank_took_back_is_owed_again(boss, visit, payment):
    send(boss, payment, "give-back", way="bank", amount="180.000", reference="CB-1")

    assert Refund.objects.get().way == ""
    assert Appointment.objects.get().balance_cents == 180_000_00


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"amount": "200.000"}, "amount", "can still be given back"),
        ({"amount": "0"}, "amount", "more than zero"),
        ({"amount": "1,50"}, "amount", "without cents"),
        ({"reason": ""}, "reason", "why it is given back"),
        ({"way": "cash"}, "way", "no cash drawer open"),
        ({"way": "bank_transfer"}, "reference", "number of the voucher"),
        ({"way": "barter"}, "way", "barter"),
    ],
)
def test_a_refusal_stands_beside_its_field(boss, payment, fields, field, said):
    sent = {"way": "credit", "amount": "30.000", "reason": "complaint", **fields}

    answer = send(boss, payment, "give-back", **sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page[page.index(f'id="id_{field}"') :]
    assert not Refund.objects.exists()


def test_the_same_form_twice_gives_back_once(boss, payment):
    twice = {
        "way": "credit",
        "amount": "30.000",
        "reason": "complaint",
        "request_id": str(uuid4()),
    }

    for _ in range(2):
        assert boss.post(f"/payments/{payment.code}/give-back/", twice).status_code == 302

    assert Refund.objects.count() == 1


def test_a_payment_of_today_is_taken_back_whole(boss, visit, payment):
    send(boss, payment, "take-back")

    payment.refresh_from_db()
    assert payment.state == PaymentState.VOIDED
    assert Appointment.objects.get().paid_cents == 0


def test_a_payment_of_another_day_is_not(boss, payment, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(12, day=at(12).date().replace(day=20)))

    answer = send(boss, payment, "take-back")

    assert answer.status_code == 422
    assert 'data-reason="not_of_today"' in answer.content.decode()


def test_to_htmx_a_payment_that_is_taken_back_is_a_page_to_go_to_and_a_refusal_a_notice(
    boss, payment
):
    there, sent = f"/payments/{payment.code}/", {"HX-Request": "true"}

    done = boss.post(f"{there}take-back/", headers=sent)
    refused = boss.post(f"{there}take-back/", headers=sent)

    assert (done.status_code, done["HX-Redirect"].partition("?")[0]) == (204, there)
    assert refused["HX-Retarget"] == "#toasts"


def test_a_receptionist_sees_a_payment_and_no_way_to_give_it_back(client, payment):
    client.force_login(worker("receptionist", payment.location))

    page = client.get(f"/payments/{payment.code}/").content.decode()

    assert "give-back" not in page
    assert "take-back" not in page
