"""The embedded clusters by hand: `python -m spa.postgres [--test] start|stop|url|psql`."""

import argparse
import os
from pathlib import Path

from spa.postgres.cluster import FAST, Cluster

BASE_DIR = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m spa.postgres", description=__doc__)
    parser.add_argument("--test", action="store_true", help="the cluster of the tests")
    parser.add_argument("verb", choices=VERBS)
    parser.add_argument("database", nargs="?", default="spa")
    chosen = parser.parse_args()
    cluster = (
        Cluster.for_project(BASE_DIR, name="pg-test", options=FAST)
        if chosen.test
        else Cluster.for_project(BASE_DIR)
    )
    VERBS[chosen.verb](cluster, chosen.database)


def start(cluster: Cluster, _database: str) -> None:
    """Say whether it was us who started it: who did may stop it."""
    ran = cluster.alive()
    cluster.start()
    print("running" if ran else "started")


def stop(cluster: Cluster, _database: str) -> None:
    cluster.stop()
    print("stopped")


def url(cluster: Cluster, database: str) -> None:
    """Print the database's URL; it exists then, and the server runs."""
    print(cluster.start().ensure_db(database))


def psql(cluster: Cluster, database: str) -> None:
    """Become psql on that database."""
    program = cluster.programs() / "psql"
    os.execv(program, [str(program), cluster.start().ensure_db(database)])


VERBS = {"start": start, "stop": stop, "url": url, "psql": psql}

if __name__ == "__main__":
    main()
