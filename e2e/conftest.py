"""Browser journeys, in a process of their own (`./run test` starts it)."""

import os
import shutil

import pytest

from tests.flush import let_flush_through

# Playwright keeps an event loop in the main thread from the first browser test on, and Django
# then refuses every query there. Nothing runs concurrently in that thread: only the guard goes.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

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
