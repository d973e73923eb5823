"""Whoever takes a payment is killed in the middle of it."""

import os
import subprocess
import sys
import time

from tests.drills import drill
from tests.drills.places import BASE_DIR, cluster


@drill("ten killed in the middle of a payment: each payment is there wholly or not at all")
def few_are_killed() -> None:
    kill(10)


@drill("fifty killed in the middle of a payment: the same", quick=False)
def many_are_killed() -> None:
    kill(50)


def kill(times: int) -> None:
    """Let payments be taken and killed on a server of its own, and look at the books."""
    with cluster() as server:
        environment = os.environ | {"SPA_MODE": "demo", "DATABASE_URL": server.ensure_db("spa")}
        environment["DJANGO_SETTINGS_MODULE"] = "frontdesk.settings"

        def run(*arguments: str) -> str:
            command = [sys.executable, *arguments]
            done = subprocess.run(
                command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE,
                text=True, timeout=300,
            )  # fmt: skip
            return done.stdout

        run("manage.py", "migrate", "-v", "0")
        print(run("-m", "tests.drills.paying", str(times), str(int(time.time()))), end="  ")
