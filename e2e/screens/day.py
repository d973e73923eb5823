"""The day, what opens over it and beside it, and the board."""

from e2e.hands import card
from e2e.screens.registry import screen, to
from tests.factories import TODAY


@screen("the day")
def _(page, house):
    to(page, "/?by=staff")


@screen("a visit beside the day")
def _(page, house):
    card(page, house.visit).click()
    page.wait_for_selector("#panel #appointment")


@screen("other treatments for a visit")
def _(page, house):
    card(page, house.visit).click()
    page.click("#panel [data-items]")
    page.fill("#items-list [name=minutes]", "75")
    page.press("#items-list [name=minutes]", "Tab")
    page.wait_for_selector("#items-sum :is(.when, #problem)")


@screen("two visits that swap")
def _(page, house):
    card(page, house.visit).click()
    page.click("#panel [popovertarget=visit-menu]")
    page.click("#visit-menu [data-swap]")
    page.locator("#swap input[name=with]").first.check()
    page.wait_for_selector("#swap-sum :is([data-swapped], #problem)")


@screen("a visit in the tray")
def _(page, house):
    card(page, house.visit).focus()
    page.keyboard.press("a")
    page.wait_for_selector("#tray .appt")


@screen("the rooms")
def _(page, house):
    to(page, "/?by=room")
    page.wait_for_selector("section[data-room]")


@screen("the keys, over the day")
def _(page, house):
    page.keyboard.press("?")
    page.wait_for_selector("#keys:popover-open dl")


@screen("her menu")
def _(page, house):
    page.click(".av.user")
    page.wait_for_selector("#user-menu:popover-open")


@screen("what else can be done with the day")
def _(page, house):
    page.click('[popovertarget="day-menu"]')
    page.wait_for_selector("#day-menu:popover-open")


@screen("a month")
def _(page, house):
    page.click('[popovertarget="month-menu"]')
    page.wait_for_selector("#month-menu:popover-open table")


@screen("a week")
def _(page, house):
    to(page, f"/calendar/week/{house.paola.pk}/{TODAY}/")


@screen("the board")
def _(page, house):
    to(page, "/check-in/")
    page.wait_for_selector('.lane[data-status="service"] .tick')


@screen("a blocked time")
def _(page, house):
    to(page, f"/calendar/{TODAY}/block/")
    page.click("form#block .primary")
