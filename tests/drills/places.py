"""Where a drill happens: a copy of the project with data, ports and logs of its own."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from spa.postgres.cluster import Cluster
from tests.drills import expect

BASE_DIR = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(
    ".venv", ".git", "var", "staticfiles", "__pycache__", ".*_cache", ".hypothesis"
)
BEAT = "from django_q.tasks import async_task; async_task('tasks.health.beat')"
# A session key that nobody has: it makes every page ask the database.
ASKS_THE_DATABASE = {"Cookie": f"spa={'x' * 32}"}


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder of its own that the server's user may enter, gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="spa-drill-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of its own, as durable as the demo's."""
    with folder() as path:
        own = Cluster(path / "pg").start()
        try:
            yield own
        finally:
            own.stop("immediate")


@dataclass
class Desk:
    """A copy of the project that runs as `./run` has it."""

    base: Path
    port: int
    database: str
    settings: dict[str, str] = field(default_factory=dict)
    has_spa: bool = False  # the demo's
    supervisor: subprocess.Popen | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "frontdesk.supervisor", "--port", str(self.port)]
        with open(self.base / "supervisor.log", "a") as log:
            self.supervisor = subprocess.Popen(
                command if self.has_spa else [*command, "--empty"],
                cwd=self.base,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        expect("the web server answers", self.is_up, seconds=60)
        expect("the tasks beat", self.is_ready, seconds=60)

    def stop(self) -> None:
        self.supervisor.send_signal(signal.SIGTERM)
        self.supervisor.wait(60)

    @property
    def environment(self) -> dict[str, str]:
        own = {"SPA_MODE": "demo", "PYTHONPATH": str(self.base)}
        return os.environ | own | self.settings

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """Return status and body; status 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def is_up(self) -> bool:
        return self.get("/healthz")[0] == 200

    def is_ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def serves(self) -> bool:
        """Say whether a page that asks the database is answered."""
        return self.get("/", ASKS_THE_DATABASE)[0] in {200, 302}

    def leader(self, word: str) -> psutil.Process | None:
        """Return the supervisor's child whose title or command holds that word."""
        children = psutil.Process(self.supervisor.pid).children()
        return next((child for child in children if word in title(child)), None)

    def beat_at(self) -> object:
        with psycopg.connect(self.database) as connection:
            return connection.execute("select beat_at from spa_heartbeat").fetchone()

    def ask(self, statement: str, *values: object) -> list[tuple]:
        """Return the rows that the database has for a statement."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(statement, values).fetchall()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run a command of `manage.py` beside the running desk; return what became of it."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command,
            cwd=self.base,
            env=self.environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def works_off_a_task(self) -> None:
        """Queue a heartbeat and see it done.

        :raises AssertionError: it is not
        """
        before = self.beat_at()
        self.manage("shell", "-v", "0", "-c", BEAT).check_returncode()
        expect("the queued task is done", lambda: self.beat_at() != before, seconds=30)


@contextlib.contextmanager
def desk(*, has_spa: bool = False, **settings: str) -> Iterator[Desk]:
    """A running copy of the project; nothing of it is left afterwards."""
    with folder() as path:
        base = path / "desk"
        shutil.copytree(BASE_DIR, base, ignore=NOT_COPIED)
        own = Cluster.for_project(base)
        place = Desk(base, free_port(), own.dsn("spa"), settings, has_spa)
        try:
            place.start()
            yield place
        except BaseException as error:
            error.add_note((base / "supervisor.log").read_text()[-2000:])
            raise
        finally:
            place.stop()
            own.stop("immediate")


def title(process: psutil.Process) -> str:
    """Return a process's title or command; nothing for one that has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
