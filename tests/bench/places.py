"""Where a bench happens: a cluster as durable as production's, copies of the data set, a server."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from django.db import connections

from spa.postgres.cluster import Cluster

BASE_DIR = Path(__file__).resolve().parents[2]
MAIN = "bench_spa"
CLUSTER = Cluster.for_project(BASE_DIR, name="pg-bench")
SECONDS_TO_START = 30


@contextlib.contextmanager
def using(database: str) -> Iterator[None]:
    """Have Django, in all its threads, talk to that database of the cluster."""
    settings = connections.settings["default"]
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = database
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before


def copy(database: str, *, source: str = MAIN) -> None:
    """Make a database as a copy of another one, to which nobody may be connected."""
    connections.close_all()
    CLUSTER.drop_db(database)
    with psycopg.connect(CLUSTER.dsn(), autocommit=True) as server:
        server.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [source]
        )
        server.execute(f'create database "{database}" template "{source}" strategy file_copy')
        server.execute("checkpoint")


def drop_all() -> None:
    """Drop all that a bench has ever made."""
    connections.close_all()
    with psycopg.connect(CLUSTER.dsn(), autocommit=True) as server:
        names = server.execute("select datname from pg_database where datname like 'bench%'")
        for (name,) in names.fetchall():
            server.execute(f'drop database "{name}" with (force)')


@contextlib.contextmanager
def fresh(name: str = "bench_copy", *, source: str = MAIN) -> Iterator[str]:
    """A copy of the data set that Django talks to; gone afterwards. Yields its name."""
    copy(name, source=source)
    try:
        with using(name):
            yield name
    finally:
        CLUSTER.drop_db(name)


@dataclass(frozen=True)
class Web:
    port: int
    process: subprocess.Popen
    log: Path

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def complaints(self) -> list[str]:
        """Return the lines of the log: with no access log, only troubles are told there."""
        return [line for line in self.log.read_text().splitlines() if line.strip()]


@contextlib.contextmanager
def web(database: str, **environment: str) -> Iterator[Web]:
    """gunicorn with the settings of production, but demo secrets, on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "frontdesk/gunicorn.py"]
    environment = os.environ | {"DATABASE_URL": CLUSTER.dsn(database)} | environment
    with tempfile.TemporaryDirectory(prefix="spa-bench-") as folder:
        log = Path(folder) / "web.log"
        with open(log, "w") as output:
            process = subprocess.Popen(
                [*command, "--bind", f"127.0.0.1:{port}"],
                cwd=BASE_DIR,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        server = Web(port, process, log)
        try:
            _await(server)
            yield server
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(25)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _await(server: Web) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        connection.close()
        time.sleep(0.1)
    raise RuntimeError("\n".join(["The web server does not answer.", *server.complaints()[-10:]]))
