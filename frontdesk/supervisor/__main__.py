"""`python -m frontdesk.supervisor`: start the demo and keep it running until Ctrl-C."""

import argparse
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from frontdesk.supervisor.pulse import Pulse
from frontdesk.supervisor.supervisor import BASE_DIR, LOGS, Supervisor, say
from spa.postgres.cluster import Cluster, ClusterError

SECONDS_TO_BE_HEALTHY = 30
LOG_INS = ("recepcion@demo.test", "gerente@demo.test", "terapeuta@demo.test", "admin@demo.test")


class Failed(Exception):
    """The demo cannot start; the text says why."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--reset", action="store_true")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(port=chosen.port, empty=chosen.empty, reset=chosen.reset)
    except (Failed, ClusterError) as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:  # before anybody listened
        return 130
    return 0


def run(*, port: int, empty: bool, reset: bool) -> None:
    """Start the demo and keep it running until SIGINT, SIGTERM or SIGHUP.

    :raises Failed: the port is taken, or a step of the start went wrong
    """
    refuse_taken(port)
    url = os.environ.get("DATABASE_URL", "")
    if url and reset:
        raise Failed("--reset drops the embedded database only, and DATABASE_URL names another.")
    cluster = None if url else Cluster.for_project(BASE_DIR)
    was_running = bool(cluster and cluster.alive())
    try:
        database = url or bring_up(cluster, reset=reset)
        supervisor = Supervisor(port=port, cluster=cluster, pulse=Pulse(database))
        listen_to_signals(supervisor)
        prepare(supervisor, empty=empty)
        serve(supervisor, port)
    finally:
        if cluster and not was_running:
            cluster.stop()
    say("Stopped.")


def bring_up(cluster: Cluster, *, reset: bool) -> str:
    """Have the embedded PostgreSQL running and return the database's URL."""
    say("Starting PostgreSQL …")
    cluster.start()
    if reset:
        say("Dropping the database …")
        cluster.drop_db("spa")
        # The demo's mail tells of what was in it.
        shutil.rmtree(BASE_DIR / "var" / "outbox", ignore_errors=True)
    return cluster.ensure_db("spa")


def prepare(supervisor: Supervisor, *, empty: bool) -> None:
    say("Tables, static files, demo spa …")
    flags = ["--empty"] if empty else []
    command = [sys.executable, str(BASE_DIR / "manage.py"), "prepare", *flags]
    # In a session of its own, so that Ctrl-C reaches it through us, and without a traceback.
    process = subprocess.Popen(command, start_new_session=True)
    while process.poll() is None:
        if supervisor.stopping:
            process.terminate()
        time.sleep(0.05)
    if process.returncode and not supervisor.stopping:
        raise Failed("The installation could not be made ready; the reason stands above.")


def serve(supervisor: Supervisor, port: int) -> None:
    """Start the processes, say where they are, and watch them until told to stop."""
    if supervisor.stopping:
        return
    say("Starting web server and tasks …")
    try:
        supervisor.start()
        await_health(supervisor, port)
        greet(port)
        supervisor.watch()
    finally:
        say("Stopping …")
        supervisor.stop()


def listen_to_signals(supervisor: Supervisor) -> None:
    def stop(_number: int, _frame: object) -> None:
        supervisor.stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Failed(
                f"Port {port} is taken, perhaps by another ./run. Choose one: ./run --port 8001"
            ) from None


def await_health(supervisor: Supervisor, port: int) -> None:
    """Wait until the web server answers.

    :raises Failed: it does not, within half a minute
    """
    until = time.monotonic() + SECONDS_TO_BE_HEALTHY
    while not supervisor.stopping and not answers(port):
        if time.monotonic() > until:
            raise Failed(f"The web server does not answer; see {LOGS / 'web.log'}.")
        supervisor.look_after_children()
        time.sleep(0.1)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def greet(port: int) -> None:
    lines = [f"  http://localhost:{port}/", ""]
    lines += [f"    {log_in:<22} demo-spa" for log_in in LOG_INS]
    lines += ["", f"  Logs are in {LOGS.relative_to(BASE_DIR)}/. Ctrl-C stops everything."]
    print("", *lines, "", sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
