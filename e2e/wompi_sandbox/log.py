"""What was received and sent, to look at."""

import itertools
import threading
from collections import deque

from e2e.wompi_sandbox.timetable import Clock
from e2e.wompi_sandbox.transactions import stamp

LONGEST = 5_000


class Log:
    """The last five thousand lines."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.lines: deque[dict] = deque(maxlen=LONGEST)
            self.numbers = itertools.count(1)

    def note(self, kind: str, **facts: object) -> None:
        """Write a line down: `received`, `sent`, `fault` or `payment`."""
        with self.lock:
            at = stamp(self.clock.now())
            self.lines.append({"number": next(self.numbers), "at": at, "kind": kind, **facts})

    def read(self) -> list[dict]:
        with self.lock:
            return list(self.lines)


def masked(key: str) -> str:
    """Return a key so that it is recognised but not usable."""
    return f"{key[:9]}…{key[-4:]}" if len(key) > 16 else key[:9]
