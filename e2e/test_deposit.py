"""Somebody pays ahead: her visit is kept while she looks for her card, and confirmed by it."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from e2e.hands import card, reread
from e2e.spa_house import MORNING, book
from spa.models import Appointment
from spa.services import booking
from spa.services.audit import Actor
from spa.services.booking import Terms
from spa.services.slots import Wanted
from tests.factories import ask_for_deposits, at, make_client

POLL = 10_500  # milliseconds until the open day has looked again


def keep_one(house, minutes: int) -> Appointment:
    """Have an unpaid visit at four, kept for so long from now on."""
    ask_for_deposits()
    return booking.book_at(
        location=house.location,
        client=make_client(name="Luisa Fernanda Páez"),
        wanted=[Wanted(house.massage.pk, house.paola.pk)],
        starts_at=at(16),
        now=MORNING,
        actor=Actor(),
        terms=Terms(keep_minutes=minutes),
    )


def test_a_visit_is_booked_and_its_deposit_taken_without_touching_the_pointer(desk, house):
    ask_for_deposits()
    desk.keyboard.press("n")
    desk.wait_for_selector("dialog[open] #client-search")
    desk.keyboard.type("echeverri mariana")
    desk.wait_for_selector('[role="option"][aria-selected="true"]')
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#usual:focus")
    desk.keyboard.press("Enter")
    desk.wait_for_selector('#usual[aria-pressed="true"]')
    desk.locator("#new-times").get_by_text("16:00").first.click()
    expect(desk.locator("#new-sum .when")).to_contain_text("16:00")

    desk.focus("#then")
    desk.keyboard.press("Enter")
    desk.wait_for_selector('#charge [name="card_reference"]:focus')
    visit = Appointment.objects.latest("pk")
    assert visit.status == "pending_payment"
    desk.keyboard.type("0412")
    desk.keyboard.press("Control+Enter")

    desk.wait_for_selector("[data-charged]")
    visit = reread(visit)
    assert (visit.status, visit.paid_cents) == ("confirmed", visit.deposit_cents)
    card(desk, visit).first.wait_for()
    desk.wait_for_selector(f'.appt[data-appointment="{visit.code}"][data-status="confirmed"]')


def test_a_hold_counts_down_and_by_the_second_in_its_last_minutes(desk, house):
    visit = keep_one(house, 6)
    desk.clock.install()
    desk.reload()
    hold = card(desk, visit).locator(".hold")
    expect(hold).to_have_text("5 min")  # and some seconds

    # Five minutes to the second, and less.
    for _second in range(62):
        desk.clock.run_for(1_000)

    expect(hold).to_have_text(re.compile(r"4:5\d"))
    told = desk.locator("[data-holds]")
    expect(told).to_contain_text("Luisa")
    expect(told).to_contain_text("5 min")


def test_the_desk_keeps_it_for_longer_and_a_second_desk_sees_it(desk, house, open_desk):
    visit = keep_one(house, 20)
    other = open_desk()
    other.clock.install()
    other.reload()
    desk.reload()
    card(desk, visit).click()
    desk.wait_for_selector("[data-keep]")

    desk.click("[data-keep]")

    desk.wait_for_selector('#appointment[data-version="2"]')
    assert reread(visit).held_until == MORNING + timedelta(hours=1)
    other.clock.fast_forward(POLL)
    other.wait_for_selector(f'.appt[data-appointment="{visit.code}"][data-version="2"]')


def test_what_expires_goes_from_the_open_day_by_itself(desk, house):
    visit = keep_one(house, 20)
    desk.clock.install()
    desk.reload()
    card(desk, visit).wait_for()

    booking.expire_due(now=visit.held_until)
    desk.clock.fast_forward(POLL)

    card(desk, visit).wait_for(state="hidden")
    book(house.location, make_client(), [(house.massage, house.paola)], at(16))
