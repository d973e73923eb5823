"""Slow proofs with real processes: what is killed comes back, what was committed stays.

A drill is a function that raises when something is wrong, and may return what it measured.
`./run drill` runs them all.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

Proof = Callable[[], str | None]
DRILLS: list["Drill"] = []


@dataclass(frozen=True)
class Drill:
    title: str
    function: Proof
    quick: bool


def drill(title: str, *, quick: bool = True) -> Callable[[Proof], Proof]:
    """Put a function on the list of drills; `quick` ones run with `./run drill --quick` too."""

    def register(function: Proof) -> Proof:
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
