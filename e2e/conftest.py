"""Browser journeys, in a process of their own (`./run test` starts it)."""

import os

import pytest

from e2e import chromium
from e2e.hands import Hands, Task
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
    chromium.watch(context, problems)


# -- The stop-watch ---------------------------------------------------------------------------
TASKS = pytest.StashKey[list[Task]]()


@pytest.fixture
def hands(page, request, house):
    """Hands whose every action is counted; what they did is printed after the last test."""
    return Hands(page, request.config.stash.setdefault(TASKS, []))


def pytest_terminal_summary(terminalreporter, config):
    tasks = config.stash.get(TASKS, [])
    if not tasks:
        return
    terminalreporter.section("stop-watch")
    width = max(len(task.name) for task in tasks)
    for task in tasks:
        apart = f" (+{task.ways_in} into a field)" if task.ways_in else ""
        terminalreporter.write_line(
            f"{task.name:<{width}}  {task.actions} of {task.limit}{apart}: {' · '.join(task.steps)}"
        )
