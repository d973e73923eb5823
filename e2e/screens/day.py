"""Every screen of the desk by name: how it is reached in the small spa."""

from collections.abc import Callable
from datetime import timedelta

from django.test import RequestFactory

from e2e.hands import card
from e2e.spa_house import MORNING, SpaHouse, book, let_in, make_worker
from frontdesk.views.errors import server_error
from spa.models import Appointment, Room, StaffMember, User
from spa.services import booking
from spa.services.audit import Actor
from tests.factories import TODAY, at, make_client

SCREENS: dict[str, Callable] = {}


def screen(name: str) -> Callable:
    def register(open_it: Callable) -> Callable:
        SCREENS[name] = open_it
        return open_it

    return register


def furnish(house: SpaHouse) -> None:
    """Have something of every kind on the screens: each status, a VIP, an alert, a second visit."""
    for hour, name in ((8, "Tatiana Cárdenas"), (14, "Estefanía Prieto"), (17, "Carlos Vélez")):
        client = make_client(name=name, vip_until=TODAY + timedelta(days=30))
        visit = book(house.location, client, [(house.massage, house.camilo)], at(hour, 15))
        if hour == 8:
            booking.check_in(appointment=visit, now=at(8, 10), actor=Actor())
            visit = Appointment.objects.get(pk=visit.pk)
            booking.start(appointment=visit, now=at(8, 15), actor=Actor())
        if hour == 14:
            booking.check_in(appointment=visit, now=MORNING, actor=Actor())


def to(page, path: str) -> None:
    page.goto(f"{page.evaluate('location.origin')}{path}")


def as_worker(page, house, role: str, name: str) -> None:
    """Go on as somebody of another role, who is hired for it."""
    email = f"{role}@spa.test"
    if not User.objects.filter(email=email).exists():
        make_worker(house.location, role, email, name=name)
    let_in(page.context, page.evaluate("location.origin"), email)


def choose_client(page, house) -> None:
    page.keyboard.press("n")
    page.wait_for_selector("#client-search:focus")
    page.keyboard.type(house.mariana.name)
    page.wait_for_selector('#new-clients [aria-selected="true"]')


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


@screen("a week")
def _(page, house):
    to(page, f"/calendar/week/{house.paola.pk}/{TODAY}/")


@screen("the board")
def _(page, house):
    to(page, "/check-in/")
    page.wait_for_selector('.lane[data-status="service"] .tick')


@screen("a charge that is refused")
def _(page, house):
    card(page, house.visit).click()
    page.click("#panel [data-charge]")
    page.wait_for_selector('#charge [name="card_reference"]:focus')
    page.click('#charge [name="rest"][value="cash"]')
    page.keyboard.press("Control+Enter")  # she has no drawer open
    page.wait_for_selector("#charge #problem")


@screen("a receipt")
def _(page, house):
    done = Appointment.objects.filter(status="completed").earliest("pk")
    to(page, f"/appointments/{done.code}/receipt/")


@screen("a drawer to open")
def _(page, house):
    to(page, "/cash/")
    page.wait_for_selector("#open-title")


@screen("the clients")
def _(page, house):
    to(page, "/clients/")


@screen("a client")
def _(page, house):
    to(page, f"/clients/{house.mariana.pk}/")


@screen("a client that is edited")
def _(page, house):
    to(page, f"/clients/{house.mariana.pk}/edit/")


@screen("a client that is new")
def _(page, house):
    to(page, "/clients/new/")
    page.click("main form .primary")  # refused: it is empty
    page.wait_for_selector("main [aria-invalid='true'], main [role=alert]")


@screen("what was found")
def _(page, house):
    to(page, "/")
    page.fill("#search", house.mariana.name)
    page.wait_for_selector('#search-list [role="option"]')


@screen("what was found, on its page")
def _(page, house):
    to(page, "/")
    page.fill("#search", house.visit.code)
    page.evaluate("document.getElementById('search-box').submit()")
    page.wait_for_selector("#search-page .opt")


@screen("a refusal")
def _(page, house):
    done = Appointment.objects.filter(status="completed").latest("pk")
    to(page, f"/appointments/{done.code}/move/")
    page.wait_for_selector("main [data-code]")


@screen("nothing at this address")
def _(page, house):
    to(page, "/nothing/")
    page.wait_for_selector(".error-page")


@screen("the schedule")
def _(page, house):
    as_worker(page, house, "manager", "Ángela Rojas")
    to(page, "/schedule/")


@screen("a therapist's hours")
def _(page, house):
    to(page, f"/schedule/staff/{house.paola.pk}/")


@screen("hours that are tried")
def _(page, house):
    to(page, f"/schedule/staff/{house.paola.pk}/")
    until = page.locator(f"#to-{TODAY.isoweekday()}-0")
    until.fill("10:30")
    until.press("Enter")
    page.wait_for_selector(".report")


@screen("a room's closed times")
def _(page, house):
    room = Room.objects.filter(location=house.location).earliest("position", "pk")
    to(page, f"/schedule/rooms/{room.pk}/")


@screen("time taken away")
def _(page, house):
    to(page, "/schedule/exclusions/new/")


@screen("the opening hours")
def _(page, house):
    to(page, "/schedule/opening/")


@screen("the holidays")
def _(page, house):
    to(page, f"/schedule/holidays/{TODAY.year}/")


@screen("something is broken")
def _(page, house):
    broken = server_error(RequestFactory().get("/broken/"))
    answer = {"status": broken.status_code, "body": broken.content.decode()}
    page.route("**/broken/", lambda route: route.fulfill(content_type="text/html", **answer))
    to(page, "/broken/")
    page.wait_for_selector(".error-page")


@screen("a blocked time")
def _(page, house):
    to(page, f"/calendar/{TODAY}/block/")
    page.click("form#block .primary")


@screen("a therapist's own day")
def _(page, house):
    as_worker(page, house, "therapist", "Paola Rincón")
    user = User.objects.get(email="therapist@spa.test")
    StaffMember.objects.filter(pk=house.paola.pk).update(user=user)
    to(page, "/")
    card(page, house.visit).click()
    page.wait_for_selector("#panel #appointment")


@screen("health notes")
def _(page, house):
    card(page, house.visit).click()
    page.click('#panel form[action*="/health/"] button')
    page.wait_for_selector('#panel [name="note"]')


@screen("no right to this")
def _(page, house):
    to(page, "/check-in/")
    page.wait_for_selector(".error-page")
