"""PostgreSQL is killed, raced for, or away."""

import os
import signal
import subprocess
import sys
import threading

import psycopg

from spa.postgres.cluster import Cluster
from tests.drills import drill, expect
from tests.drills.places import ASKS_THE_DATABASE, BASE_DIR, cluster, desk, folder

START_AND_TELL = """
import sys
from spa.postgres.cluster import Cluster
cluster = Cluster(sys.argv[1]).start()
print((cluster.data / "postmaster.pid").read_text().split()[0])
"""
WRITERS = 4


def postmaster(of: Cluster) -> int:
    return int((of.data / "postmaster.pid").read_text().split()[0])


@drill("every committed row survives kill -9 of the postmaster, under load, three times")
def survives_kill() -> None:
    with cluster() as server:
        url = server.ensure_db("spa")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create table kept (n bigint generated always as identity)")
        promised: set[int] = set()
        for _ in range(3):
            promised |= write_until_killed(server, url)
            server.start()
            with psycopg.connect(url) as connection:
                found = {row[0] for row in connection.execute("select n from kept")}
            assert promised <= found, f"{len(promised - found)} committed rows are lost"
        assert len(promised) > 100, "too little was written to prove anything"


def write_until_killed(server: Cluster, url: str) -> set[int]:
    """Write from several sides, kill the server in the middle, return what was promised."""
    promised: set[int] = set()
    enough = threading.Event()

    def write() -> None:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                while True:
                    sql = "insert into kept default values returning n"
                    promised.add(connection.execute(sql).fetchone()[0])
                    if len(promised) > 200:
                        enough.set()
        except psycopg.Error:
            pass

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    assert enough.wait(30), "nothing was written"
    os.kill(postmaster(server), signal.SIGKILL)
    for writer in writers:
        writer.join()
    return promised


@drill("six racing starters make one server, on a new folder and after a kill")
def one_server() -> None:
    with folder() as path:
        server = Cluster(path / "pg")
        try:
            for _ in range(3):
                pids = race(server)
                assert pids == {postmaster(server)}, f"{len(pids)} servers were seen"
                os.kill(postmaster(server), signal.SIGKILL)
        finally:
            server.start().stop("immediate")


def race(server: Cluster) -> set[int]:
    command = [sys.executable, "-c", START_AND_TELL, str(server.data)]
    racers = [
        subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    return {int(racer.communicate(timeout=120)[0]) for racer in racers}


@drill("while the database is away pages say so with a 503, and work when it is back")
def away_and_back() -> None:
    with cluster() as server:
        os.environ["DATABASE_URL"] = server.ensure_db("spa")
        try:
            with desk() as place:
                assert place.serves()
                server.stop()
                statuses = {place.get("/", ASKS_THE_DATABASE)[0] for _ in range(20)}
                assert statuses == {503}, f"while it was away: {statuses}"
                assert "503" in place.get("/", ASKS_THE_DATABASE)[1], "not our page"
                assert place.is_up(), "alive must not depend on the database"
                expect("not ready", lambda: not place.is_ready())
                server.start()
                expect("pages work again", place.serves, seconds=10)
                statuses = {place.get("/", ASKS_THE_DATABASE)[0] for _ in range(20)}
                assert 503 not in statuses, "a broken connection was kept"
        finally:
            del os.environ["DATABASE_URL"]


@drill("the supervisor starts a killed PostgreSQL again under the running desk")
def database_is_restarted() -> None:
    with desk() as place:
        os.kill(postmaster(Cluster.for_project(place.base)), signal.SIGKILL)
        expect("pages work again", place.serves, seconds=30)
        place.works_off_a_task()
