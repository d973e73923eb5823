"""Browser journeys, in processes of their own (`./run test` starts them)."""

import os

import pytest

from e2e import chromium
from e2e.hands import Hands
from e2e.spa_house import MORNING, book, log_in, make_spa, make_worker
from tests.factories import at, make_client
from tests.flush import sweep_instead_of_flush
from tests.seeds import Seed

# Playwright keeps an event loop in the main thread from the first browser test on, and Django
# then refuses every query there. Nothing runs concurrently in that thread: only the guard goes.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

sweep_instead_of_flush()

PATIENCE = 5_000  # milliseconds until a journey gives up on what must happen


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return browser_type_launch_args | chromium.how_to_launch(browser_type_launch_args.get("args"))


@pytest.fixture
def house(transactional_db, monkeypatch):
    """The small spa, at ten to ten in the morning, with a receptionist who can log in."""
    monkeypatch.setattr("spa.clock.now", lambda: MORNING)
    return HOUSE.sow()


def _make_house():
    house = make_spa()
    make_worker(house.location, "receptionist", "marcela@spa.test", name="Marcela Duarte")
    return house


HOUSE = Seed(_make_house)


@pytest.fixture
def other_visit(house):
    """Somebody else's visit, at two with Paola."""
    return book(house.location, make_client(), [(house.massage, house.paola)], at(14))


@pytest.fixture
def desk(page, live_server, house):
    """The day, open before a receptionist."""
    log_in(page, live_server)
    return page


@pytest.fixture(autouse=True)
def gateway_is_gone_afterwards(settings):
    """A screen that gives the house a gateway sets these keys: with the test they go again."""
    settings.WOMPI_PUBLIC_KEY = settings.WOMPI_PUBLIC_KEY


@pytest.fixture(autouse=True)
def watch(context):
    """Whatever a journey does, its browsers have nothing to complain of.

    A journey with a second window has it watched too.
    """
    problems = []
    _watch(context, problems)
    yield lambda other: _watch(other, problems)
    assert problems == []


@pytest.fixture
def open_desk(new_context, live_server, watch):
    """Open the desk in a window of its own, with a session of its own."""

    def open_desk(email: str = "marcela@spa.test", **options):
        context = new_context(**options)
        watch(context)
        page = context.new_page()
        log_in(page, live_server, email)
        return page

    return open_desk


def _watch(context, problems):
    context.set_default_timeout(PATIENCE)
    context.set_default_navigation_timeout(6 * PATIENCE)  # the first page finds everything cold
    chromium.watch(context, problems)


# -- The stop-watch ---------------------------------------------------------------------------
@pytest.fixture
def hands(page, request, house):
    """Hands whose every action is counted; what they did is printed after the last test."""
    hands = Hands(page)
    yield hands
    # A report's properties reach the terminal from another process too.
    request.node.user_properties += [("task", [task.name, str(task)]) for task in hands.tasks]


def pytest_terminal_summary(terminalreporter):
    reports = [one for one in terminalreporter.getreports("") if one.when == "teardown"]
    tasks = [told for one in reports for what, told in one.user_properties if what == "task"]
    if not tasks:
        return
    terminalreporter.section("stop-watch")
    width = max(len(name) for name, _ in tasks)
    for name, told in tasks:
        terminalreporter.write_line(f"{name:<{width}}  {told}")
