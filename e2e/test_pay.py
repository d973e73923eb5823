"""A client pays by link on her phone: with script and without, and in every state of the page."""

import re

import pytest
from playwright.sync_api import expect

from e2e.axe import ALL, ONLY_COLOUR, serious
from spa.models import Payment
from tests.factories import at
from tests.frontdesk.pay_states import STATES, Link, begun, dress, held
from tests.spa.gateway.links import Links, reported, with_keys
from tests.spa.money.till import Till

PHONE = {"width": 390, "height": 844}
# Nobody goes to the real one: it is enough to see where the browser wants to go.
CHECKOUT = "https://checkout.wompi.co/p/**"


@pytest.fixture
def world(transactional_db, settings):
    with_keys(settings)
    world = Links(Till())
    dress(world)
    return world


@pytest.fixture
def open_link(live_server, settings, monkeypatch):
    """Open a link's page, or the one that Wompi sends back to, on a phone at its moment."""
    settings.SITE_URL = live_server.url

    def open_link(page, link: Link, path: str = ""):
        monkeypatch.setattr("spa.clock.now", lambda: link.now)
        page.set_viewport_size(PHONE)
        page.goto(f"{live_server.url}{path or link.path}")

    return open_link


@pytest.fixture
def phone(new_context, watch):
    """A phone without script."""
    context = new_context(java_script_enabled=False, viewport=PHONE)
    watch(context)
    return context.new_page()


def at_wompi(page) -> list[str]:
    """Answer in Wompi's place; return the addresses that the browser went to."""
    went = []

    def answer(route):
        went.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<title>Wompi</title>")

    page.route(CHECKOUT, answer)
    return went


def test_without_script_she_pays_comes_back_and_sees_it_paid(phone, world, open_link):
    link, went = held(world), at_wompi(phone)
    open_link(phone, link)

    phone.get_by_role("button", name="Pagar $ 72.000").click()
    expect(phone).to_have_title("Wompi")
    assert re.search(r"amount-in-cents=7200000", went[0])

    open_link(phone, link, f"{link.return_path}?id=10042-1-00001&env=test")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Estamos confirmando tu pago")
    world.hear(reported(Payment.objects.get()))
    phone.get_by_role("link", name="Ver de nuevo").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Todo listo")

    open_link(phone, link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Todo listo, Mariana")
    expect(phone.get_by_role("link", name="Agregar a mi calendario")).to_be_visible()


def test_without_script_she_asks_for_another_link_in_english(phone, world, open_link):
    open_link(phone, STATES["expired"](world))

    phone.get_by_role("link", name="English").click()
    phone.get_by_role("button", name="Ask for another link").click()

    expect(phone.get_by_text("You asked for another link")).to_be_visible()
    expect(phone.get_by_role("button")).to_have_count(0)


def test_the_page_lets_a_browser_go_to_wompi_and_nowhere_else(page, world, open_link):
    went = at_wompi(page)
    open_link(page, held(world))

    page.get_by_role("button", name="Pagar $ 72.000").click()

    expect(page).to_have_title("Wompi")
    assert len(went) == 1


def test_the_ring_counts_and_speaks_up_near_the_end(page, world, open_link):
    page.clock.install(time=at(7, 5))
    page.clock.pause_at(at(7, 6))  # a second that passes is one minute less
    open_link(page, held(world))
    ring, said = page.locator(".ring"), page.locator("#say")

    expect(ring).to_have_text("26 min")
    page.clock.run_for(16 * 60_000)
    expect(said).to_have_text("Quedan 10 minutos para pagar.")
    page.clock.run_for(5 * 60_000 + 1_000)
    expect(said).to_have_text("Quedan 5 minutos para pagar.")
    expect(ring).to_have_text("4:59")


def test_the_page_that_waits_learns_of_the_payment_by_itself(page, world, open_link):
    _visit, payment = begun(world)
    page.clock.install(time=at(7, 6))
    open_link(page, Link(payment.request), Link(payment.request).return_path)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Estamos confirmando tu pago")
    expect(page.get_by_text("Ver de nuevo")).to_be_hidden()
    expect(page.get_by_text("Ver de nuevo")).to_have_count(1)

    world.hear(reported(payment))
    page.clock.run_for(5_000)

    expect(heading).to_have_text("Todo listo")
    expect(page.locator("#say")).to_have_text("Todo listo")
    expect(page.locator("main[data-poll]")).to_have_count(0)


def test_the_keyboard_goes_on_where_the_news_is(page, world, open_link):
    _visit, payment = begun(world)
    page.clock.install(time=at(7, 6))
    open_link(page, Link(payment.request))
    page.get_by_role("button", name="Pagar $ 72.000").focus()

    world.hear(reported(payment, "PENDING"))
    page.clock.run_for(15_000)

    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("button", name="Tu pago se está procesando")).to_be_disabled()


@pytest.mark.parametrize("name", STATES)
def test_nothing_serious_is_wrong_with_any_state(page, world, open_link, name):
    link = STATES[name](world)
    found = []
    for path in (f"{link.path}?lang=es", f"{link.path}?lang=en"):
        open_link(page, link, path)
        for scheme, rules in (("light", ALL), ("dark", ONLY_COLOUR)):
            page.emulate_media(color_scheme=scheme)
            found += serious(page, rules)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    assert found == []
