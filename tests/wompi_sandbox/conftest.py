"""The sandbox as a process of its own, a merchant who asks it, and a shop that hears of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wompi_sandbox.shop import Shop
from tests.wompi_sandbox.wompi import Wompi

BASE_DIR = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def process():
    command = [sys.executable, "-m", "e2e.wompi_sandbox", "--port", "0"]
    process = subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)
    yield json.loads(process.stdout.readline())
    process.terminate()
    assert process.wait(10) == 0


@pytest.fixture(scope="session")
def open_shop():
    shop = Shop()
    yield shop
    shop.close()


@pytest.fixture
def shop(open_shop):
    """Whoever gets the events; each test has it empty, and content with everything."""
    open_shop.clear()
    return open_shop


@pytest.fixture
def wompi(process, shop):
    """The sandbox as it was at its start, with the shop as its merchant."""
    wompi = Wompi(process)
    wompi.control("reset")
    # Retries in their real time: whoever waits for one puts the clock forward.
    wompi.control("settings", events_url=shop.url, retry_scale=1, void_seconds=1)
    yield wompi
    wompi.control("reset")
    wompi.close()
