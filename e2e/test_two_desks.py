"""Two desks: what one does the other sees, and nothing happens under her hands."""

import pytest

from e2e.hands import card, cell, drag, lift, reread
from e2e.spa_house import make_worker
from tests.factories import at

POLL = 10_000  # milliseconds: what a change elsewhere may take to appear


@pytest.fixture
def other(open_desk, house):
    """The second desk, with a second receptionist. Its browser's clock can be put on, so that
    nobody waits for a poll."""
    make_worker(house.location, "receptionist", "luisa@spa.test", name="Luisa Gómez")
    page = open_desk("luisa@spa.test")
    page.clock.install()
    page.reload()
    page.wait_for_selector("#day")
    return page


def test_what_one_does_appears_at_the_other_without_a_reload(desk, other, house):
    other.evaluate("window.notReloaded = true")
    card(desk, house.visit).click()
    desk.click("#panel [data-step]")
    desk.wait_for_selector('.appt[data-status="arrived"]')

    other.clock.fast_forward(POLL)

    other.wait_for_selector('.appt[data-status="arrived"]')
    assert other.evaluate("window.notReloaded")


@pytest.mark.parametrize("by", ["keyboard", "pointer"])
def test_nothing_is_redrawn_under_a_hand_that_carries_a_card(desk, other, house, other_visit, by):
    for page in (desk, other):
        page.reload()
        page.wait_for_selector("#day")
    if by == "pointer":
        lift(other, card(other, other_visit))
    else:
        card(other, other_visit).focus()
        other.keyboard.press("m")
    drag(desk, card(desk, house.visit), cell(desk, house.camilo, at(12)))
    desk.wait_for_selector("[data-moved]")

    other.evaluate("document.getElementById('day').drawnOnce = true")
    other.clock.fast_forward(3 * POLL)
    other.wait_for_load_state("networkidle")
    assert other.evaluate("document.getElementById('day').drawnOnce")
    assert other.locator(".ghost").count() == 1
    assert card(other, house.visit).get_attribute("data-status") == "confirmed"

    other.keyboard.press("Escape")
    other.mouse.up()
    assert other.locator(".ghost, .lifted").count() == 0
    other.clock.fast_forward(POLL)
    other.wait_for_selector('.appt[data-status="rescheduled"]')


def test_who_drags_second_is_told_and_sees_where_the_first_put_it(desk, other, house):
    drag(desk, card(desk, house.visit), cell(desk, house.camilo, at(12)))
    desk.wait_for_selector("[data-moved]")

    drag(other, card(other, house.visit), cell(other, house.paola, at(15)))
    other.wait_for_selector('.toast[data-code="SPA-STALE"]')

    there = f'[data-staff="{house.camilo.pk}"] .appt[data-appointment="{house.visit.code}"]'
    other.wait_for_selector(there)
    assert other.locator(".ghost, .lifted").count() == 0
    assert (reread(house.visit).starts_at, house.visit.moves) == (at(12), 1)


def test_a_button_that_is_out_of_date_tells_what_happened_meanwhile(desk, other, house):
    card(other, house.visit).click()
    other.wait_for_selector("#panel [data-step]")
    card(desk, house.visit).click()
    desk.click("#panel [data-step]")
    desk.wait_for_selector('#panel [data-status="arrived"]')

    other.click("#panel [data-step]")

    told = other.locator("#panel [role=alert][data-code]")
    told.wait_for()
    assert told.get_attribute("data-code") in {"SPA-STALE", "SPA-ILLEGAL-TRANSITION"}
    assert "Marcela Duarte" in told.inner_text()
    assert reread(house.visit).changes.count() == 2
    other.wait_for_selector('.appt[data-status="arrived"]')
