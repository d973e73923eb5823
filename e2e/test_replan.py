"""A day is planned anew: a card grows, one waits in the tray, two change places."""

from e2e.axe import serious
from e2e.hands import Finger, card, cell, lift, reread
from tests.factories import at


def carry_to(page, target):
    goal = target.bounding_box()
    page.mouse.move(goal["x"] + 20, goal["y"] + 6, steps=6)


def test_a_card_grows_by_its_lower_edge_and_by_keys(desk, house):
    visit = card(desk, house.visit)
    visit.hover()
    box = visit.bounding_box()
    edge = box["y"] + box["height"] - 2
    desk.wait_for_selector("html[data-stretch]")
    desk.mouse.move(box["x"] + 20, edge)
    desk.wait_for_selector(".appt.on-edge")
    desk.mouse.down()
    target = cell(desk, house.paola, at(12)).bounding_box()
    desk.mouse.move(box["x"] + 20, target["y"] + 1, steps=4)
    desk.mouse.up()
    desk.wait_for_selector("[data-stretched]")
    assert reread(house.visit).ends_at == at(12)
    assert desk.locator("#panel #appointment").count() == 0

    desk.wait_for_selector(f'.appt[data-appointment="{house.visit.code}"][data-version="2"]')
    visit.focus()
    for key in ("-", "-", "ArrowUp"):
        desk.keyboard.press(key)
    assert "11:45" in desk.locator("#announce").inner_text()
    desk.keyboard.press("Escape")
    desk.keyboard.press("+")
    desk.keyboard.press("Enter")
    desk.wait_for_selector('[data-version="3"]')
    assert reread(house.visit).ends_at == at(12, 5)


def test_a_finger_holds_a_card_and_draws_its_grip(open_desk, house):
    page = open_desk(viewport={"width": 1024, "height": 768}, has_touch=True)
    visit = card(page, house.visit)
    box, goal = visit.bounding_box(), cell(page, house.paola, at(12)).bounding_box()
    middle = box["x"] + box["width"] / 2
    finger = Finger(page)
    page.wait_for_selector("html[data-grip]")

    finger.down(middle, box["y"] + 10)
    page.wait_for_selector('body[data-moving="drag"]')
    finger.up()
    grip = page.locator(".grip")
    handle = grip.bounding_box()
    assert min(handle["width"], handle["height"]) >= 44
    assert page.locator("#panel #appointment").count() == 0

    finger.down(middle, handle["y"] + handle["height"] / 2)
    finger.move(middle, goal["y"] - 20)
    finger.move(middle, goal["y"] + 1)
    finger.up()
    page.wait_for_selector("[data-stretched]")
    assert reread(house.visit).ends_at == at(12)
    grip.wait_for(state="detached")

    # A tap is what it was: it opens the visit.
    page.wait_for_selector(f'.appt[data-appointment="{house.visit.code}"][data-version="2"]')
    visit.tap()
    page.wait_for_selector("#panel #appointment")
    assert grip.count() == 0


def test_a_card_waits_in_the_tray_while_days_go_by(desk, house):
    visit = card(desk, house.visit)
    visit.focus()
    desk.keyboard.press("a")
    held = desk.locator("#tray .appt")
    held.wait_for()
    assert reread(house.visit).starts_at == at(10)

    desk.click('.day-bar [aria-keyshortcuts="ArrowRight"]')
    desk.wait_for_selector('#day[data-day="2026-11-20"]')
    tomorrow = at(10).date().replace(day=20)
    lift(desk, held)
    carry_to(desk, cell(desk, house.camilo, at(11, day=tomorrow)))  # the grid scrolls on the way
    carry_to(desk, cell(desk, house.camilo, at(12, day=tomorrow)))
    desk.mouse.up()
    desk.wait_for_selector("[data-moved]")
    desk.wait_for_selector("#tray:not(:has(li))", state="attached")
    assert reread(house.visit).starts_at == at(12, day=tomorrow)

    # And back into it by pointer, then out again by keys.
    visit.wait_for()
    box = visit.bounding_box()
    desk.mouse.move(box["x"] + 20, box["y"] + 4)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 30, box["y"] + 40, steps=3)
    place = desk.locator("#tray").bounding_box()
    desk.mouse.move(place["x"] + place["width"] / 2, place["y"] + 10, steps=5)
    desk.mouse.up()
    held.wait_for()
    held.focus()
    for key in ("m", "ArrowDown", "Enter"):
        desk.keyboard.press(key)
    desk.wait_for_selector("#tray:not(:has(li))", state="attached")
    assert reread(house.visit).starts_at == at(12, 15, day=tomorrow)


def test_two_visits_swap_the_other_chosen_by_its_card(desk, house, other_visit):
    desk.reload()
    card(desk, house.visit).click()
    desk.click("#panel [popovertarget=visit-menu]")
    desk.click("#visit-menu [data-swap]")
    desk.click("#dialog [data-pick]")
    desk.wait_for_selector("body[data-picking]")
    card(desk, other_visit).press("Enter")
    desk.wait_for_selector("#dialog [data-swapped]")
    desk.keyboard.press("Control+Enter")

    desk.wait_for_selector(f'#appointment[data-appointment="{house.visit.code}"]')
    desk.wait_for_selector('#appointment[data-version="2"]')
    assert (reread(house.visit).starts_at, reread(other_visit).starts_at) == (at(14), at(10))


def test_treatments_are_put_in_another_order_and_side_by_side(desk, house):
    card(desk, house.visit).click()
    desk.click("#panel [data-items]")
    desk.locator("#service-list").get_by_text("Facial hidratante").click()
    desk.focus(f"#up-{house.facial.pk}")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(f"li:first-child #down-{house.facial.pk}:focus")
    desk.select_option(f"#therapist-{house.facial.pk}", str(house.camilo.pk))
    desk.locator("#items-sum .lines li", has_text="Camilo Bernal").wait_for()
    beside = f"#parallel-{house.massage.pk}"
    desk.focus(beside)
    desk.keyboard.press("Space")
    desk.wait_for_selector(f"{beside}:checked:focus")
    desk.locator("#items-sum .when", has_text="10:00–11:00").wait_for()
    assert serious(desk) == []
    desk.keyboard.press("Control+Enter")

    desk.wait_for_selector(f'.appt[data-appointment="{house.visit.code}"][data-version="2"]')
    items = house.visit.items.order_by("position")
    assert [(item.service, item.staff, item.starts_at) for item in items] == [
        (house.facial, house.camilo, at(10)),
        (house.massage, house.paola, at(10)),
    ]
