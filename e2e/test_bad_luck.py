"""What goes wrong at a desk: the network, a poll at the wrong moment, small and strange screens."""

import re

import pytest
from django.conf import settings

from e2e.fit import faults
from e2e.hands import card, cell, drag, lift, reread
from e2e.screens import furnish, to
from e2e.spa_house import book, make_worker
from spa.models import Client, StaffMember
from tests.factories import at, make_client, make_staff

LONG = "María Fernanda de los Ángeles Echeverri Santamaría-Bustamante y Rodríguez Zapata"
# The window of each: how large, how much it is magnified.
WINDOWS = {
    "360 px": {"width": 360, "height": 740},
    "a desk at 200 %": {"width": 683, "height": 384},
    "a desk": {"width": 1366, "height": 768},
}


# -- The network ------------------------------------------------------------------------------
def test_the_network_is_away_amid_a_drag_and_nothing_is_pretended(desk, house):
    lift(desk, card(desk, house.visit))
    desk.context.set_offline(True)
    goal = cell(desk, house.camilo, at(13)).bounding_box()
    desk.mouse.move(goal["x"] + 20, goal["y"] + 6, steps=4)
    desk.mouse.up()

    desk.wait_for_selector("[data-retry]")
    assert desk.locator(".ghost, .lifted").count() == 0
    standing = f'[data-staff="{house.paola.pk}"] .appt[data-appointment="{house.visit.code}"]'
    assert desk.locator(standing).is_visible()
    assert reread(house.visit).starts_at == at(10)

    desk.click("[data-retry]")  # too early: it is still away
    desk.wait_for_selector("[data-retry]")
    desk.context.set_offline(False)
    desk.click("[data-retry]")
    desk.wait_for_selector(f'[data-staff="{house.camilo.pk}"] .appt[data-status="rescheduled"]')
    assert desk.locator("[data-retry]").count() == 0
    assert (reread(house.visit).starts_at, house.visit.moves) == (at(13), 1)


def test_a_step_that_got_no_answer_is_offered_again_and_taken_once(desk, house):
    card(desk, house.visit).click()
    desk.wait_for_selector("#appointment")
    desk.context.set_offline(True)
    desk.click("#appointment [data-step]")
    desk.wait_for_selector("[data-retry]")
    assert desk.locator('#appointment[data-status="confirmed"]').is_visible()

    desk.context.set_offline(False)
    desk.clock.install()
    desk.clock.fast_forward(1000)  # nobody is that quick
    desk.click("[data-retry]")
    desk.wait_for_selector('#appointment[data-status="arrived"]')
    assert reread(house.visit).changes.count() == 2


def test_an_answer_that_was_lost_on_its_way_moves_the_card_only_once(desk, house):
    def lose(route):
        route.fetch()  # it arrives, and is done
        route.abort()  # but nobody hears of it

    desk.route("**/drag/**", lose, times=1)
    drag(desk, card(desk, house.visit), cell(desk, house.camilo, at(13)))
    desk.click("[data-retry]")

    desk.wait_for_selector(f'[data-staff="{house.camilo.pk}"] .appt[data-status="rescheduled"]')
    assert (reread(house.visit).starts_at, house.visit.moves) == (at(13), 1)


def test_an_answer_to_a_poll_does_not_take_the_card_out_of_the_hand(desk, house, other_visit):
    held = []
    desk.clock.install()
    desk.reload()
    desk.wait_for_selector("#day")
    desk.route("**/calendar/**v=*", lambda route: held.append(route))
    book(house.location, make_client(name="Carlos Vélez"), [(house.facial, house.camilo)], at(17))
    desk.clock.fast_forward(10_000)
    while not held:
        desk.evaluate("0")  # lets the request come through

    lift(desk, card(desk, house.visit))
    with desk.expect_response("**/calendar/**v=*"):
        held[0].continue_()
    desk.unroute("**/calendar/**v=*")
    assert desk.locator(".ghost").count() == 1
    assert desk.get_by_text("Carlos Vélez").count() == 0

    goal = cell(desk, house.camilo, at(12)).bounding_box()
    desk.mouse.move(goal["x"] + 20, goal["y"] + 6, steps=4)
    desk.mouse.up()
    desk.wait_for_selector("[data-moved]")
    desk.get_by_text("Carlos Vélez").wait_for()
    assert reread(house.visit).starts_at == at(12)


def test_two_hold_the_same_card_and_it_stands_where_the_first_let_go_of_it(desk, open_desk, house):
    other = open_desk()
    for page in (desk, other):
        lift(page, card(page, house.visit))
    for page, staff, hour in ((desk, house.camilo, 12), (other, house.paola, 15)):
        goal = cell(page, staff, at(hour)).bounding_box()
        page.mouse.move(goal["x"] + 20, goal["y"] + 6, steps=4)

    there = f'[data-staff="{house.camilo.pk}"] .appt[data-status="rescheduled"]'
    for page, told in ((desk, "[data-moved]"), (other, '[data-code="SPA-STALE"]')):
        page.mouse.up()
        page.wait_for_selector(told)
        page.wait_for_selector(there)
        assert page.locator(".ghost, .lifted").count() == 0
    assert (reread(house.visit).starts_at, house.visit.moves) == (at(12), 1)


def test_a_tab_from_before_another_log_in_says_so_and_works_when_it_is_loaded_again(desk, house):
    card(desk, house.visit).click()
    desk.wait_for_selector("#appointment")
    desk.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)  # as a log-in elsewhere does
    desk.click("#appointment [data-step]")
    with desk.expect_event("load"):
        desk.click("#toasts [role=alert] a")

    card(desk, house.visit).click()
    desk.click("#appointment [data-step]")
    desk.wait_for_selector('#appointment[data-status="arrived"]')


# -- The answer comes when who asked has gone -------------------------------------------------
@pytest.fixture
def under_way(desk, house):
    """A charge that was sent off, and whose dialog was closed before an answer came."""
    held = []
    card(desk, house.visit).click()
    desk.click("#panel [data-charge]")
    desk.wait_for_selector('#charge [name="card_reference"]:focus')
    desk.keyboard.type("0412")
    desk.route(re.compile(r"/charge/\?"), lambda route: held.append(route), times=1)
    desk.keyboard.press("Control+Enter")
    while not held:
        desk.evaluate("0")  # lets the request come through
    desk.keyboard.press("Escape")
    desk.wait_for_selector("#dialog:empty", state="attached")
    return held[0]


def test_what_was_charged_is_told_though_its_dialog_is_closed(desk, house, under_way):
    desk.click("#panel [data-move]")
    desk.wait_for_selector("dialog[open] form.move")
    under_way.continue_()

    desk.wait_for_selector("#toasts [data-charged]")
    desk.wait_for_selector('#panel a[href$="/receipt/"]')  # drawn anew
    assert desk.locator("dialog[open] form.move").is_visible()  # another's is left open
    assert reread(house.visit).balance_cents == 0


def test_a_charge_that_got_no_answer_is_offered_again_though_its_dialog_is_closed(
    desk, house, under_way
):
    under_way.abort()
    desk.click("[data-retry]")

    desk.wait_for_selector("#toasts [data-charged]")
    assert reread(house.visit).balance_cents == 0


# -- Screens ----------------------------------------------------------------------------------
@pytest.fixture
def long_names(house):
    furnish(house)
    Client.objects.update(name=LONG)
    StaffMember.objects.update(name=LONG, specialty=LONG[:40])
    make_worker(house.location, "manager", "angela@spa.test", name=LONG)
    return house


def test_nothing_is_cut_off_or_covered(open_desk, long_names):
    assert len(LONG) == 80
    desk = open_desk("angela@spa.test")
    found = {}
    for name, walk in WALKS.items():
        desk.set_viewport_size(WINDOWS["a desk"])
        to(desk, "/")
        desk.wait_for_selector("#day")
        walk(desk, long_names)
        for window, size in WINDOWS.items():
            desk.set_viewport_size(size)
            found[name, window] = faults(desk)

    assert {where: listed for where, listed in found.items() if listed} == {}


def _panel(page, house):
    to(page, f"/?appointment={house.visit.code}")
    page.wait_for_selector("#appointment")


def _booking(page, house):
    page.keyboard.press("n")
    page.wait_for_selector("#client-search:focus")
    page.keyboard.type("maria fernanda")
    page.wait_for_selector('#new-clients [aria-selected="true"]')
    page.locator(f"#client-{house.mariana.pk}").click()
    page.wait_for_selector("#usual:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector('#usual[aria-pressed="true"]')


def _move(page, house):
    _panel(page, house)
    page.click("#panel [data-move]")
    page.wait_for_selector("dialog[open] form.move")


def _block(page, house):
    page.keyboard.press("b")
    page.wait_for_selector("dialog[open] form#block")


WALKS = {
    "the day": lambda page, house: None,
    "a visit": _panel,
    "a booking": _booking,
    "a move": _move,
    "blocking time": _block,
    "the board": lambda page, house: to(page, "/check-in/"),
    "a week": lambda page, house: to(page, f"/calendar/week/{house.paola.pk}/2026-11-19/"),
    "the clients": lambda page, house: to(page, "/clients/"),
    "a client": lambda page, house: to(page, f"/clients/{house.mariana.pk}/"),
    "a client that is edited": lambda page, house: to(page, f"/clients/{house.mariana.pk}/edit/"),
    "the schedule": lambda page, house: to(page, "/schedule/"),
    "her schedule": lambda page, house: to(page, f"/schedule/staff/{house.paola.pk}/"),
}


def test_a_small_screen_gets_through_a_booking_by_touch(open_desk, house):
    phone = open_desk(
        viewport=WINDOWS["360 px"], has_touch=True, is_mobile=True, device_scale_factor=2
    )
    phone.tap("[data-new-appointment]")
    phone.tap("#client-search")
    phone.fill("#client-search", "mariana")
    phone.tap(f"#client-{house.mariana.pk}")
    phone.tap("#usual")
    phone.wait_for_selector('#usual[aria-pressed="true"]')
    phone.tap("[data-book]")
    phone.wait_for_selector("#appointment")
    phone.tap("[data-close-panel]")

    phone.tap(f'.appt[data-appointment="{house.visit.code}"]')
    phone.tap("#appointment [data-step]")
    phone.wait_for_selector('#appointment[data-status="arrived"]')
    assert reread(house.visit).status == "arrived"


def test_high_contrast_keeps_the_edges_by_which_things_are_told_apart(desk, house):
    furnish(house)
    desk.emulate_media(forced_colors="active")
    to(desk, f"/?appointment={house.visit.code}")
    desk.wait_for_selector("#appointment")

    assert faults(desk) == []
    for selector in (".appt", "#appointment .btn.primary", ".bar .btn.primary", ".status"):
        assert edge(desk, selector), f"{selector} has no edge"
    # What is full, what is chosen and what time it is must not be told by a colour that is gone.
    for selector in (".cal-head .meter", ".rail [aria-current]", ".bar .seg [aria-current]"):
        assert edge(desk, selector), f"{selector} has no edge"
    colours = desk.evaluate(
        COLOURS, [".appt[data-status='confirmed']", ".appt[data-status='service']"]
    )
    assert colours[0] != colours[1]


EDGE = """
(selector) => {
  const style = getComputedStyle(document.querySelector(selector));
  const drawn = (kind) => style[`${kind}Style`] !== "none" && parseFloat(style[`${kind}Width`]) > 0;
  return ["borderTop", "borderBottom", "borderLeft", "outline"].some(drawn);
}
"""
COLOURS = """
(selectors) => selectors.map((one) => {
  const style = getComputedStyle(document.querySelector(one));
  return style.backgroundColor + style.borderTopStyle + style.borderTopWidth;
})
"""


def edge(page, selector):
    return page.evaluate(EDGE, selector)


# -- The house --------------------------------------------------------------------------------
def test_a_day_with_nobody_says_so(desk, live_server, house):
    StaffMember.objects.update(is_active=False)
    desk.goto(f"{live_server.url}/calendar/2026-12-01/")

    desk.wait_for_selector("#day .empty")
    assert faults(desk) == []
    for key, day in (("ArrowRight", "2026-12-02"), ("ArrowLeft", "2026-12-01")):
        desk.keyboard.press(key)
        desk.wait_for_selector(f'#day[data-day="{day}"]')
    for key in ("m", "l"):  # nothing to carry, nothing to press
        desk.keyboard.press(key)
    assert desk.locator(".ghost, #panel #appointment").count() == 0


def test_a_day_with_twenty_scrolls_sideways_and_a_card_is_carried_to_the_last(desk, house):
    for _ in range(18):
        make_staff(house.location)  # before the two who have a place in the row
    desk.reload()
    desk.wait_for_selector("#day")
    assert desk.locator(".cal-col").count() == 20
    assert faults(desk) == []

    card(desk, house.visit).focus()
    desk.keyboard.press("m")
    desk.wait_for_selector(".ghost")
    for _ in range(19):
        desk.keyboard.press("ArrowRight")
    desk.locator("#announce").get_by_text("Camilo Bernal").wait_for(state="attached")
    box = desk.locator(".ghost").bounding_box()
    assert 0 <= box["x"] < 1366
    desk.keyboard.press("Enter")
    desk.wait_for_selector("[data-moved]")
    assert reread(house.visit).items.get().staff == house.camilo
