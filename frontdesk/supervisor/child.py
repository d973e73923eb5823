"""One process that must live, and the group that it leads."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_PAUSE = 30
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A process that is started again, ever more slowly, whenever it ends.

    Its group dies as a whole: django-q2 leaves orphans behind when its parent is killed.
    """

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)  # besides our own
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    wait_until: float = 0.0
    failures: int = 0

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                self.command,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.started_at = time.monotonic()

    def look_after(self) -> int | None:
        """Start it again if it ended, after its pause; return the exit code when it just ended."""
        ended = self.process.poll() if self.process else None
        if ended is not None:
            self.kill()
        if self.process is None and time.monotonic() >= self.wait_until:
            self.start()
        return ended

    def end(self, *, seconds: float) -> None:
        """Let it end by itself (it was asked to), and kill what is left of its group."""
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(seconds, 0.1))
        self.kill()

    def kill(self) -> None:
        """Kill the whole group; the next start waits, if this one did not live for long."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
        lived = time.monotonic() - self.started_at
        self.failures = 0 if lived > 2 * LONGEST_PAUSE else self.failures + 1
        pause = min(2 ** (self.failures - 1), LONGEST_PAUSE) if self.failures else 0
        self.wait_until = time.monotonic() + pause

    def ask_to_end(self) -> None:
        if self.process:
            self.process.terminate()


def _end_with_parent() -> None:
    """Have Linux end this process when its parent is killed, so that no port stays taken."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
