"""Wompi's bad days under a running desk: nobody at the desk waits for it, and no money is lost."""

import json
import statistics
import threading
import time
from datetime import UTC, datetime

import requests

from frontdesk.supervisor import sandbox as sandboxes
from tests.drills import drill, expect
from tests.drills.places import Desk, desk

BUSY_HOUR = 16  # UTC: eleven in Bogotá
USERS, SECONDS = 8, 8
PAGES = ("/", "/check-in/", "/clients/", "/payments/")
MOST_TIMES = 2  # so much longer may a desk page take while the gateway hangs
APPLIED_WITHIN = 3  # seconds, from the payer's approval
# Who waits for a deposit begins to pay; the reference and the checkout's address of each.
BEGIN = """
import json
from django_q.tasks import async_task
from spa import clock
from spa.models import Appointment
from spa.services import gateway, payment_requests
from spa.services.audit import SYSTEM
from spa.wompi import keys
from spa.wompi.checkout import checkout_url
begun = []
for visit in Appointment.objects.filter(status="pending_payment", held_until__gt=clock.now()):
    request = payment_requests.open_request(appointment=visit, now=clock.now(), actor=SYSTEM)
    opened = gateway.open_attempt(request=request, now=clock.now())
    for _ in range({looks}):
        async_task("tasks.gateway.look", opened.payment.reference)
    url = checkout_url(keys=keys.load(), reference=opened.payment.reference,
        amount_in_cents=opened.payment.amount_cents, expires_at=opened.ends_at,
        return_url="http://localhost:1/return/x/")
    begun.append([visit.code, url])
print(json.dumps(begun))
"""
STATUS = "select status from spa_appointment where code = %s"


@drill("with the gateway hanging the desk is fast, and then money comes in 3 s", quick=False)
def gateway_hangs() -> str:
    now = datetime.now(UTC)
    offset = str((BUSY_HOUR - now.hour) * 3600 - now.minute * 60)
    with desk(has_spa=True, SPA_CLOCK_OFFSET=offset) as place:
        stand_in = sandboxes.Sandbox(place.port, place.port + sandboxes.DISTANCE)
        place.settings.update(stand_in.settings)  # for what is started beside it from now on
        sandbox = Sandbox(stand_in.port)
        sessions = [log_in(place) for _ in range(USERS)]
        usual = median_page(place, sessions)
        sandbox.control("faults", fault="api.hang", seconds=10)
        begun = begin(place, looks=10)
        hanging = median_page(place, sessions)
        sandbox.control("faults/clear")
        times = hanging / usual
        assert times < MOST_TIMES, f"{times:.2f} times as long as usual"
        expect("the breaker is closed", lambda: is_closed(place), seconds=150)
        took = max(pay(place, sandbox, code, url) for code, url in begun)
        assert took < APPLIED_WITHIN, f"applied after {took:.1f} s"
        assert place.manage("verify").returncode == 0
    return f"{times:.2f} times as long, applied after {took:.1f} s at most"


class Sandbox:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/_control/"

    def control(self, lever: str, **given: object) -> dict:
        answer = requests.post(self.url + lever, json=given, timeout=40)
        answer.raise_for_status()
        return answer.json()


def log_in(place: Desk) -> requests.Session:
    session, url = requests.Session(), f"http://127.0.0.1:{place.port}/login/"
    page = session.get(url, timeout=20).text
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {"login": "recepcion@demo.test", "password": "demo-spa", "csrfmiddlewaretoken": token}
    answer = session.post(url, data=form, headers={"Referer": url}, timeout=20)
    assert answer.ok
    assert "/login/" not in answer.url
    return session


def median_page(place: Desk, sessions: list[requests.Session]) -> float:
    """Return how long a page takes while all of them ask for pages, in seconds."""
    took: list[float] = []
    until = time.monotonic() + SECONDS

    def ask(session: requests.Session) -> None:
        while time.monotonic() < until:
            for page in PAGES:
                answer = session.get(f"http://127.0.0.1:{place.port}{page}", timeout=30)
                assert answer.ok, f"{page}: {answer.status_code}"
                took.append(answer.elapsed.total_seconds())

    threads = [threading.Thread(target=ask, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statistics.median(took)


def begin(place: Desk, *, looks: int) -> list[list[str]]:
    """Let everybody who waits begin to pay, and have Wompi asked about each so often."""
    done = place.manage("shell", "-v", "0", "-c", BEGIN.replace("{looks}", str(looks)))
    told = [line for line in done.stdout.splitlines() if line.startswith("[")]
    begun = json.loads(told[-1]) if told else []
    assert begun, done.stdout[-2000:]
    return begun


def is_closed(place: Desk) -> bool:
    phases = place.ask("select phase from spa_breakerstate")
    return all(phase == "closed" for (phase,) in phases)


def pay(place: Desk, sandbox: Sandbox, code: str, url: str) -> float:
    """Pay on the hosted page; return the seconds until the visit is confirmed."""
    began = time.monotonic()
    sandbox.control("pay", url=url, outcome="APPROVED")
    while place.ask(STATUS, code) != [("confirmed",)]:
        assert time.monotonic() - began < 30, f"{code} is not confirmed"
        time.sleep(0.02)
    return time.monotonic() - began
