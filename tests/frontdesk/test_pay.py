"""The pages of paying by link, as a stranger with the link meets them (SEC-25…28)."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from frontdesk.templatetags.spa import told_at, told_hours
from spa.models import Appointment, Client, Payment, PaymentRequest, RateCounter
from spa.services import booking, payment_requests
from spa.wompi.checkout import REFERENCE
from tests.factories import BOGOTA, at, make_client
from tests.frontdesk.pay_states import STATES, Link, begun, held, paid
from tests.frontdesk.test_budgets import KB, statics, weight
from tests.spa.booking.houses import DESK
from tests.spa.gateway.links import fresh, reported
from tests.spa.money.till import card

PAYABLE = {"held", "began", "declined", "down", "balance", "balance afterwards"}
ASKABLE = {"expired", "lapsed", "ended"}
# The states that have a name of their own here, and the page's name for them.
ALSO = {
    "credit of a cancelled visit": "credit",
    "expired and asked for": "expired",
    "balance": "held",
    "balance afterwards": "held",
    "balance that is paid": "paid",
}


@pytest.fixture
def open_link(world, client, monkeypatch):
    """Open a link's page at its moment, or send what its button sends."""

    def open_link(link: Link, path: str = "", method: str = "get", data=None, **fields):
        monkeypatch.setattr("spa.clock.now", lambda: link.now)
        return getattr(client, method)(path or link.path, data, **fields)

    return open_link


def text(response) -> str:
    """Return a page with plain spaces."""
    return response.content.decode().replace("\u00a0", " ")


def rows() -> dict[str, int]:
    """Count every row of every table, but the limits' counters."""
    models = [one for one in apps.get_models() if one is not RateCounter]
    return {one.__name__: one.objects.count() for one in models}


def stored() -> list:
    """Return all that a page could have changed of the request and its attempts."""
    return [list(one.objects.order_by("pk").values()) for one in (PaymentRequest, Payment, Client)]


# -- Every state ------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("name", STATES)
def test_every_state_has_its_page(world, open_link, name, language):
    link = STATES[name](world)

    page = open_link(link, data={"lang": language})

    state = re.search(r'data-state="([a-z_]+)-', text(page))[1]
    assert page.status_code == 200
    assert state == ALSO.get(name, name)
    assert f'<html lang="{"es-co" if language == "es" else "en"}">' in text(page)
    assert page["Content-Language"] == ("es-co" if language == "es" else "en")


@pytest.mark.parametrize("name", STATES)
def test_the_button_is_there_while_she_can_pay_and_no_longer(world, open_link, name):
    page = text(open_link(STATES[name](world)))

    assert ('name="pay"' in page) == (name in PAYABLE)
    assert ('name="again"' in page) == (name in ASKABLE)
    assert ("disabled" in page) == (name == "processing")


def test_the_language_is_hers_until_she_asks_for_the_other(world, open_link):
    link = held(world)

    assert '<html lang="es-co">' in text(open_link(link))
    Client.objects.update(language="en")
    assert '<html lang="en">' in text(open_link(link))
    assert '<html lang="es-co">' in text(open_link(link, data={"lang": "es"}))
    assert '<html lang="en">' in text(open_link(link, data={"lang": "tlh"}))


def test_it_says_what_is_paid_now_and_what_is_left_for_the_spa(world, open_link):
    page = text(open_link(held(world)))

    assert "Hoy pagas el 40 %" in page
    assert 'value="7200000"' in page
    assert 'value="10800000"' in page
    assert "hasta las 7:32 a. m." in page
    assert "Calle 61 n.º 5-32, Bogotá" in page
    assert "https://wa.me/573015550142" in page


@pytest.mark.parametrize(
    ("language", "hour", "minutes", "told"),
    [
        ("es-co", 13, 60, ("la 1:00 p. m.", "1:00 a 2:00 p. m.")),
        ("es-co", 15, 105, ("las 3:00 p. m.", "3:00 a 4:45 p. m.")),
        ("es-co", 11, 90, ("las 11:00 a. m.", "11:00 a. m. a 12:30 p. m.")),
        ("en", 13, 60, ("1:00 p.m.", "1:00 to 2:00 p.m.")),
    ],
)
def test_times_are_told_as_people_say_them(language, hour, minutes, told):
    visit = Appointment(starts_at=at(hour), ends_at=at(hour) + timedelta(minutes=minutes))

    with translation.override(language):
        said = told_at(visit.starts_at, BOGOTA), told_hours(visit, BOGOTA)
        assert tuple(one.replace("\u00a0", " ") for one in said) == told


@pytest.mark.parametrize(("name", "is_told"), [("held", True), ("balance", False)])
def test_only_who_pays_a_deposit_is_told_that_it_is_kept(world, open_link, name, is_told):
    page = text(open_link(STATES[name](world)))

    assert ("el anticipo no se devuelve" in page) == is_told


def test_what_she_paid_at_the_desk_is_taken_off(world, open_link):
    link = held(world)
    world.till.charge(world.till.client.appointments.get(), card(20_000), now=at(7, 5))

    page = text(open_link(link))

    assert 'name="pay"' in page
    assert 'value="5200000"' in page
    assert "Hoy pagas el" not in page


def test_of_what_the_bank_says_only_known_sentences_are_passed_on(world, open_link):
    _visit, payment = begun(world)
    world.hear(reported(payment, "DECLINED"))
    told = payment.transactions.all()

    told.update(status_message="Fondos insuficientes")
    assert "fondos o cupo insuficientes" in text(open_link(Link(payment.request)))
    told.update(status_message="Llama al 300 123 4567 y da tu clave")
    page = text(open_link(Link(payment.request)))
    assert "300 123 4567" not in page
    assert "Respuesta del banco" not in page


def test_no_charge_is_not_promised_to_who_may_have_paid(world, open_link):
    _visit, payment = begun(world)
    booking.expire_due(now=at(7, 43))

    page = text(open_link(Link(fresh(payment.request), at(7, 44))))

    assert "No se hizo ningún cobro" not in page
    assert "Si alcanzaste a pagar" in page


# -- A look changes nothing -------------------------------------------------------------------
@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("name", STATES)
def test_a_look_changes_nothing_but_the_counter(world, open_link, name, method):
    link = STATES[name](world)
    before, were = rows(), stored()

    answer = open_link(link, method=method)

    assert (answer.status_code, rows(), stored()) == (200, before, were)
    assert RateCounter.objects.count() == 1


def test_nobody_logs_in_and_no_session_is_made(world, open_link, client):
    page = open_link(held(world))

    assert set(page.cookies) == {django_settings.CSRF_COOKIE_NAME}
    assert not re.search(r'href="/(?!static/|pay/)', text(page))


@pytest.mark.parametrize("name", STATES)
def test_a_page_holds_nothing_else_of_her(world, open_link, name):
    Client.objects.filter(pk=world.till.client.pk).update(
        name="Mariana Xylander", phone="+573007654321", email="mariana@example.test"
    )
    world.till.client.refresh_from_db()
    other = world.till.house.book(client=make_client(name="Zenobia Ruiz"), starts_at=at(18))

    page = text(open_link(STATES[name](world)))

    for marker in ("Xylander", "3007654321", "765 4321", "mariana@", "Zenobia", other.code):
        assert marker not in page


def test_headers_keep_it_to_herself(world, open_link):
    page = open_link(held(world))

    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert set(page["Content-Security-Policy"].split("; ")) == {
        *("default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self'"),
        *("font-src 'self'", "connect-src 'self'", "manifest-src 'self'", "media-src 'none'"),
        *("object-src 'none'", "frame-src 'none'", "worker-src 'none'", "base-uri 'none'"),
        *("form-action 'self' https://checkout.wompi.co", "frame-ancestors 'none'"),
    }


def test_no_other_page_may_lead_to_the_checkout(world, open_link):
    _visit, payment = begun(world)

    for path in ("/login/", Link(payment.request).return_path):
        policy = open_link(Link(payment.request), path)["Content-Security-Policy"]
        assert "form-action 'self'" in policy.split("; ")


def test_a_look_costs_eight_queries(world, open_link):
    link = held(world)
    open_link(link)

    with CaptureQueriesContext(connection) as queries:
        open_link(link)

    # The request; the limit's counter in a transaction of its own, which is three; the visit with
    # its client, house and policy; the attempts; the breaker; the treatments.
    assert len(queries) <= 8, [one["sql"][-60:] for one in queries][5:]


def test_the_page_with_all_that_it_loads_weighs_little(world, open_link):
    page = open_link(held(world))
    names = statics(text(page))
    total = weight(page.content)
    for name in names:
        with open(finders.find(name), "rb") as file:
            total += weight(file.read())

    assert names == ["css/tokens.css", "css/base.css", "css/pay.css", "js/pay.js"]
    assert total <= 25 * KB, f"{total / KB:.1f} KB"


# -- Which links there are --------------------------------------------------------------------
def changed(token: str, place: int) -> str:
    return token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]


def test_every_wrong_link_gets_the_same_page(world, open_link):
    link = held(world)
    wrong = [
        *("x", "0" * 64, f"{link.token}x", link.token[:-1], link.token.lower()),
        *(changed(link.token, place) for place in (0, 20, 40, 63)),
        link.return_token,
    ]

    pages = {text(open_link(link, f"/pay/{token}/")) for token in wrong}
    codes = {
        open_link(link, f"/return/{token}/").status_code for token in (*wrong[:-1], link.token)
    }

    assert len(pages) == 1
    assert codes == {404}
    assert 'href="/"' not in pages.pop()


def test_a_link_of_an_earlier_version_opens_nothing(world, open_link):
    link = held(world)
    PaymentRequest.objects.update(token_version=2)

    assert open_link(link).status_code == 404
    assert open_link(link, method="post").status_code == 404
    assert open_link(Link(fresh(link.request))).status_code == 200


def test_links_outlive_the_change_of_keys_and_not_the_loss_of_one(world, open_link, settings):
    link = held(world)
    path, old = link.path, settings.LINK_KEYS

    settings.LINK_KEYS = ["n" * 60, *old]
    assert open_link(link, path).status_code == 200
    assert open_link(link).status_code == 200
    settings.LINK_KEYS = ["n" * 60]
    assert open_link(link, path).status_code == 404


@pytest.mark.parametrize("name", ["expired", "ended", "cancelled", "paid"])
def test_a_month_after_the_end_there_is_no_page(world, open_link, name):
    request = STATES[name](world).request
    # Whichever is later, the end of the hold or of the link.
    end = at(7, 32) if name in ("ended", "cancelled") else request.closed_at
    gone = Link(request, end + payment_requests.SHOWN_AFTERWARDS)

    assert open_link(Link(request, gone.now - timedelta(minutes=1))).status_code == 200
    assert open_link(gone).status_code == 404
    assert open_link(gone, f"{gone.path}visit.ics").status_code == 404


# -- The button -------------------------------------------------------------------------------
def press(open_link, link: Link, **data):
    return open_link(link, method="post", data=data or {"pay": "1"})


def sent_to(response) -> dict[str, str]:
    query = parse_qs(urlsplit(response["Location"]).query)
    return {name: value for name, [value] in query.items()}


def test_the_button_leads_to_wompi_with_nothing_of_her(world, open_link):
    link = held(world)

    answer = press(open_link, link)

    asked = sent_to(answer)
    assert answer.status_code == 303
    assert answer["Location"].startswith("https://checkout.wompi.co/p/?")
    assert REFERENCE.fullmatch(asked["reference"])
    assert (asked["amount-in-cents"], asked["currency"]) == ("7200000", "COP")
    assert asked["expiration-time"] == "2026-11-19T12:32:00.000Z"
    assert not [name for name in asked if name.startswith("customer")]
    assert Payment.objects.get().reference == asked["reference"]


def test_wompi_learns_of_no_link_that_pays(world, open_link):
    link = held(world)

    answer = press(open_link, link)

    assert link.token not in answer["Location"]
    back = sent_to(answer)["redirect-url"]
    assert back == f"{django_settings.SITE_URL}/return/{link.return_token}/"
    assert open_link(link, f"/pay/{back.rstrip('/').rpartition('/')[2]}/").status_code == 404


def test_two_tabs_pay_one_reference(world, open_link):
    link = held(world)

    tabs = [sent_to(press(open_link, link))["reference"] for _ in range(2)]

    assert tabs[0] == tabs[1]
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [("processing", "processing"), ("paid", "paid"), ("expired", "expired"), ("ended", "ended")],
)
def test_who_cannot_pay_reads_why_on_the_page_as_it_is_now(world, open_link, name, says):
    link = STATES[name](world)
    before = Payment.objects.count()

    answer = press(open_link, link)

    assert answer.status_code == 422
    assert 'role="alert"' in text(answer)
    assert f'data-state="{says}-' in text(answer)
    assert Payment.objects.count() == before


def test_one_link_is_locked_while_another_of_the_visit_is_paid(world, open_link):
    visit, payment = begun(world)
    payment_requests.end(appointment=visit, now=at(7, 5), actor=DESK)
    link = Link(world.ask(visit, now=at(7, 5)))
    world.hear(reported(payment, "PENDING", created_at=at(7, 5)))

    assert 'data-state="processing-' in text(open_link(link))
    assert press(open_link, link).status_code == 422


def test_a_form_from_elsewhere_is_refused(world, open_link):
    link = held(world)
    open_link(link)  # the moment
    elsewhere = Browser(enforce_csrf_checks=True)

    answer = elsewhere.post(link.path, {"pay": "1"})

    assert answer.status_code == 403
    assert 'href="/"' not in text(answer)
    assert not Payment.objects.exists()


def test_the_pages_own_form_is_taken(world, open_link):
    link = held(world)
    open_link(link)
    browser = Browser(enforce_csrf_checks=True)
    key = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text(browser.get(link.path)))[1]

    answer = browser.post(link.path, {"pay": "1", "csrfmiddlewaretoken": key})

    assert answer.status_code == 303


def test_another_link_is_asked_for_once(world, open_link):
    link = STATES["expired"](world)

    answer = press(open_link, link, again="1")
    press(open_link, Link(link.request, at(7, 50)), again="1")

    assert (answer.status_code, answer["Location"]) == (303, link.path)
    assert fresh(link.request).asked_again_at == link.now
    page = text(open_link(link))
    assert "las 7:34 a. m." in page
    assert 'name="again"' not in page


def test_the_language_stays_when_the_button_asks(world, open_link):
    link = STATES["expired"](world)

    answer = open_link(link, f"{link.path}?lang=en", "post", {"again": "1"})

    assert answer["Location"] == f"{link.path}?lang=en"


def test_the_gateways_absence_keeps_nobody_from_the_checkout(world, open_link):
    answer = press(open_link, STATES["down"](world))

    assert answer.status_code == 303


# -- Limits -----------------------------------------------------------------------------------
def test_a_page_opens_sixty_times_a_minute(world, open_link):
    link = held(world)

    codes = [open_link(link).status_code for _ in range(61)]

    assert (set(codes[:60]), codes[60]) == ({200}, 429)
    assert open_link(link).headers["Retry-After"] == "60"


def test_who_guesses_links_waits_and_who_has_one_does_not(world, open_link):
    link = held(world)

    codes = [open_link(link, f"/pay/{'A' * 63}{end}/").status_code for end in "A" * 31]

    assert (set(codes[:30]), codes[30]) == ({404}, 429)
    assert open_link(link).status_code == 200


def test_the_button_is_pressed_six_times_in_ten_minutes(world, open_link):
    link = held(world)

    codes = [press(open_link, link).status_code for _ in range(7)]

    assert codes == [303] * 6 + [429]
    assert open_link(link).status_code == 200


# -- The calendar -----------------------------------------------------------------------------
def test_who_has_paid_may_write_the_visit_down(world, open_link):
    link = paid(world)

    answer = open_link(link, f"{link.path}visit.ics")

    file = text(answer).replace("\r\n ", "")
    assert answer["Content-Type"].startswith("text/calendar")
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert "DTSTART:20261119T200000Z" in file
    assert "LOCATION:Chapinero\\, Calle 61 n.º 5-32\\, Bogotá" in file
    assert not [word for word in ("Masaje", "Mariana", "180") if word in file]
    assert f'href="{link.path}visit.ics"' in text(open_link(link))


@pytest.mark.parametrize("name", ["held", "expired", "cancelled", "balance that is paid"])
def test_nobody_writes_down_what_may_not_be_or_has_been(world, open_link, name):
    link = STATES[name](world)

    assert open_link(link, f"{link.path}visit.ics").status_code == 404
    assert "visit.ics" not in text(open_link(link))


# -- What the open page asks ------------------------------------------------------------------
def ask(open_link, link: Link, page, path: str = ""):
    mark = re.search(r'data-state="([^"]+)"', text(page))[1]
    return open_link(link, path, headers={"Pay-State": mark})


@pytest.mark.parametrize("name", STATES)
def test_an_open_page_is_told_nothing_while_nothing_is_new(world, open_link, name):
    link = STATES[name](world)

    answer = ask(open_link, link, open_link(link))

    assert (answer.status_code, answer.content) == (204, b"")


def test_an_open_page_is_told_what_became_of_the_payment(world, open_link):
    _visit, payment = begun(world)
    link = Link(payment.request)
    page = open_link(link)
    world.hear(reported(payment))

    answer = ask(open_link, link, page)

    assert answer.status_code == 200
    assert text(answer).lstrip().startswith("<main")
    assert 'data-state="paid-' in text(answer)
    assert "data-poll" not in text(answer)


def test_an_open_page_is_told_that_there_is_more_time(world, open_link):
    link = held(world)
    page = open_link(link)
    visit = world.till.client.appointments.get()
    booking.keep(appointment=visit, minutes=90, now=at(7, 10), actor=DESK)

    assert ask(open_link, link, page).status_code == 200
