"""Take a picture of every screen, as the demo spa fills it: `./run screenshots`.

No test, so `./run test` leaves it alone. The pictures are Spanish, of a Thursday at twenty
past eleven, at three widths, light and dark, under var/screenshots/, named after the screen.
"""

import re
from pathlib import Path

import pytest
from django.db import transaction

from e2e.axe import SETTLED, WIDTHS
from e2e.screens import SCREENS, to
from e2e.spa_house import SpaHouse, log_in, make_worker
from e2e.test_pay import open_link, world  # noqa: F401 — fixtures
from spa.demo import bruma
from spa.models import Appointment, AppointmentStatus, Location, Service, StaffMember
from tests.factories import TODAY, at
from tests.frontdesk.pay_states import STATES

FOLDER = Path(__file__).resolve().parent.parent / "var" / "screenshots"
NOW = at(11, 20)
SCHEMES = ("light", "dark")


@pytest.fixture
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "es-CO", "timezone_id": "America/Bogota"}


@pytest.fixture
def house(transactional_db, monkeypatch):
    """The demo spa, and in it what the screens are opened with."""
    monkeypatch.setattr("spa.clock.now", lambda: NOW)
    with transaction.atomic():
        bruma.start(NOW)
    location = Location.objects.get(name="Chapinero")
    worker = make_worker(location, "receptionist", "marcela@spa.test", name="Marcela Duarte")
    worker.locations.add(*Location.objects.all())
    visit = visit_ahead(location)
    return SpaHouse(
        location=location,
        paola=visit.items.get().staff,
        camilo=StaffMember.objects.get(name="Camilo Bernal"),
        massage=Service.objects.get(name="Masaje relajante"),
        facial=Service.objects.get(name="Facial hidratante"),
        mariana=visit.client,
        visit=visit,
    )


def visit_ahead(location: Location) -> Appointment:
    """Return a visit of this afternoon, one card long, whose client has been here before."""
    ahead = Appointment.objects.filter(
        location=location,
        status=AppointmentStatus.CONFIRMED,
        starts_at__date=TODAY,
        starts_at__gt=NOW,
        items__staff__name="Paola Rincón",
        client__appointments__status=AppointmentStatus.COMPLETED,
    )
    in_order = ahead.order_by("starts_at", "pk").distinct()
    return next(visit for visit in in_order if visit.items.count() == 1)


def test_every_screen_is_taken(page, live_server, house):
    page.clock.set_fixed_time(NOW)
    page.goto(live_server.url)
    take(page, "the log-in")
    for screens in SCREENS.values():
        log_in(page, live_server)
        for name, open_it in screens.items():
            page.set_viewport_size({"width": 1366, "height": WIDTHS[1366]})
            to(page, "/")
            open_it(page, house)
            take(page, name)
            if name == "the day":
                page.emulate_media(media="print", color_scheme="light")
                page.screenshot(path=FOLDER / "the-day-printed.png", full_page=True)
                page.emulate_media(media="screen")


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_a_payment_link_is_taken(page, world, open_link, state):  # noqa: F811
    link = STATES[state](world)
    page.clock.set_fixed_time(link.now)
    open_link(page, link)
    take(page, f"a payment link, {state}")


def take(page, name: str) -> None:
    stem = re.sub(r"\W+", "-", name)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.evaluate(SETTLED)
            page.screenshot(path=FOLDER / f"{stem}-{width}-{scheme}.png", full_page=True)
