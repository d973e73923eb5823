"""Somebody calls: her visit is booked from the keyboard while the phone is in the other hand."""

from datetime import timedelta

from e2e.axe import serious
from e2e.hands import tab_to
from e2e.spa_house import book
from spa.models import Appointment, Client
from tests.factories import BOGOTA, TODAY, at, make_client


def open_panel(page):
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] #client-search")


def booked(page):
    """Wait for the day with the new visit open, and return it."""
    page.wait_for_selector("#panel #appointment")
    return Appointment.objects.latest("pk")


def test_a_client_we_know_is_booked_for_her_usual_in_four_steps(desk, house):
    open_panel(desk)
    desk.keyboard.type("echeveri mariana")  # one
    desk.wait_for_selector('[role="option"][aria-selected="true"]')
    desk.keyboard.press("Enter")  # two
    desk.wait_for_selector("#usual:focus")
    desk.keyboard.press("Enter")  # three
    desk.wait_for_selector('#usual[aria-pressed="true"]')
    desk.keyboard.press("Control+Enter")  # four

    visit = booked(desk)
    assert visit.client == house.mariana
    assert [item.service for item in visit.items.order_by("position")] == [
        house.massage,
        house.facial,
    ]


def test_a_new_client_needs_a_name_and_a_phone(desk, house):
    open_panel(desk)
    desk.keyboard.type("Luisa Fernanda Páez")
    desk.wait_for_selector(".opt.new")
    desk.click(".opt.new")
    desk.fill("#new-phone", "(300) 456-12 79")
    desk.locator("#service-list").get_by_text("Masaje relajante").click()
    desk.wait_for_selector("#new-sum .total, #sum .total, .bk-sum .total")
    desk.keyboard.press("Control+Enter")

    visit = booked(desk)
    assert (visit.client.name, visit.client.phone) == ("Luisa Fernanda Páez", "+573004561279")
    assert visit.client.consents.get().kind == "data"


def test_a_slot_that_went_meanwhile_is_refused_and_nothing_typed_is_lost(desk, house):
    open_panel(desk)
    desk.keyboard.type("mariana")
    desk.wait_for_selector('[role="option"][aria-selected="true"]')
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#usual:focus")
    desk.keyboard.press("Enter")
    desk.wait_for_selector('#usual[aria-pressed="true"]')
    fill_the_day(house)
    desk.keyboard.press("Control+Enter")

    desk.wait_for_selector('[role="alert"][data-code]')
    assert "Mariana Echeverri" in desk.locator("#dialog").inner_text()
    assert "Facial hidratante" in desk.locator("#dialog").inner_text()
    assert Appointment.objects.filter(client=house.mariana, starts_at__gt=at(10, 1)).count() == 0


def fill_the_day(house):
    """Take all that is left of both therapists' day, in another window as it were."""
    for number in range(7):
        starts_at = at(11, 15) + number * timedelta(minutes=75)  # an hour and its buffer
        for member in (house.paola, house.camilo):
            book(house.location, make_client(), [(house.massage, member)], starts_at)


def test_an_empty_cell_opens_the_panel_at_its_time(desk, house):
    cell = f'[data-staff="{house.camilo.pk}"] [data-start="{at(12).isoformat()}"]'
    desk.locator(cell).click()

    desk.wait_for_selector("dialog[open] #client-search")
    desk.keyboard.press("Escape")
    assert desk.locator("dialog[open]").count() == 0


def test_the_first_free_time_of_another_day_is_booked_with_the_arrows(desk, house):
    open_panel(desk)
    desk.keyboard.type("mariana")
    desk.wait_for_selector('[role="option"][aria-selected="true"]')
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#usual:focus")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#first-free")
    assert serious(desk) == []
    tab_to(desk, '.firsts [tabindex="0"]')
    desk.keyboard.press("ArrowRight")
    desk.wait_for_selector("#take-2026-11-20:focus")
    desk.keyboard.press("Enter")
    desk.wait_for_selector('#take-2026-11-20[aria-pressed="true"]:focus')
    desk.keyboard.press("Control+Enter")

    assert booked(desk).starts_at.astimezone(BOGOTA).date() == TODAY + timedelta(days=1)


def test_arrows_lead_through_the_days_and_the_parts_of_the_day(desk, house):
    open_panel(desk)
    desk.locator("#service-list .opt").first.click()
    desk.wait_for_selector("#first-free")
    tab_to(desk, "#within-any")
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Enter")
    desk.wait_for_selector('#within-afternoon[aria-pressed="true"]:focus')
    starts = desk.locator('#new-times label [name="start"]').evaluate_all(
        "(all) => all.map((one) => one.value.slice(11, 13))"
    )
    assert min(starts) == "12"
    tab_to(desk, '.days [aria-pressed="true"]')
    desk.keyboard.press("ArrowDown")
    desk.wait_for_selector("#go-2026-11-26:focus")
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.press("Enter")

    desk.wait_for_selector('#go-2026-11-25[aria-pressed="true"]:focus')
    assert desk.locator("#within-afternoon").get_attribute("aria-pressed") == "true"


def test_a_visit_is_moved_by_the_form_which_asks_who_wants_it(desk, house):
    desk.locator(f'.appt[data-appointment="{house.visit.code}"]').click()
    desk.wait_for_selector("#panel [data-move]")
    desk.keyboard.press("m")
    desk.keyboard.press("m")
    desk.wait_for_selector("dialog[open] form.move")
    assert serious(desk) == []
    desk.locator('dialog input[name="start"]').nth(1).check(force=True)
    desk.locator('dialog input[name="who"][value="spa"]').check(force=True)
    desk.keyboard.press("Control+Enter")

    desk.wait_for_selector('.appt[data-status="rescheduled"]')
    house.visit.refresh_from_db()
    assert (house.visit.moves, house.visit.client_moves) == (1, 0)


def test_a_client_who_may_not_book_is_shown_with_the_reason(desk, house):
    Client.objects.update(persona_non_grata_since=at(8))
    open_panel(desk)
    desk.keyboard.type("mariana")

    desk.wait_for_selector('[role="option"][aria-disabled="true"]')
