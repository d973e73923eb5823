"""Payments by link on the open day, and the list of them: states, news, Wompi's health."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from spa.models import BreakerState
from spa.services import booking, gateway, payment_requests
from spa.services.audit import Actor
from tests.factories import TODAY, ask_for_deposits, at, make_client, make_location
from tests.frontdesk.people import worker
from tests.spa.booking.houses import House, lift_limits
from tests.spa.gateway.links import reported, with_keys

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DAY, LINKS = "/calendar/2026-11-19/", "/payments/links/"


@pytest.fixture(autouse=True)
def seven_in_english(monkeypatch, client, settings):
    monkeypatch.setattr("spa.clock.now", lambda: at(7))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with_keys(settings)


@pytest.fixture
def house():
    made = House(places=4, shared=True)
    lift_limits()
    ask_for_deposits()
    return made


@pytest.fixture
def desk(client, house):
    client.force_login(worker("receptionist", house.location))
    return client


def hold(house, *, hour: int = 10, day: date = TODAY):
    """Return a visit that waits until eight for its deposit."""
    terms, client = booking.Terms(keep_minutes=60), make_client(name="Mariana Echeverri")
    return house.book(now=at(7), starts_at=at(hour, day=day), client=client, terms=terms)


def begin(visit):
    request = payment_requests.open_request(appointment=visit, now=at(7), actor=Actor())
    return gateway.open_attempt(request=request, now=at(7, 2)).payment


def hear(payment, status: str = "APPROVED", *, minute: int = 6):
    told = reported(payment, status)
    return gateway.settle(reference=told.reference, found=[told], now=at(7, minute))


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def version_of(page) -> str:
    return re.search(r'hx-get="/calendar/2026-11-19/\?v=([^"]+)"', page.content.decode())[1]


def poll(client, version):
    return client.get(f"{DAY}?v={version}", headers=HTMX)


def open_the_breaker(phase: str = "open"):
    BreakerState.objects.update_or_create(
        name="wompi", defaults={"phase": phase, "opened_at": timezone.now()}
    )


def card(page: str, visit) -> str:
    return re.search(rf'<a class="appt[^>]*data-appointment="{visit.code}".*?</a>', page)[0]


# -- The day ----------------------------------------------------------------------------------
def test_the_day_says_that_wompi_works(desk):
    assert re.search(r'data-gateway data-tone="ok">.*Wompi <b>works</b>', text(desk.get(DAY)))


@pytest.mark.parametrize("phase", ["open", "half-open"])
def test_it_says_where_to_charge_while_wompi_does_not_answer(desk, phase):
    open_the_breaker(phase)

    page = text(desk.get(DAY))

    assert 'data-gateway data-tone="bad"' in page
    assert "Wompi does not answer: <b>charge at the desk</b>" in page


def test_an_open_day_hears_of_wompi_within_a_poll(desk):
    version = version_of(desk.get(DAY))
    assert poll(desk, version).status_code == 204

    open_the_breaker()

    assert "charge at the desk" in text(poll(desk, version))


def test_without_a_gateway_it_says_nothing_of_one(desk, settings):
    for name in ("PUBLIC_KEY", "PRIVATE_KEY", "EVENTS_SECRET", "INTEGRITY_SECRET"):
        setattr(settings, f"WOMPI_{name}", "")

    assert "Wompi" not in text(desk.get(DAY))


def test_a_card_says_that_its_payment_is_under_way(desk, house):
    visit, other = hold(house), hold(house, hour=12)
    payment = begin(visit)
    begin(other)
    version = version_of(desk.get(DAY))

    hear(payment, "PENDING")

    page = text(poll(desk, version))
    assert "Wompi is processing a payment" in card(page, visit)
    assert "Wompi is processing a payment" not in card(page, other)


def test_a_card_says_that_it_is_kept_for_longer_since_wompi_is_away(desk, house, monkeypatch):
    visit = hold(house)
    booking.prolong_due(now=at(7, 59))
    monkeypatch.setattr("spa.clock.now", lambda: at(8))

    assert "since Wompi does not answer" in card(text(desk.get(DAY)), visit)

    booking.keep(appointment=visit, minutes=90, now=at(8), actor=Actor())
    assert "since Wompi does not answer" not in card(text(desk.get(DAY)), visit)


def test_an_approval_is_told_to_the_open_day_once_and_redraws_the_panel(desk, house):
    visit = hold(house)
    payment = begin(visit)
    version = version_of(desk.get(DAY))

    hear(payment)

    answer = poll(desk, version)
    assert f"Mariana has paid by link: 10:00 · {visit.code}" in text(answer)
    assert answer["HX-Trigger"] == "panel-outdated"
    assert 'data-status="paid"' in card(text(answer), visit) or "confirmed" in text(answer)
    assert poll(desk, version_of(answer)).status_code == 204
    assert "has paid by link" not in text(desk.get(DAY))


def test_what_is_charged_at_the_desk_is_no_news_of_wompi(desk, house):
    visit = hold(house)
    version = version_of(desk.get(DAY))
    booking.confirm_without_deposit(
        appointment=visit,
        reason_code="regular",
        now=at(7),
        actor=Actor(user=worker("manager", house.location)),
    )

    answer = poll(desk, version)

    assert "has paid by link" not in text(answer)
    assert "HX-Trigger" not in answer


@pytest.mark.parametrize("version", ["x", "1.1~", "~99999999999999999999999", ".00000000~1x", ""])
def test_a_version_of_somebodys_own_draws_the_day(desk, house, version):
    assert poll(desk, version).status_code == 200


def test_a_client_who_asks_for_another_link_is_counted_and_the_list_is_near(desk, house):
    visit = hold(house)
    request = begin(visit).request
    assert "another link" not in text(desk.get(DAY))

    payment_requests.ask_again(request=request, now=at(9))

    page = text(desk.get(DAY))
    assert f'href="{LINKS}"' in page
    assert "<b>1</b> asks for another link" in page


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_the_day_costs_at_most_twelve_queries(desk, house, headers, django_assert_max_num_queries):
    for hour in (10, 12, 14):
        hear(begin(hold(house, hour=hour)), "PENDING")
    desk.get(DAY)

    with django_assert_max_num_queries(12):
        desk.get(DAY, headers=headers)


def test_links_add_one_query_to_the_day_however_many(desk, house, settings):
    hear(begin(hold(house)), "PENDING")
    desk.get(DAY)
    with CaptureQueriesContext(connection) as with_links:
        desk.get(DAY)
    settings.WOMPI_PUBLIC_KEY = settings.WOMPI_PRIVATE_KEY = ""
    settings.WOMPI_EVENTS_SECRET = settings.WOMPI_INTEGRITY_SECRET = ""
    with CaptureQueriesContext(connection) as without:
        desk.get(DAY)

    assert len(with_links) == len(without) + 1


# -- The list ---------------------------------------------------------------------------------
def rows(client, **query) -> dict[str, str]:
    """Return the rows of the list by the codes of their visits, in order."""
    page = text(client.get(LINKS, query))
    found = re.findall(r'<tr[^>]*data-link="([^"]+)"[^>]*>(.*?)</tr>', page)
    return dict(found)


@pytest.fixture
def some(house):
    """One link of each kind, by what became of it."""
    kinds = ("open", "paying", "declined", "ended", "paid")
    visits = {kind: hold(house, hour=10 + 2 * n) for n, kind in enumerate(kinds)}
    payments = {kind: begin(visit) for kind, visit in visits.items()}
    hear(payments["paying"], "PENDING")
    hear(payments["declined"], "DECLINED")
    hear(payments["paid"])
    payment_requests.end(appointment=visits["ended"], now=at(7, 8), actor=Actor())
    return visits


def test_the_list_shows_what_is_open_with_its_state_and_time_left(desk, some):
    shown = rows(desk)

    assert set(shown) == {some[kind].code for kind in ("open", "paying", "declined")}
    assert "1 h" in shown[some["open"].code]
    assert 'data-stage="paying"' in shown[some["paying"].code]
    assert 'data-stage="declined"' in shown[some["declined"].code]
    assert f'href="/appointments/{some["open"].code}/"' in shown[some["open"].code]


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("paying", {"paying"}),
        ("declined", {"declined"}),
        ("closed", {"ended", "paid"}),
        ("wanted", set()),
        ("nonsense", {"open", "paying", "declined"}),
    ],
)
def test_it_is_narrowed_by_state(desk, some, state, kinds):
    assert set(rows(desk, state=state)) == {some[kind].code for kind in kinds}


def test_who_asks_for_another_link_comes_first_until_she_has_one(desk, house, some):
    request = payment_requests.open_request(
        appointment=booking_of(some["ended"]), now=at(7, 9), actor=Actor()
    )
    payment_requests.ask_again(request=request, now=at(8, 30))

    first, row = next(iter(rows(desk).items()))
    assert first == some["ended"].code
    assert "Asks for another link" in row

    booking.keep(appointment=booking_of(some["ended"]), minutes=60, now=at(8, 31), actor=Actor())
    payment_requests.open_request(
        appointment=booking_of(some["ended"]), now=at(8, 32), actor=Actor()
    )
    assert rows(desk, state="wanted") == {}


def booking_of(visit):
    visit.refresh_from_db()
    return visit


def test_a_visit_that_has_begun_asks_for_nothing_any_more(desk, house, monkeypatch):
    request = begin(hold(house)).request
    payment_requests.ask_again(request=request, now=at(8, 30))
    assert rows(desk, state="wanted")

    monkeypatch.setattr("spa.clock.now", lambda: at(10, 1))

    assert rows(desk, state="wanted") == {}


def test_another_house_has_its_own(client, some):
    client.force_login(worker("receptionist", make_location()))

    assert rows(client) == {}


def test_what_is_older_than_a_month_is_not_listed(desk, some, monkeypatch):
    monkeypatch.setattr("spa.clock.now", lambda: at(7) + timedelta(days=31))

    assert rows(desk, state="closed") == {}


def test_the_list_never_shows_a_link_itself(desk, some):
    assert "/pay/" not in text(desk.get(LINKS))


def test_the_list_costs_at_most_ten_queries_however_long(
    desk, house, some, django_assert_num_queries
):
    desk.get(LINKS)
    with CaptureQueriesContext(connection) as few:
        desk.get(LINKS)
    for hour in range(8, 18, 2):
        begin(hold(house, hour=hour, day=TODAY + timedelta(days=1)))

    assert len(few) <= 10
    with django_assert_num_queries(len(few)):
        desk.get(LINKS)
