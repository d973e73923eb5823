"""The switchboard: which faults are on, for what, and for how many times."""

import fnmatch
import itertools
import threading
from collections.abc import Collection
from dataclasses import asdict, dataclass

from e2e.wompi_sandbox.catalogue import CATALOGUE
from e2e.wompi_sandbox.merchant import read_as

NARROWING = ("reference", "endpoint", "only_status")


@dataclass
class Active:
    """One fault that is on. `times` is how often it will still strike; None is for ever."""

    number: int
    fault: str
    times: int | None
    options: dict
    reference: str = "*"
    endpoint: str = "*"
    only_status: str = "*"

    def strikes(self, *, reference: str, endpoint: str, status: str) -> bool:
        return (
            fnmatch.fnmatchcase(reference, self.reference)
            and fnmatch.fnmatchcase(endpoint, self.endpoint)
            and fnmatch.fnmatchcase(status, self.only_status)
        )


class Switchboard:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.clear()

    def switch_on(self, fault: str, **given: object) -> Active:
        """Switch a fault on. `times`, `reference`, `endpoint` and `only_status` narrow it.

        :raises ValueError: no such fault, no such option, or a value of another type
        """
        if fault not in CATALOGUE:
            raise ValueError(f"There is no fault {fault!r}.")
        known = CATALOGUE[fault]
        times = given.pop("times", None)
        times = None if times in (None, "") else read_as(int, times, "times")
        if times is not None and times < 1:
            raise ValueError("times must be at least 1, or empty: until it is switched off.")
        if times is not None and not known.is_countable:
            raise ValueError(f"{fault} cannot be counted: leave times empty, and switch it off.")
        narrowed = {name: str(given.pop(name)) for name in NARROWING if given.get(name)}
        given = {name: value for name, value in given.items() if value != ""}
        if unknown := set(given) - set(known.options) - set(NARROWING):
            raise ValueError(f"{fault} has no option {', '.join(sorted(unknown))}.")
        options = {
            name: read_as(type(default), given.get(name, default), name)
            for name, default in known.options.items()
        }
        with self.lock:
            active = Active(next(self.numbers), fault, times, options, **narrowed)
            self.active.append(active)
        return active

    def take(
        self,
        names: Collection[str],
        *,
        reference: str = "",
        endpoint: str = "",
        status: str = "",
    ) -> dict[str, dict]:
        """Return which of these faults strike now, with their options, and count them.

        Of those that exclude each other only the first strikes; the next waits for its turn.
        """
        struck: dict[str, dict] = {}
        groups = set()
        facts = {"reference": reference, "endpoint": endpoint, "status": status}
        with self.lock:
            for one in list(self.active):
                group = CATALOGUE[one.fault].group or one.fault
                if one.fault not in names or group in groups or not one.strikes(**facts):
                    continue
                groups.add(group)
                struck[one.fault] = one.options
                if one.times is not None:
                    one.times -= 1
                    if not one.times:
                        self.active.remove(one)
        return struck

    def is_on(self, fault: str) -> bool:
        with self.lock:
            return any(one.fault == fault for one in self.active)

    def clear(self, number: int | None = None) -> None:
        """Switch one fault off, or all; whoever hangs meanwhile goes on."""
        with self.lock:
            kept = [] if number is None else [one for one in self.active if one.number != number]
            self.active = kept
            if number is None:
                self.numbers = itertools.count(1)
            self.released.set()
            self.released = threading.Event()

    def hang(self, seconds: float) -> None:
        """Wait for real, until the time is over or a fault is switched off."""
        self.released.wait(seconds)

    def as_json(self) -> list[dict]:
        with self.lock:
            return [asdict(one) for one in self.active]
