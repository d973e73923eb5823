"""The forms that open over the day."""

from e2e.hands import card
from e2e.screens.registry import screen


def choose_client(page, house) -> None:
    page.keyboard.press("n")
    page.wait_for_selector("#client-search:focus")
    page.keyboard.type(house.mariana.name)
    page.wait_for_selector('#new-clients [aria-selected="true"]')


@screen("a booking begins")
def _(page, house):
    page.keyboard.press("n")
    page.wait_for_selector("#client-search:focus")


@screen("a booking, its client found")
def _(page, house):
    choose_client(page, house)


@screen("a booking")
def _(page, house):
    choose_client(page, house)
    page.keyboard.press("Enter")
    page.wait_for_selector("#usual:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector('#usual[aria-pressed="true"]')


@screen("a booking for somebody new")
def _(page, house):
    page.keyboard.press("n")
    page.wait_for_selector("#client-search:focus")
    page.keyboard.type("Luisa Páez")
    page.click("#client-new")
    page.wait_for_selector("#new-phone:focus")
    page.keyboard.press("Control+Enter")  # refused: nothing is chosen yet
    page.wait_for_selector("#problem")


@screen("a move")
def _(page, house):
    card(page, house.visit).click()
    page.click("#panel [data-move]")
    page.wait_for_selector("dialog[open] form.move")


@screen("blocking time")
def _(page, house):
    page.keyboard.press("b")
    page.wait_for_selector("dialog[open] form#block")
