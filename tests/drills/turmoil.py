"""Four desks at once, on the same few people, rooms and hours."""

import json
import os
import subprocess
import sys
import time

from tests.drills import drill
from tests.drills.places import BASE_DIR, cluster

DESKS = 4


@drill("four desks gone mad for 5 s: no deadlock reaches anybody, verify finds nothing")
def short_turmoil() -> None:
    turmoil(5, "seconds")


@drill("four desks gone mad for 30 s: the same", quick=False)
def long_turmoil() -> None:
    turmoil(30, "seconds")


@drill("four desks with 200 mad commands each, in three fresh houses: the same", quick=False)
def fresh_turmoils() -> None:
    for _ in range(3):
        turmoil(200, "steps")


def turmoil(how_many: int, unit: str, seed: int | None = None) -> None:
    """Have all desks work in processes of their own, then look at what they left."""
    seed = int(time.time()) if seed is None else seed
    with cluster() as server:
        environment = os.environ | {"SPA_MODE": "demo", "DATABASE_URL": server.ensure_db("spa")}
        environment["DJANGO_SETTINGS_MODULE"] = "frontdesk.settings"

        def start(*arguments: str) -> subprocess.Popen:
            command = [sys.executable, *arguments]
            return subprocess.Popen(
                command, cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
            )

        def read(process: subprocess.Popen) -> str:
            output = process.communicate(timeout=120)[0]
            assert not process.returncode, f"ended with {process.returncode}: {process.args}"
            return output

        def ask(*arguments: str) -> str:
            return read(start("-m", "tests.turmoil", *arguments))

        read(start("manage.py", "migrate", "-v", "0"))
        ask("build")
        desks = [
            start("-m", "tests.turmoil", "work", str(seed + number), unit, str(how_many))
            for number in range(DESKS)
        ]
        tallies = json.dumps([json.loads(read(desk)) for desk in desks])
        verdict = json.loads(ask("judge", tallies))
    print(f"seed {seed}: {verdict['told']}", end="  ")
    assert not verdict["findings"], "\n".join(verdict["findings"])
