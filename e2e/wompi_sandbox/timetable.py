"""The gateway's clock, and what it will do when."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

Job = Callable[[], None]


class Clock:
    """The time of day for the gateway. It can be put forward, so that nobody waits for a retry."""

    def __init__(self, offset: float = 0) -> None:
        self.first_offset = offset
        self.offset = offset

    def seconds(self) -> float:
        return time.time() + self.offset

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)


class Timetable:
    """Jobs, each in a thread of its own once it is due: who hangs in one holds up no other."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.changed = threading.Condition()
        self.jobs: list[tuple[float, int, Job]] = []
        self.counter = itertools.count()
        self.running = 0
        self.stopped = False
        self.thread = threading.Thread(target=self._work, name="timetable", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        with self.changed:
            self.stopped = True
            self.changed.notify_all()

    def at(self, seconds: float, job: Job) -> None:
        """Have `job` run when the gateway's clock shows `seconds` since the epoch."""
        with self.changed:
            heapq.heappush(self.jobs, (seconds, next(self.counter), job))
            self.changed.notify_all()

    def after(self, seconds: float, job: Job) -> None:
        self.at(self.clock.seconds() + seconds, job)

    def clear(self) -> None:
        with self.changed:
            self.jobs.clear()
            self.clock.offset = self.clock.first_offset
            self.changed.notify_all()

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        with self.changed:
            self.clock.offset += seconds
            self.changed.notify_all()

    def settle(self, patience: float) -> bool:
        """Wait until everything that is due has been done; say whether that came true."""
        with self.changed:
            return self.changed.wait_for(lambda: not self.running and not self._is_due(), patience)

    def _is_due(self) -> bool:
        return bool(self.jobs) and self.jobs[0][0] <= self.clock.seconds()

    def _work(self) -> None:
        with self.changed:
            while not self.stopped:
                while self._is_due():
                    _due, _number, job = heapq.heappop(self.jobs)
                    self.running += 1
                    threading.Thread(target=self._run, args=(job,), daemon=True).start()
                wait = self.jobs[0][0] - self.clock.seconds() if self.jobs else None
                self.changed.wait(wait)

    def _run(self, job: Job) -> None:
        try:
            job()
        finally:
            with self.changed:
                self.running -= 1
                self.changed.notify_all()
