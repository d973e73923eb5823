import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import environ
import psycopg
import pytest

from spa.postgres import cluster as embedded
from spa.postgres.cluster import FAST, Cluster, ClusterError

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
# What each of several processes does: start the server, and say which one it got.
START_AND_TELL = """
import sys
from spa.postgres.cluster import FAST, Cluster
cluster = Cluster(sys.argv[1], FAST).start()
print((cluster.data / "postmaster.pid").read_text().split()[0])
"""


@pytest.fixture
def folder():
    """A folder that the server's user may enter; pytest's own is closed to it."""
    path = Path(tempfile.mkdtemp(prefix="spa-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    for control in path.rglob("global/pg_control"):
        Cluster(control.parents[1], FAST).stop("immediate")
    shutil.rmtree(path)


@pytest.fixture
def server(folder):
    return Cluster(folder / "pg", FAST).start()


@pytest.fixture
def durable(folder):
    """A server as the demo has it: what it committed is on the disk."""
    return Cluster(folder / "pg").start()


def rows(cluster: Cluster) -> list[int]:
    with psycopg.connect(cluster.ensure_db("spa"), autocommit=True) as connection:
        return [row[0] for row in connection.execute("select n from kept order by n")]


def keep(cluster: Cluster, number: int) -> None:
    with psycopg.connect(cluster.ensure_db("spa"), autocommit=True) as connection:
        connection.execute("create table if not exists kept (n int)")
        connection.execute("insert into kept values (%s)", [number])


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def test_committed_rows_survive_a_killed_postmaster(durable):
    keep(durable, 7)

    os.kill(postmaster(durable), signal.SIGKILL)
    durable.start()

    assert rows(durable) == [7]


def test_racing_starters_make_one_server(folder):
    command = [sys.executable, "-c", START_AND_TELL, str(folder / "pg")]
    racers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]

    told = {racer.communicate()[0].strip() for racer in racers}

    assert told == {str(postmaster(Cluster(folder / "pg", FAST)))}


def test_a_half_made_data_folder_is_made_anew(folder):
    for name in ("pg", "pg.new"):
        (folder / name / "base").mkdir(parents=True)
    (folder / "pg" / "PG_VERSION").write_text("1")

    server = Cluster(folder / "pg", FAST).start()

    assert server.alive()


def test_a_data_folder_that_once_was_whole_is_never_made_anew(server, monkeypatch):
    keep(server, 7)
    server.stop()
    (server.data / "PG_VERSION").rename(server.data / "hidden")
    monkeypatch.setattr(embedded, "SECONDS_TO_START", 0)

    with pytest.raises(ClusterError):
        server.start()

    (server.data / "hidden").rename(server.data / "PG_VERSION")
    assert rows(server.start()) == [7]


def test_a_dead_servers_pid_that_a_stranger_has_now_is_no_obstacle(durable):
    keep(durable, 7)
    durable.stop("immediate")
    stranger = subprocess.Popen(["sleep", "60"], **embedded.run_as())
    lines = [stranger.pid, durable.data, 1, 5432, durable.socket_folder, "", "    1    1"]
    (durable.data / "postmaster.pid").write_text("\n".join(map(str, lines)))
    (durable.socket_folder / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")

    try:
        assert rows(durable.start()) == [7]
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_lost_its_socket_is_reachable_again(server):
    keep(server, 7)
    for socket in server.socket_folder.glob(".s.PGSQL.*"):
        socket.unlink()

    assert rows(server.start()) == [7]


def test_the_url_is_read_by_django_and_by_psycopg(server):
    url = server.ensure_db("spa")

    config = environ.Env().db_url_config(url)

    assert (config["NAME"], config["USER"]) == ("spa", "postgres")
    assert config["OPTIONS"] == {"host": str(server.socket_folder), "port": 5432}
    assert config["ENGINE"] == "django.db.backends.postgresql"
    psycopg.connect(url).close()


def test_a_long_path_still_has_a_socket(folder):
    data = folder / ("a" * 60) / ("b" * 60)

    server = Cluster(data, FAST).start()

    assert server.alive()
    assert len(str(server.socket_folder)) < embedded.SOCKET_PATH_LIMIT
    server.stop("immediate")
    shutil.rmtree(server.socket_folder)


def test_somebody_elses_folder_is_no_place_for_the_socket(folder):
    (folder / "elsewhere").mkdir()
    (folder / "link").symlink_to(folder / "elsewhere")

    with pytest.raises(ClusterError):
        embedded._own(folder / "link", embedded.run_as())


def test_a_dropped_database_comes_back_empty(server):
    keep(server, 7)

    server.drop_db("spa")
    keep(server, 8)

    assert rows(server) == [8]


def test_neither_statements_nor_details_reach_the_servers_log(server):
    keep(server, 7)
    with psycopg.connect(server.dsn("spa"), autocommit=True) as connection:
        connection.execute("create table people (name text unique)")
        connection.execute("insert into people values ('Marker Marker')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into people values ('Marker Marker')")

    log = (server.data / "server.log").read_text()
    assert "duplicate key" in log
    assert "Marker" not in log


@AS_ROOT
def test_a_project_in_a_closed_folder_keeps_its_data_and_programs_elsewhere(
    folder, monkeypatch, capsys
):
    closed = folder / "home"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(embedded, "STATE_FOLDER", folder / "state")
    bin_folder = embedded.bin_folder()
    embedded._copy_wheel(bin_folder.parents[1], closed / "wheel")
    programs = closed / "wheel" / bin_folder.relative_to(bin_folder.parents[2])
    monkeypatch.setattr(embedded, "bin_folder", lambda: programs)

    server = Cluster.for_project(closed, options=FAST).start()
    again = Cluster.for_project(closed, options=FAST)

    assert server.data.is_relative_to(folder / "state")
    assert again.data == server.data
    assert again.alive()
    assert capsys.readouterr().err.count("may not enter") == 1
