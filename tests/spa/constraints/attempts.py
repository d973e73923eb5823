"""The list of all attempts, which the files of this folder fill."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to write what must never be; `constraint` is None where it must be allowed."""

    write: Callable[[], object]
    constraint: str | None
    trigger: str | None  # "table.trigger", where a trigger refuses
    name: str


ATTEMPTS: list[Attempt] = []


def breaks(constraint: str, *values: object, trigger: str | None = None) -> Callable:
    """Declare that a function is refused by `constraint`, called with each of `values` in turn."""
    return _declare(constraint, values, trigger)


def allowed(*values: object) -> Callable:
    """Declare that a function comes right up to a constraint and is let through."""
    return _declare(None, values, None)


def _declare(constraint: str | None, values: tuple, trigger: str | None) -> Callable:
    def declare(function: Callable) -> Callable:
        calls = [(partial(function, value), f" {value}") for value in values] or [(function, "")]
        for call, suffix in calls:
            name = function.__name__.replace("_", " ") + suffix
            ATTEMPTS.append(Attempt(call, constraint, trigger, name))
        return function

    return declare
