"""A client pays by link while the desk looks on: what it is handed, and what it sees by itself."""

import re

import pytest
from playwright.sync_api import expect

from e2e.hands import card
from e2e.screens.deposits import look_at
from e2e.screens.links import ask, waiting
from e2e.spa_house import let_in
from e2e.test_deposit import POLL
from spa.models import Appointment, PaymentRequest
from spa.services import gateway
from tests.factories import at
from tests.spa.gateway.links import reported


@pytest.fixture
def visit(house):
    return waiting(house)


def hear(request, status: str):
    payment = gateway.open_attempt(request=request, now=at(9, 51)).payment
    told = reported(payment, status)
    gateway.settle(reference=payment.reference, found=[told], now=at(9, 52))


def test_an_approval_reaches_the_open_day_and_the_open_visit_by_itself(desk, visit):
    request = ask(visit)
    desk.clock.install()
    look_at(desk, visit)
    desk.wait_for_selector('[data-link="open"]')

    hear(request, "APPROVED")
    desk.clock.fast_forward(POLL)

    desk.wait_for_selector(f'#toasts [data-paid="{visit.code}"]')
    desk.wait_for_selector('#panel [data-status="confirmed"]')
    desk.wait_for_selector(f'.appt[data-appointment="{visit.code}"][data-status="confirmed"]')
    assert "Wompi approved" in desk.locator("#panel .log").inner_text()


def test_a_payment_under_way_is_seen_on_the_card_and_keeps_the_desk_from_asking(desk, visit):
    request = ask(visit)
    desk.clock.install()
    look_at(desk, visit)
    desk.wait_for_selector("#send-link")

    hear(request, "PENDING")
    desk.clock.fast_forward(POLL)

    desk.wait_for_selector('[data-link="paying"]')
    assert desk.locator("#send-link").count() == 0
    assert "Wompi is processing a payment" in card(desk, visit).first.inner_text()


def test_a_link_is_ended_by_who_says_so_twice(desk, visit):
    ask(visit)
    look_at(desk, visit)
    desk.on("dialog", lambda question: question.accept())

    desk.click("#end-link")

    desk.wait_for_selector('[data-link="ended"]')
    assert PaymentRequest.objects.get().closed_reason == "ended"


def test_whatsapp_opens_beside_the_desk_and_learns_nothing_of_it(desk, visit):
    look_at(desk, visit)
    desk.click("#show-link")
    link = desk.locator('#links a[href^="https://wa.me/"]')

    asked = []
    desk.context.route(
        "https://wa.me/**", lambda route: (asked.append(route.request), route.abort())
    )
    with desk.context.expect_page():
        link.click()

    assert desk.locator("#links").is_visible()
    assert len(asked) == 1
    assert "referer" not in asked[0].headers


def test_without_script_a_link_is_booked_shown_and_ended(new_context, live_server, house, visit):
    context = new_context(java_script_enabled=False)
    let_in(context, live_server.url, "marcela@spa.test")
    page = context.new_page()
    page.goto(f"{live_server.url}/appointments/{visit.code}/")
    page.click("#show-link")
    page.wait_for_selector("#links .qr")
    page.goto(f"{live_server.url}/appointments/{visit.code}/")
    page.click("#end-link")
    page.click('[name="confirmed"]')

    page.wait_for_selector('[data-link="ended"]')
    assert Appointment.objects.get(pk=visit.pk).status == "pending_payment"


def test_the_page_of_a_visit_counts_by_the_servers_clock(desk, live_server, visit):
    """The browser's own is days away from the journeys', as an old computer's may be."""
    desk.goto(f"{live_server.url}/appointments/{visit.code}/")
    desk.wait_for_load_state("networkidle")  # the script has counted once

    expect(desk.locator("#appointment time.hold")).to_have_text(re.compile(r"^\d+ min$|^\d h"))
