"""How many actions a task takes at the desk: the limits are promises, the table goes into print."""

import pytest

from e2e.hands import card, cell, reread
from e2e.spa_house import book, log_in
from spa.models import (
    Appointment,
    CashSession,
    Client,
    OutboxMessage,
    Payment,
    PaymentRequest,
    SpaPolicy,
    User,
)
from spa.services import booking, payment_requests
from spa.services.audit import Actor
from tests.factories import ask_for_deposits, at, make_client
from tests.spa.gateway.links import with_keys
from tests.tills import open_drawer


@pytest.fixture
def day(page, live_server, hands):
    """The day as it was opened, before each task once more."""

    def day():
        log_in(page, live_server)
        return page

    day()
    return day


def treat(visit):
    """Have a visit treated this morning, and waiting to be charged."""
    for step, minute in ((booking.check_in, 0), (booking.start, 1), (booking.finish, 40)):
        step(appointment=visit, now=at(9, minute), actor=Actor())


def booked(page):
    page.wait_for_selector("#panel #appointment")
    return Appointment.objects.latest("pk")


def test_while_somebody_is_on_the_phone(page, house, hands, day):
    with hands.task("find a client", limit=2):
        hands.fill("#search", "mariana echeveri", key="/")
        page.wait_for_selector('#search-list [role="option"][aria-selected="true"]')
        hands.press("Enter")
        page.wait_for_url(f"**/clients/{house.mariana.pk}/")

    day()
    with hands.task("say when two services are free", limit=3):
        hands.press("n")
        hands.click(f"#add-{house.massage.pk}")
        page.wait_for_selector(f"#remove-{house.massage.pk}")
        hands.click(f"#add-{house.facial.pk}")
        page.wait_for_selector(f"#remove-{house.facial.pk}")
        assert page.locator("#new-times .slot").first.is_visible()

    day()
    with hands.task("book a client we know", limit=4):
        hands.fill("#client-search", "mariana", key="n")
        page.wait_for_selector('#new-clients [role="option"][aria-selected="true"]')
        hands.press("Enter")
        page.wait_for_selector("#usual:focus")
        hands.press("Enter")
        page.wait_for_selector('#usual[aria-pressed="true"]')
        hands.press("Control+Enter")
        visit = booked(page)
    assert visit.client == house.mariana
    assert visit.items.count() == 2

    day()
    with hands.task("book a new client", limit=5):
        hands.fill("#client-search", "Luisa Fernanda Páez", key="n")
        page.wait_for_selector('#client-new[aria-selected="true"]')
        hands.press("Enter")
        hands.fill("#new-phone", "300 456 1279")
        hands.click(f"#add-{house.massage.pk}")
        page.wait_for_selector("#new-sum .when")
        hands.press("Control+Enter")
        visit = booked(page)
    assert visit.client.name == "Luisa Fernanda Páez"


def test_when_somebody_stands_at_the_counter(page, live_server, house, hands, day):
    page.goto(f"{live_server.url}/check-in/")
    with hands.task("check a client in", limit=1):
        hands.click(f"#check_in-{house.visit.code}")
        page.wait_for_selector('.lane[data-status="arrived"] .tick')
    with hands.task("give a visit its next status", limit=1):
        hands.click(f"#start-{house.visit.code}")
        page.wait_for_selector('.lane[data-status="service"] .tick')

    day()
    with hands.task("see who changed a visit", limit=1):
        hands.click(card(page, house.visit))
        page.wait_for_selector("#panel .log")
        assert "Marcela Duarte" in page.locator("#panel .log li").first.inner_text()


def test_when_somebody_pays(page, live_server, house, hands, day):
    desk = User.objects.get(email="marcela@spa.test")
    open_drawer(house.location, desk)
    treat(house.visit)
    page.goto(f"{live_server.url}/check-in/")
    with hands.task("charge by one method", limit=3):
        hands.click(f"#charge-{house.visit.code}")
        page.wait_for_selector('#charge [name="card_reference"]:focus')
        hands.fill('#charge [name="card_reference"]', "0412")
        hands.press("Control+Enter")
        page.wait_for_selector("[data-charged]")
    assert reread(house.visit).status == "completed"

    second = book(
        house.location, make_client(name="Carlos Vélez"), [(house.facial, house.camilo)], at(9)
    )
    treat(second)
    page.goto(f"{live_server.url}/check-in/")
    with hands.task("charge by two methods", limit=4):
        hands.click(f"#charge-{second.code}")
        page.wait_for_selector('#charge [name="card_reference"]:focus')
        hands.fill('#charge [name="cash"]', "50.000", by_pointer=True)
        hands.fill('#charge [name="card_reference"]', "0413", by_pointer=True)
        hands.press("Control+Enter")
        page.wait_for_selector("[data-charged]")
    assert reread(second).status == "completed"
    assert Payment.objects.filter(appointment=second.code).count() == 2


def test_when_somebody_pays_by_link(page, house, hands, day, settings):
    with_keys(settings)
    ask_for_deposits()
    SpaPolicy.objects.update(no_deposit_within_hours=0)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    day()
    with hands.task("book a new client with a link", limit=5):
        hands.fill("#client-search", "Luisa Fernanda Páez", key="n")
        page.wait_for_selector('#client-new[aria-selected="true"]')
        hands.press("Enter")
        hands.fill("#new-phone", "300 456 1279")
        hands.click(f"#add-{house.massage.pk}")
        page.wait_for_selector('#book[value="link"]')
        hands.press("Control+Enter")
        page.wait_for_selector("#links .qr")
    assert PaymentRequest.objects.get().appointment == Appointment.objects.latest("pk").code

    Client.objects.filter(pk=house.mariana.pk).update(email="mariana@correo.test")
    day()
    with hands.task("book a client we know, and copy her link", limit=5):
        hands.fill("#client-search", "mariana", key="n")
        page.wait_for_selector('#new-clients [role="option"][aria-selected="true"]')
        hands.press("Enter")
        page.wait_for_selector("#usual:focus")
        hands.press("Enter")
        page.wait_for_selector('#book[value="link"]')
        hands.press("Control+Enter")
        page.wait_for_selector("[data-copy]:focus")
        hands.press("Enter")
        page.wait_for_selector("[data-copy][data-was]")
    request = PaymentRequest.objects.latest("pk")
    assert page.evaluate("navigator.clipboard.readText()") == payment_requests.link_of(request)

    day()
    card(page, house.visit).click()
    page.wait_for_selector("#send-link")
    with hands.task("send the link of a visit", limit=1):
        hands.click("#send-link")
        page.wait_for_selector('[data-link="leaving"]')
    assert OutboxMessage.objects.filter(kind="PAYMENT_LINK", subject=house.visit.code).count() == 1


def test_when_a_visit_is_moved(page, house, hands, day):
    with hands.task("move within the day, by pointer", limit=1):
        hands.drag(card(page, house.visit), cell(page, house.camilo, at(12)))
        page.wait_for_selector("[data-moved]")
    assert reread(house.visit).starts_at == at(12)

    day()
    card(page, house.visit).focus()
    with hands.task("move within the day, by keyboard", limit=3):
        hands.press("m")
        hands.press("ArrowDown")
        hands.press("Enter")
        page.wait_for_selector("[data-moved]")
    assert reread(house.visit).starts_at == at(12, 15)

    day()
    with hands.task("move to another day", limit=4):
        hands.click(card(page, house.visit))
        page.wait_for_selector("#panel #appointment")
        hands.press("m")
        hands.press("Shift+ArrowRight")
        page.wait_for_selector('#day[data-day="2026-11-20"] .ghost')
        hands.press("Enter")
        page.wait_for_selector("[data-moved]")
    assert reread(house.visit).starts_at == at(12, 15, day=at(12).date().replace(day=20))


def test_when_the_day_ends(page, live_server, house, hands, day):
    page.add_init_script("window.print = () => { window.printed = location.pathname }")
    day()
    with hands.task("print tomorrow", limit=1):
        hands.press("Shift+P")
        page.wait_for_function("window.printed === '/calendar/2026-11-20/'")

    open_drawer(house.location, User.objects.get(email="marcela@spa.test"), pesos=70_000)
    page.goto(f"{live_server.url}/cash/")
    with hands.task("count a drawer and close it", limit=4):
        hands.fill('[name="count_50000"]', "1", by_pointer=True)
        hands.fill('[name="count_20000"]', "1", key="Tab")
        hands.click("[data-close-drawer]")
        page.get_by_text("$\u00a070.000").wait_for()
    assert CashSession.objects.get().difference_cents == 0
