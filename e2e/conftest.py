"""Browser journeys, in a process of their own (`./run test` starts it)."""

import os
import shutil

import pytest

from e2e.spa_house import MORNING, book, make_spa, make_worker
from tests.factories import at, make_client
from tests.flush import let_flush_through

# Playwright keeps an event loop in the main thread from the first browser test on, and Django
# then refuses every query there. Nothing runs concurrently in that thread: only the guard goes.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

PATIENCE = 5_000  # milliseconds until a journey gives up on what must happen
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the system's Chromium where there is one; Playwright's own needs a download."""
    arguments = [*browser_type_launch_args.get("args", []), *QUIET]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    own = shutil.which("chromium")
    chosen = {"executable_path": own} if own else {}
    return {**browser_type_launch_args, "args": arguments, **chosen}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let a flush (TRUNCATE) through, as for the other tests."""
    let_flush_through(django_db_blocker)


@pytest.fixture
def house(transactional_db, monkeypatch):
    """The small spa, at ten to ten in the morning, with a receptionist who can log in."""
    monkeypatch.setattr("spa.clock.now", lambda: MORNING)
    house = make_spa()
    make_worker(house.location, "receptionist", "marcela@spa.test", name="Marcela Duarte")
    return house


@pytest.fixture
def other_visit(house):
    """Somebody else's visit, at two with Paola."""
    return book(house.location, make_client(), [(house.massage, house.paola)], at(14))


@pytest.fixture(autouse=True)
def _a_clean_console(page):
    """Whatever a journey does, the browser has nothing to complain of."""
    page.set_default_timeout(PATIENCE)
    problems = []
    page.on("pageerror", lambda error: _complain_of(error, problems))
    page.on("console", lambda message: _complain(message, problems))
    yield
    assert problems == []


# A refusal (4xx) and a network that a journey switched off are no errors of ours.
EXPECTED = ("Failed to load resource", "net::ERR", "htmx:")


def _complain_of(error, problems):
    # HTMX rejects a promise of its own, with nothing in it, for a request without an answer.
    if str(error) != "undefined":
        problems.append(str(error))


def _complain(message, problems):
    if message.type == "error" and not any(text in message.text for text in EXPECTED):
        problems.append(message.text)
