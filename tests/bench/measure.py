"""Figures with their spread, and the list of benches that yield them."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

WARM_UP = 10
BENCHES: list["Bench"] = []


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured how often, and what we aim for.

    `at_least` turns the aim round: more is better. `wrong` says what must not have happened
    and did, which no figure makes up for.
    """

    key: str
    what: str
    unit: str
    samples: Sequence[float]
    aim: float | None = None
    at_least: bool = False
    note: str = ""
    wrong: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def p10(self) -> float:
        return quantile(self.samples, 10)

    @property
    def p90(self) -> float:
        return quantile(self.samples, 90)

    @property
    def met(self) -> bool | None:
        """Say whether the median keeps the aim; None without one."""
        if self.wrong:
            return False
        if self.aim is None:
            return None
        return self.median >= self.aim if self.at_least else self.median <= self.aim


@dataclass(frozen=True)
class Bench:
    name: str
    function: Callable[..., Iterator[Figure]]


@dataclass
class Options:
    """What was asked for on the command line."""

    appointments: int
    seconds: float
    sizes: list[int]  # of the history, each in a database of its own, to be compared
    now: datetime | None = None  # when the data set was built, by the product's clock


def bench(name: str) -> Callable:
    """Put a function on the list of benches."""

    def register(function: Callable[..., Iterator[Figure]]) -> Callable[..., Iterator[Figure]]:
        BENCHES.append(Bench(name, function))
        return function

    return register


def quantile(samples: Sequence[float], percent: int) -> float:
    """Return the sample below which that many percent lie."""
    ordered = sorted(samples)
    return ordered[round((len(ordered) - 1) * percent / 100)]


def timed(call: Callable[[int], object], *, times: int, warm_up: int = WARM_UP) -> list[float]:
    """Call with 0, 1, 2 … and return how many milliseconds each call took, warmed up."""
    samples = []
    for number in range(warm_up + times):
        began = time.perf_counter()
        call(number)
        samples.append((time.perf_counter() - began) * 1000)
    return samples[warm_up:]


@contextmanager
def statements() -> Iterator[list[tuple[str, object]]]:
    """Collect the statements that are sent in the block, each with its parameters."""
    seen: list[tuple[str, object]] = []

    def note(execute, sql, params, many, context):
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def say(text: str) -> None:
    """Tell the progress; standard output is for the figures alone."""
    sys.stderr.write(f"[{time.strftime('%H:%M:%S')}] {text}\n")
