"""The day at the desk: a visit is opened, moved by pointer and by keyboard, and led to its end."""

from e2e.hands import card, cell, charge, drag, go_back, lift, reread, step
from spa.models import User
from tests.factories import at, make_location


def test_a_visit_is_checked_in_started_and_finished_from_the_panel(desk, house):
    desk.clock.install()
    card(desk, house.visit).click()
    for status in ("arrived", "service"):
        step(desk, status)
    desk.clock.fast_forward(1000)
    desk.click("#panel [data-step]")
    desk.wait_for_selector("#panel .primary[data-charge]")
    charge(desk)
    desk.wait_for_selector('#appointment[data-status="done"]')

    assert reread(house.visit).status == "completed"


def test_a_double_click_on_a_card_and_on_a_step_is_one(desk, house):
    card(desk, house.visit).dblclick()
    desk.locator("#appointment [data-step]").dblclick()
    desk.wait_for_selector('#appointment[data-status="arrived"]')
    desk.locator("#appointment [data-step]").click()  # part of the same fidgeting

    desk.wait_for_load_state("networkidle")
    assert reread(house.visit).status == "arrived"
    assert desk.locator("[data-code]").count() == 0


def test_a_card_is_dragged_to_another_time_and_therapist(desk, house):
    drag(desk, card(desk, house.visit), cell(desk, house.camilo, at(12, 30)))

    desk.wait_for_selector("[data-moved]")
    desk.wait_for_selector(f'[data-staff="{house.camilo.pk}"] .appt[data-status="rescheduled"]')
    assert reread(house.visit).starts_at == at(12, 30)
    assert house.visit.items.get().staff == house.camilo
    assert desk.locator("#panel #appointment").count() == 0  # a drag does not open it


def test_a_drop_on_a_taken_time_puts_the_card_back_and_offers_others(desk, house, other_visit):
    desk.reload()
    drag(desk, card(desk, house.visit), card(desk, other_visit))

    desk.wait_for_selector('.toast[data-code="SPA-SLOT-TAKEN"]')
    assert desk.locator(".ghost, .lifted").count() == 0
    assert reread(house.visit).starts_at == at(10)

    desk.locator(".toast button[name=start]").first.click()
    desk.wait_for_selector("[data-moved]")
    assert reread(house.visit).moves == 1


def test_escape_puts_a_dragged_card_back(desk, house):
    lift(desk, card(desk, house.visit))
    assert desk.locator(".ghost").count() == 1
    desk.keyboard.press("Escape")
    desk.mouse.up()

    assert desk.locator(".ghost, .lifted").count() == 0
    assert reread(house.visit).moves == 0


def test_a_card_is_carried_by_keyboard(desk, house):
    card(desk, house.visit).focus()
    desk.keyboard.press("m")
    desk.wait_for_selector(".ghost")  # what carries a card is fetched with the first one
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        desk.keyboard.press(key)
    assert "10:30" in desk.locator("#announce").inner_text()
    assert "Camilo" in desk.locator("#announce").inner_text()
    desk.keyboard.press("Enter")

    desk.wait_for_selector("[data-moved]")
    assert reread(house.visit).starts_at == at(10, 30)
    assert house.visit.items.get().staff == house.camilo


def test_a_card_is_carried_to_the_next_day(desk, house):
    card(desk, house.visit).focus()
    desk.keyboard.press("m")
    desk.keyboard.press("Shift+ArrowRight")
    desk.wait_for_selector('#day[data-day="2026-11-20"]')
    desk.wait_for_selector(".ghost")
    desk.keyboard.press("Enter")

    desk.wait_for_selector("[data-moved]")
    assert reread(house.visit).starts_at == at(10, day=at(10).date().replace(day=20))


def test_when_the_network_is_away_it_says_so_and_a_second_try_moves_it_once(desk, house):
    target = desk.locator(f'[data-start="{at(13).isoformat()}"]').first
    desk.context.set_offline(True)
    drag(desk, card(desk, house.visit), target)
    desk.wait_for_selector("[data-retry]")
    assert desk.locator(".ghost, .lifted").count() == 0

    desk.context.set_offline(False)
    desk.click("[data-retry]")

    desk.wait_for_selector("[data-moved]")
    assert reread(house.visit).starts_at == at(13)
    assert house.visit.moves == 1


def test_the_panel_closes_with_escape_and_focus_returns_to_the_card(desk, house):
    card(desk, house.visit).focus()
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#panel #appointment")
    desk.keyboard.press("Escape")

    assert desk.locator("#panel #appointment").count() == 0
    assert desk.evaluate("document.activeElement.dataset.appointment") == house.visit.code


def test_arrows_turn_the_day_and_t_comes_back(desk, house):
    desk.keyboard.press("ArrowRight")
    desk.wait_for_selector('#day[data-day="2026-11-20"]')
    go_back(desk)
    desk.wait_for_selector('#day[data-day="2026-11-19"]')
    desk.keyboard.press("ArrowLeft")
    desk.wait_for_selector('#day[data-day="2026-11-18"]')
    desk.keyboard.press("t")
    desk.wait_for_selector('#day[data-day="2026-11-19"]')


def test_a_visit_that_is_cancelled_is_told_and_the_word_goes_by_itself(desk, house):
    desk.clock.install()
    card(desk, house.visit).click()
    desk.wait_for_selector("#panel #appointment")
    desk.on("dialog", lambda asked: asked.accept())
    desk.click('#appointment [popovertarget="visit-menu"]')
    desk.click('#visit-menu form[action$="/cancel_client/"] button')

    desk.wait_for_selector("#toasts .toast")
    assert house.visit.code in desk.inner_text("#toasts")
    desk.clock.fast_forward(10_000)
    desk.wait_for_selector("#toasts .toast", state="detached")


def test_an_address_names_the_house_once(desk, house):
    User.objects.update(all_locations=True)
    make_location()
    desk.goto(f"{desk.url}?location={house.location.pk}")

    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    for move in ('[aria-keyshortcuts="ArrowRight"]', '[aria-keyshortcuts="t"]'):
        with desk.expect_response("**/*location=*"):
            desk.click(f".day-bar {move}")
    desk.evaluate("document.body.dispatchEvent(new Event('visit-changed'))")
    desk.wait_for_load_state("networkidle")

    of_houses = [url for url in asked if "location=" in url]
    assert len(of_houses) >= 3
    assert [url for url in of_houses if url.count("location=") > 1] == []
