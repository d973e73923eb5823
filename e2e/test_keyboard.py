"""A whole day without a mouse; and keys that are pressed once too often, or are not wanted."""

import pytest

from e2e.hands import card, reread, tab_to
from e2e.spa_house import PASSWORD
from spa.models import Appointment
from tests.factories import at


@pytest.fixture
def keys(page, live_server, house):
    """Nothing but the keyboard, with the day open by way of the log-in form."""
    page.goto(live_server.url)
    tab_to(page, "#login")
    page.keyboard.type("marcela@spa.test")
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#day")
    page.wait_for_load_state()
    return page.keyboard


def focused(page):
    return page.evaluate("document.activeElement.dataset.appointment")


def test_a_whole_day(page, house, keys, other_visit):
    # Somebody calls for her usual.
    keys.press("n")
    page.wait_for_selector("#client-search:focus")
    keys.type("mariana")
    page.wait_for_selector('#new-clients [aria-selected="true"]')
    keys.press("Enter")
    page.wait_for_selector("#usual:focus")
    keys.press("Enter")
    page.wait_for_selector('#usual[aria-pressed="true"]')
    keys.press("Control+Enter")
    page.wait_for_selector("#panel #appointment")
    page.wait_for_load_state()
    booked = Appointment.objects.latest("pk")
    keys.press("Escape")
    assert page.locator("#panel #appointment").count() == 0

    # Past the bar into the grid, from card to card.
    tab_to(page, "a[href='#main']")
    keys.press("Enter")
    tab_to(page, ".cal")
    keys.press("ArrowDown")
    assert focused(page)
    keys.press("ArrowLeft")
    for _ in range(4):
        keys.press("ArrowUp")
    # Keys wait while the script for cards is fetched.
    page.wait_for_selector(f'.appt[data-appointment="{house.visit.code}"]:focus')
    keys.press("ArrowDown")
    assert focused(page) in {other_visit.code, booked.code}
    keys.press("ArrowUp")

    # The guest comes, is treated, goes.
    keys.press("Enter")
    page.wait_for_selector("#panel #appointment")
    page.clock.install()
    for status in ("arrived", "service"):
        keys.press("l")
        page.wait_for_selector(f'#panel #appointment[data-status="{status}"]')
        page.wait_for_selector(f'.appt[data-status="{status}"]')
        page.clock.fast_forward(1000)  # no double
    keys.press("l")
    page.wait_for_selector("#panel .primary[data-charge]")
    keys.press("c")
    page.wait_for_selector('#charge [name="card_reference"]:focus')
    keys.type("0412")
    keys.press("Control+Enter")
    page.wait_for_selector('#panel #appointment[data-status="done"]')
    assert reread(house.visit).status == "completed"
    keys.press("Escape")
    assert page.locator("#panel #appointment").count() == 0
    assert focused(page) == house.visit.code

    # Another visit is carried, put back, carried again.
    while focused(page) != other_visit.code:
        before = focused(page)
        keys.press("ArrowDown")
        assert focused(page) != before, "no arrow leads to it"
    keys.press("m")
    keys.press("ArrowDown")
    assert page.locator(".ghost").count() == 1
    keys.press("Escape")
    assert page.locator(".ghost, .lifted").count() == 0
    assert focused(page) == other_visit.code
    for key in ("m", "ArrowDown", "ArrowDown", "Enter"):
        keys.press(key)
    page.wait_for_selector("[data-moved]")
    assert reread(other_visit).starts_at == at(14, 30)

    # What can be pressed is listed.
    keys.press("?")
    page.wait_for_selector("#keys:popover-open dl")
    keys.press("Escape")
    assert not page.locator("#keys").is_visible()

    # And the desk is left.
    tab_to(page, ".av.user")
    keys.press("Enter")
    tab_to(page, "#user-menu form[action='/logout/'] button")
    keys.press("Enter")
    page.wait_for_selector("#login")


def test_single_keys_that_are_switched_off_do_nothing(page, house, keys):
    tab_to(page, ".av.user")
    keys.press("Enter")
    tab_to(page, "[data-single-keys]")
    with page.expect_response("**/shortcuts/*"):
        keys.press("Space")
    keys.press("Escape")

    for _ in range(2):  # at once, and still after a reload
        asked = []
        note = lambda request, asked=asked: asked.append(request.url)  # noqa: E731
        page.on("request", note)
        card(page, house.visit).focus()
        for key in ("n", "b", "t", "d", "w", "l", "m", "p", "/", "?"):
            keys.press(key)
        assert page.locator(":popover-open, dialog[open], .ghost").count() == 0
        assert focused(page) == house.visit.code
        page.remove_listener("request", note)
        assert [address for address in asked if "/static/" not in address] == []
        page.reload()

    card(page, house.visit).focus()
    keys.press("Enter")  # no letter: it is the link's own
    page.wait_for_selector("#panel #appointment")


def test_a_key_pressed_twice_acts_once(desk, house):
    card(desk, house.visit).focus()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#panel #appointment")
    desk.keyboard.press("l")
    desk.keyboard.press("l")
    desk.wait_for_selector('.appt[data-status="arrived"]')
    desk.wait_for_load_state("networkidle")
    assert reread(house.visit).status == "arrived"
    assert desk.locator("[data-code]").count() == 0

    desk.keyboard.press("n")
    desk.keyboard.press("n")
    desk.wait_for_selector("#client-search:focus")
    desk.keyboard.type("mariana")
    desk.wait_for_selector('#new-clients [aria-selected="true"]')
    desk.wait_for_load_state("networkidle")
    assert desk.input_value("#client-search") == "mariana"
