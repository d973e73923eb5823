"""The demo's processes, from start to end."""

import os
import sys
import time
from pathlib import Path

from frontdesk.supervisor.child import Child
from frontdesk.supervisor.pulse import Pulse
from frontdesk.supervisor.sandbox import Sandbox
from spa.postgres.cluster import Cluster, ClusterError

BASE_DIR = Path(__file__).resolve().parents[2]
LOGS = BASE_DIR / "var" / "log"
SECONDS_TO_END = 25
SECONDS_BETWEEN_LOOKS = 2


class Supervisor:
    """Web server and task cluster, and the embedded PostgreSQL under them, if it is that.

    Beside them stands in for Wompi a sandbox, unless the demo has keys of Wompi itself.
    """

    def __init__(
        self, *, port: int, cluster: Cluster | None, pulse: Pulse, sandbox: Sandbox | None
    ) -> None:
        gunicorn = ["gunicorn", "--config", str(BASE_DIR / "frontdesk" / "gunicorn.py")]
        web = [sys.executable, "-m", *gunicorn, "--bind", f"127.0.0.1:{port}"]
        tasks = [sys.executable, str(BASE_DIR / "manage.py"), "qcluster"]
        site = os.environ.get("SITE_URL") or f"http://localhost:{port}"
        # What each process of the product has to know besides what its user set.
        self.environment = {"SITE_URL": site} | (sandbox.settings if sandbox else {})
        self.web = Child("web", web, LOGS / "web.log", self.environment)
        self.tasks = Child("tasks", tasks, LOGS / "tasks.log", self.environment)
        self.children = [self.web, self.tasks]
        if sandbox:
            log = LOGS / "sandbox.log"
            self.children.append(Child("sandbox", sandbox.command, log, self.environment))
        self.cluster = cluster
        self.pulse = pulse
        self.stopping = False

    def start(self) -> None:
        for child in self.children:
            child.start()
        self.pulse.forgive()

    def watch(self) -> None:
        """Look after everything until somebody sets `stopping`."""
        next_look = 0.0
        while not self.stopping:
            self.look_after_children()
            if time.monotonic() >= next_look:
                self.look_after_database()
                self.look_at_pulse()
                next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS
            time.sleep(0.25)

    def look_after_children(self) -> None:
        for child in self.children:
            ended = child.look_after()
            if ended is not None:
                say(f"The {child.name} process ended with {ended}; it is started again.")

    def look_after_database(self) -> None:
        if self.cluster and not self.cluster.alive():
            say("PostgreSQL is gone; starting it again.")
            try:
                self.cluster.start()
            except ClusterError as error:  # the next look tries again
                say(str(error))

    def look_at_pulse(self) -> None:
        if self.pulse.is_lost():
            say("The task cluster shows no sign of life; it is replaced.")
            self.tasks.kill()
            self.pulse.forgive()

    def stop(self) -> None:
        """Ask all to end, wait, and kill what is left of their groups."""
        for child in self.children:
            child.ask_to_end()
        until = time.monotonic() + SECONDS_TO_END
        for child in self.children:
            child.end(seconds=until - time.monotonic())


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)
