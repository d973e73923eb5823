"""The product and Wompi's stand-in, a process of its own, with real events between them."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spa.postgres.checks import check_now
from spa.services import verification
from spa.wompi import client, transport
from tests.bad_days.day import Day
from tests.factories import at
from tests.wompi_sandbox.shop import SECRET
from tests.wompi_sandbox.wompi import INTEGRITY, PRIVATE, PUBLIC, Wompi

BASE_DIR = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def stand_in():
    """Wompi's stand-in; its clock says seven in the morning of the tests' day."""
    offset = int((at(7, 2) - datetime.now(UTC)).total_seconds())
    command = [sys.executable, "-m", "e2e.wompi_sandbox", "--port", "0"]
    command += ["--clock-offset", str(offset)]
    process = subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)
    yield json.loads(process.stdout.readline()) | {"offset": offset}
    process.terminate()
    process.wait(10)


@pytest.fixture
def day(transactional_db, live_server, stand_in, settings, monkeypatch):
    """A day on which something goes wrong with Wompi; at its end the books are checked."""
    settings.WOMPI_PUBLIC_KEY, settings.WOMPI_PRIVATE_KEY = PUBLIC, PRIVATE
    settings.WOMPI_EVENTS_SECRET, settings.WOMPI_INTEGRITY_SECRET = SECRET, INTEGRITY
    settings.WOMPI_API_URL = stand_in["api"]
    settings.WOMPI_CHECKOUT_URL = stand_in["checkout"].removesuffix("/p/")
    settings.SITE_URL = live_server.url
    # Who does not answer is given up at once, and nobody waits between two readings.
    monkeypatch.setattr(transport, "READ_SECONDS", 0.4)
    monkeypatch.setattr(client, "BEFORE_READING_AGAIN", 0)
    wompi = Wompi(stand_in)
    wompi.control("reset")
    webhook = f"{live_server.url}/webhooks/wompi/"
    wompi.control("settings", events_url=webhook, retry_scale=1, void_seconds=1)
    day = Day(wompi, settings, offset=stand_in["offset"])
    yield day
    wompi.control("reset")
    wompi.close()
    check_now()
    assert list(verification.findings()) == []
