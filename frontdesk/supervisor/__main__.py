"""`python -m frontdesk.supervisor`: start the demo and keep it running until Ctrl-C."""

import argparse
import http.client
import os
import shutil
import signal
import subprocess
import sys
import time

from frontdesk.supervisor.ports import free_pair, is_free
from frontdesk.supervisor.pulse import Pulse
from frontdesk.supervisor.sandbox import DISTANCE, Sandbox, own_settings
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
        sandbox = choose_sandbox(port)
        supervisor = Supervisor(port=port, cluster=cluster, pulse=Pulse(database), sandbox=sandbox)
        listen_to_signals(supervisor)
        prepare(supervisor, empty=empty)
        serve(supervisor, port, sandbox)
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


def choose_sandbox(port: int) -> Sandbox | None:
    """Return Wompi's stand-in for the demo at `port`; none when other keys were set for it."""
    if own := own_settings():
        say(f"{own[0]} is set, so Wompi's stand-in is not started.")
        return None
    wanted = port + DISTANCE
    found = free_pair(wanted)
    if found is None:
        say("No two ports are free for Wompi's stand-in, so it is not started.")
        return None
    if found != wanted:
        say(f"Port {wanted} or the next is taken; Wompi's stand-in has {found} and {found + 1}.")
    return Sandbox(web_port=port, port=found)


def prepare(supervisor: Supervisor, *, empty: bool) -> None:
    say("Tables, static files, demo spa …")
    flags = ["--empty"] if empty else []
    command = [sys.executable, str(BASE_DIR / "manage.py"), "prepare", *flags]
    # In a session of its own, so that Ctrl-C reaches it through us, and without a traceback.
    environment = os.environ | supervisor.environment
    process = subprocess.Popen(command, start_new_session=True, env=environment)
    while process.poll() is None:
        if supervisor.stopping:
            process.terminate()
        time.sleep(0.05)
    if process.returncode and not supervisor.stopping:
        raise Failed("The installation could not be made ready; the reason stands above.")


def serve(supervisor: Supervisor, port: int, sandbox: Sandbox | None) -> None:
    """Start the processes, say where they are, and watch them until told to stop."""
    if supervisor.stopping:
        return
    say("Starting web server and tasks …")
    try:
        supervisor.start()
        await_health(supervisor, port)
        greet(port, sandbox)
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
    if not is_free(port):
        raise Failed(
            f"Port {port} is taken, perhaps by another ./run. Choose one: ./run --port 8001"
        )


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


def greet(port: int, sandbox: Sandbox | None) -> None:
    lines = [f"  http://localhost:{port}/", ""]
    lines += [f"    {log_in:<22} demo-spa" for log_in in LOG_INS]
    if sandbox:
        lines += ["", f"  Wompi's stand-in: {sandbox.control_url} — pay, or break it"]
    lines += ["", f"  Logs are in {LOGS.relative_to(BASE_DIR)}/. Ctrl-C stops everything."]
    print("", *lines, "", sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
