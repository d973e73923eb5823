"""The gateway's stand-in in a browser: the hosted checkout, and the page for people."""

import re

import pytest
from playwright.sync_api import expect

from e2e.axe import serious_everywhere
from tests.wompi_sandbox.conftest import open_shop, process, shop, wompi  # noqa: F401


@pytest.fixture
def checkout(page, wompi, shop):  # noqa: F811
    """The hosted page, open before a payer who goes back to the shop."""
    page.goto(wompi.url(redirect_url=shop.url))
    return page


def test_a_payer_approves_and_is_back(checkout, wompi, shop):  # noqa: F811
    checkout.get_by_label("Nequi").check()
    checkout.get_by_role("button", name="Aprobar").click()

    expect(checkout).to_have_url(re.compile(r"/webhooks/wompi/\?id=10042-\d+-\d+&env=test$"))
    [paid] = wompi.find()
    assert (paid["status"], paid["payment_method_type"]) == ("APPROVED", "NEQUI")
    wompi.settle()
    assert shop.statuses == ["APPROVED"]


def test_a_payer_is_declined_tries_again_and_is_back(checkout, wompi):  # noqa: F811
    checkout.get_by_role("button", name="Rechazar").click()
    expect(checkout.get_by_role("heading", name="Pago rechazado")).to_be_visible()
    checkout.get_by_role("button", name="Intentar de nuevo").click()
    checkout.get_by_role("button", name="Dejar pendiente").click()

    expect(checkout).to_have_url(re.compile(r"/webhooks/wompi/\?id="))
    assert {one["status"] for one in wompi.find()} == {"DECLINED", "PENDING"}


def test_a_payer_who_was_declined_goes_back(checkout):
    checkout.get_by_role("button", name="Error").click()
    checkout.get_by_role("link", name="Volver al comercio").click()

    expect(checkout).to_have_url(re.compile(r"/webhooks/wompi/\?id="))


def test_every_page_of_the_gateway_is_accessible(checkout, wompi):  # noqa: F811
    assert serious_everywhere(checkout) == []

    checkout.get_by_role("button", name="Rechazar").click()
    assert serious_everywhere(checkout) == []

    checkout.goto(wompi.url(amount_in_cents=100))
    assert serious_everywhere(checkout) == []


def test_a_person_switches_faults_sees_what_happens_and_settles(page, wompi, shop):  # noqa: F811
    wompi.pay("PENDING")
    page.goto(wompi.addresses["control"])
    page.get_by_role("combobox", name="Fault").select_option("event.never")
    page.get_by_role("button", name="Switch on").click()

    on = page.get_by_role("region", name="Faults that are on")
    expect(on.get_by_role("row", name="event.never")).to_contain_text("1 more")

    transactions = page.get_by_role("region", name="Latest transactions")
    transactions.get_by_role("button", name="APPROVED").click()

    events = page.get_by_role("region", name="Latest events")
    expect(events.get_by_role("row", name="event.never")).to_contain_text("APPROVED")
    expect(on).to_contain_text("None.")
    assert shop.deliveries == []

    events.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Put the clock forward").click()
    expect(events.get_by_role("row", name="event.never")).to_contain_text("by hand: 200")
    assert shop.statuses == ["APPROVED"]


def test_a_person_changes_settings_and_resets(page, wompi):  # noqa: F811
    page.goto(wompi.addresses["control"])
    page.get_by_label("old_merchants_path").fill("true")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_label("old_merchants_path")).to_have_value("true")

    page.get_by_role("button", name="Reset everything").click()
    expect(page.get_by_label("old_merchants_path")).to_have_value("false")


def test_the_page_for_people_is_accessible(page, wompi):  # noqa: F811
    wompi.pay()
    wompi.fault("api.slow")
    page.goto(wompi.addresses["control"])

    assert serious_everywhere(page) == []
