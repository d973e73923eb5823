"""A call is interrupted: what was put together in the panel is there when it opens again."""

from e2e.spa_house import log_in, make_worker
from tests.factories import at


def begin(page):
    """Put a visit together as far as its service, and close the panel with Esc."""
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] #client-search")
    page.keyboard.type("Luisa Páez")
    page.click(".opt.new")
    page.fill("#new-phone", "300 456 1279")
    page.locator("#service-list").get_by_text("Masaje relajante").click()
    page.wait_for_selector(".bk-sum .total")
    close(page)


def close(page):
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog:not([open]):empty", state="attached")
    page.wait_for_load_state("networkidle")


def open_again(page):
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] #client-search")


def kept(page):
    """Count what the tab keeps of begun visits."""
    return page.evaluate("Object.keys(sessionStorage).filter((k) => /^booking-/.test(k)).length")


def test_what_was_begun_is_offered_when_the_panel_opens_again(desk, house):
    begin(desk)
    desk.reload()
    open_again(desk)
    assert "Luisa Páez · Masaje relajante" in desk.inner_text("#draft")

    desk.click("#draft [data-take]")
    desk.wait_for_selector(".bk-sum .total")
    assert desk.input_value("#new-name") == "Luisa Páez"
    assert desk.input_value("#new-phone") == "300 456 1279"
    assert "Luisa" not in desk.url


def test_what_was_begun_goes_to_the_place_that_is_pressed(desk, house):
    begin(desk)
    place = f'[data-staff="{house.camilo.pk}"] [data-start="{at(12).isoformat()}"]'
    desk.locator(place).click()
    desk.wait_for_selector("#draft:not([hidden])")
    desk.click("#draft [data-take]")

    desk.wait_for_selector('input[name="start"]:checked', state="attached")
    assert desk.input_value('input[name="start"]:checked') == at(12).isoformat()


def test_what_was_thrown_away_or_booked_is_not_offered_again(desk, house):
    begin(desk)
    open_again(desk)
    desk.click("#draft button:not([data-take])")
    close(desk)
    open_again(desk)
    assert desk.locator("#draft").is_hidden()

    close(desk)
    begin(desk)
    open_again(desk)
    desk.click("#draft [data-take]")
    desk.wait_for_selector(".bk-sum .total")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_selector("#panel #appointment")
    desk.wait_for_load_state("load")  # drawn by the server before a key is heard
    open_again(desk)
    assert desk.locator("#draft").is_hidden()


def test_logging_out_leaves_nothing_in_the_tab(desk, live_server, house):
    begin(desk)
    assert kept(desk) == 1
    desk.click("[popovertarget=user-menu]")
    desk.click("[data-log-out] button")
    desk.wait_for_selector("#login")

    assert kept(desk) == 0


def test_another_user_of_the_tab_is_offered_nothing(desk, live_server, house, context):
    begin(desk)
    context.clear_cookies()
    make_worker(house.location, "receptionist", "ana@spa.test", name="Ana Ruiz")
    log_in(desk, live_server, "ana@spa.test")
    open_again(desk)

    assert desk.locator("#draft").is_hidden()
    assert kept(desk) == 0
