"""The script does not come, or is switched off: the day goes on by links and plain forms."""

from datetime import date

import pytest

from e2e.hands import card, reread
from e2e.spa_house import PASSWORD
from spa.models import Appointment, AvailabilityExclusion
from tests.factories import at


@pytest.fixture
def plain(new_context, live_server, watch, house):
    """The day without script, reached by the log-in form."""
    context = new_context(java_script_enabled=False)
    watch(context)
    page = context.new_page()
    page.goto(live_server.url)
    page.fill("#login", "marcela@spa.test")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#day")
    return page


def test_a_visit_is_booked_moved_and_led_to_its_end(plain, house):
    plain.click("[data-new-appointment]")
    plain.fill("#client-search", "mariana echeveri")
    plain.keyboard.press("Enter")
    plain.click(f"#client-{house.mariana.pk}")
    plain.click("#usual")
    plain.wait_for_selector('#usual[aria-pressed="true"]')
    plain.locator('#new-times input[name="start"]').nth(1).check(force=True)
    plain.click("[data-book]")
    plain.wait_for_selector("#panel #appointment")
    visit = Appointment.objects.latest("pk")
    assert (visit.client, visit.items.count()) == (house.mariana, 2)

    plain.click("#panel [data-move]")
    plain.wait_for_selector("form.move")
    plain.click("#go-2026-11-20")
    plain.wait_for_selector('#go-2026-11-20[aria-pressed="true"]')
    plain.locator('form.move input[name="start"]').first.check(force=True)
    plain.check("#who-spa", force=True)
    plain.click("[data-book]")
    plain.wait_for_selector(f'.appt[data-appointment="{visit.code}"][data-status="rescheduled"]')
    assert (reread(visit).moves, visit.client_moves) == (1, 0)


def test_the_first_free_afternoon_of_another_day_is_booked(plain, house):
    plain.click("[data-new-appointment]")
    plain.fill("#client-search", "mariana echeveri")
    plain.keyboard.press("Enter")
    plain.click(f"#client-{house.mariana.pk}")
    plain.click("#usual")
    plain.click("#within-afternoon")
    plain.click("#take-2026-11-21")
    plain.wait_for_selector('#take-2026-11-21[aria-pressed="true"]')
    plain.click("[data-book]")

    plain.wait_for_selector("#panel #appointment")
    assert Appointment.objects.latest("pk").starts_at == at(12, day=date(2026, 11, 21))


def test_treatments_are_added_and_put_in_another_order(plain, house):
    card(plain, house.visit).click()
    plain.click("#appointment [data-items]")
    plain.click(f"#add-{house.facial.pk}")
    plain.click(f"#up-{house.facial.pk}")
    plain.click("[data-book]")
    plain.wait_for_selector("#panel #appointment")

    items = house.visit.items.order_by("position")
    assert [item.service for item in items] == [house.facial, house.massage]


def test_a_guest_comes_is_treated_and_goes(plain, house):
    card(plain, house.visit).click()
    for status in ("arrived", "service"):
        plain.click("#appointment [data-step]")
        plain.wait_for_selector(f'.appt[data-status="{status}"]')
        assert plain.locator("#panel #appointment").get_attribute("data-status") == status
    plain.click("#appointment [data-step]")
    plain.wait_for_selector("#panel .primary[data-charge]")
    plain.click("#panel [data-charge]")
    plain.fill('[name="card_reference"]', "0412")
    plain.click("[data-book]")
    plain.wait_for_selector('.appt[data-status="done"]')

    assert reread(house.visit).status == "completed"


def test_a_visit_is_cancelled_after_a_question(plain, house):
    card(plain, house.visit).click()
    plain.click("#appointment [popovertarget=visit-menu]")
    plain.click('#visit-menu form[action$="/cancel_client/"] button')
    plain.wait_for_selector('main [name="confirmed"]')
    assert reread(house.visit).status == "confirmed"

    plain.click('main [name="confirmed"]')
    plain.wait_for_selector("#day")
    assert reread(house.visit).status == "cancelled"


def test_time_is_blocked_and_the_visits_inside_are_named(plain, house):
    plain.click('[popovertarget="day-menu"]')
    plain.click('#day-menu [aria-keyshortcuts="b"]')
    plain.wait_for_selector("form#block")
    plain.select_option("[name=who]", f"staff-{house.paola.pk}")
    plain.fill("[name=from_time]", "10:00")
    plain.fill("[name=to_time]", "12:00")
    plain.click("form#block button")
    assert "Mariana Echeverri" in plain.locator("#inside").inner_text()
    plain.click("form#block button")

    plain.wait_for_selector("#blocked")
    assert "Mariana Echeverri" in plain.locator("#blocked .options").inner_text()
    assert AvailabilityExclusion.objects.get().starts_at == at(10)
    plain.click("#blocked [data-close]")
    plain.wait_for_selector("#day .off")
