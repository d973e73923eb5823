"""Slow proofs with real processes: what is killed comes back, what was committed stays.

A drill is a function that raises when something is wrong. `./run drill` runs them all.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

DRILLS: list["Drill"] = []


@dataclass(frozen=True)
class Drill:
    title: str
    function: Callable[[], None]
    quick: bool


def drill(title: str, *, quick: bool = True) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Put a function on the list of drills; `quick` ones run with `./run drill --quick` too."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        DRILLS.append(Drill(title, function, quick))
        return function

    return register


def expect(what: str, condition: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait until the condition holds.

    :raises AssertionError: it does not within `seconds`
    """
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.1)
