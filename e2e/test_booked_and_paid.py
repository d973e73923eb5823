"""From the telephone to *pagada*: booked, written to, paid at Wompi, and seen at the open desk.

Wompi's stand-in is a process of its own; events, mail and tasks go their real ways.
"""

import re
import threading

import pytest
from django.db import connections
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from playwright.sync_api import expect

from e2e.spa_house import let_in
from frontdesk.supervisor.sandbox import DEMO_KEYS
from spa.models import Appointment, Client, SpaPolicy
from tests.bad_days.conftest import stand_in  # noqa: F401
from tests.factories import ask_for_deposits
from tests.wompi_sandbox.wompi import Wompi

PATIENCE = 20_000  # milliseconds: the open day asks every ten seconds


@pytest.fixture
def gateway(live_server, stand_in, settings, tmp_path):  # noqa: F811
    """A spa that is paid through the stand-in, and whose demo's mail lies in a folder."""
    for name, value in DEMO_KEYS.items():
        setattr(settings, name, value)
    settings.WOMPI_API_URL = stand_in["api"]
    settings.WOMPI_CHECKOUT_URL = stand_in["checkout"].removesuffix("/p/")
    settings.SITE_URL, settings.DEMO = live_server.url, True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    wompi = Wompi(stand_in)
    wompi.control("reset")
    wompi.control("settings", events_url=f"{live_server.url}/webhooks/wompi/")
    yield wompi
    wompi.control("reset")
    wompi.close()


@pytest.fixture
def cluster():
    """Somebody who carries out what is queued, as the task cluster does."""
    stopped = threading.Event()

    def work():
        while not stopped.wait(0.1):
            for row in OrmQ.objects.order_by("pk"):
                row.delete()
                import_string(row.task["func"])(*row.task["args"])
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    yield
    stopped.set()
    worker.join()


def test_a_visit_is_booked_by_telephone_and_paid_by_link(
    page, new_context, watch, live_server, house, gateway, cluster
):
    ask_for_deposits(percent=100)
    SpaPolicy.objects.update(no_deposit_within_hours=0)
    Client.objects.filter(pk=house.mariana.pk).update(email="mariana@correo.test")
    let_in(page.context, live_server.url, "marcela@spa.test")
    page.goto(live_server.url)
    page.wait_for_selector("#day")

    # With the client on the telephone.
    page.keyboard.press("n")
    page.wait_for_selector("#client-search:focus")
    page.keyboard.type("mariana")
    page.wait_for_selector('#new-clients [role="option"][aria-selected="true"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#usual:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector('#book[value="link"]')
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#links .qr")
    page.keyboard.press("Escape")
    code = Appointment.objects.latest("pk").code
    card = page.locator(f'[data-appointment="{code}"]').first
    expect(card).to_have_attribute("data-status", "pending")

    # The client reads her mail, and follows the link.
    context = new_context(viewport={"width": 390, "height": 844})
    watch(context)
    phone = context.new_page()
    letters = phone.locator("[data-mail]")
    phone.goto(f"{live_server.url}/demo/outbox/")
    expect(letters).to_have_count(1)
    letters.locator('a[href*="/pay/"]').click()
    phone.get_by_role("button", name=re.compile("Pagar")).click()

    # On the hosted page she pays, and is back.
    phone.wait_for_url(re.compile(r"/p/\?"))
    phone.get_by_role("button", name="Aprobar").click()
    phone.wait_for_url(re.compile(r"/return/"))
    expect(phone.locator("main")).to_contain_text("Recibimos tu pago", timeout=PATIENCE)

    # And the desk, which nobody has touched, knows.
    expect(card).to_have_attribute("data-status", "paid", timeout=PATIENCE)
    expect(page.locator("#toasts")).to_contain_text("Mariana")
