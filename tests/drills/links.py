"""Payments by link on bad days: more of them than the suite has time for."""

import os
import subprocess
import sys

from tests.drills import drill
from tests.drills.places import BASE_DIR, cluster

TESTS = "tests/spa/gateway"


@drill(
    "any three things happen to a payment by link, in every order: the money is right",
    quick=False,
)
def all_triples() -> str:
    return run("test_triples.py", SPA_PARTS_OF_TRIPLES="1")


@drill(
    "the gateway's bad days, sixty of them: the money is right, and all of it found", quick=False
)
def bad_days() -> str:
    return run("test_anything.py", SPA_GATEWAY_EXAMPLES="60")


def run(module: str, **environment: str) -> str:
    """Run a module of tests on a server of its own, and return pytest's last line."""
    with cluster() as server:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-n", "2", "--show-capture=no"),
                *("-p", "no:cacheprovider", f"{TESTS}/{module}"),
            ],
            cwd=BASE_DIR,
            env=os.environ | {"DATABASE_URL": server.ensure_db("spa")} | environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert not done.returncode, done.stdout
    return done.stdout.splitlines()[-1]
