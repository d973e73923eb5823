"""The circuit breaker of the gateway, one for all processes (rule book §6.8, decision 25).

pybreaker has the rules: so many failures in a row open it, after a pause a trial may close it.
What it does otherwise here: the state lies in a table; calls do not wait for each other; of all
processes one makes the trial; and an error that is not the gateway's changes nothing.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import pybreaker
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from spa.models import BreakerPhase, BreakerState
from spa.wompi.errors import GatewayFailed, GatewayRefused, GatewayTimeout, GatewayUnavailable

R = TypeVar("R")
log = logging.getLogger(__name__)

NAME = "wompi"
MOST_FAILURES, PAUSE_SECONDS = 5, 60


def is_neutral(error: BaseException) -> bool:
    """Say whether an error tells nothing about the gateway: a 4xx, or a fault of ours."""
    is_its_fault = isinstance(error, GatewayTimeout | GatewayFailed)
    return not is_its_fault or isinstance(error, GatewayRefused)


class SharedState(pybreaker.CircuitBreakerStorage):
    """pybreaker's memory in `BreakerState`. Each step is one statement, true at once for all."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._rows = BreakerState.objects.filter(pk=name)

    @property
    def state(self) -> str:
        return self._read("phase", BreakerPhase.CLOSED)

    @state.setter
    def state(self, phase: str) -> None:
        is_closed = phase == BreakerPhase.CLOSED
        self._write(phase=phase, open_since=None if is_closed else Coalesce("open_since", Now()))

    @property
    def counter(self) -> int:
        return self._read("failures", 0)

    def increment_counter(self) -> None:
        self._write(failures=F("failures") + 1)

    def reset_counter(self) -> None:
        # A success in good days costs this one statement, which then finds nothing to write.
        self._rows.filter(failures__gt=0).update(failures=0)

    @property
    def success_counter(self) -> int:
        return 1  # one success closes: there is nothing to count

    @property
    def opened_at(self) -> datetime | None:
        return self._read("opened_at", None)

    @opened_at.setter
    def opened_at(self, _moment: datetime) -> None:
        self._write(opened_at=Now())  # the hosts' clocks may differ

    def claim_trial(self, pause: timedelta) -> bool:
        """Say whether the caller is the one who tries; only one is until `pause` has passed.

        A trial whose process died is over then, too.
        """
        due = self._rows.exclude(phase=BreakerPhase.CLOSED).filter(opened_at__lte=Now() - pause)
        return bool(due.update(phase=BreakerPhase.TRIAL, opened_at=Now()))

    def free_trial(self, pause: timedelta) -> None:
        """Let the next caller try at once: this trial has told nothing."""
        trial = self._rows.filter(phase=BreakerPhase.TRIAL)
        trial.update(phase=BreakerPhase.OPEN, opened_at=Now() - pause)

    def open_for(self) -> timedelta | None:
        """Return for how long it has not been closed; None when it is."""
        open_now = self._rows.exclude(phase=BreakerPhase.CLOSED)
        return open_now.values_list(Now() - F("open_since"), flat=True).first()

    def seconds_left(self, pause: timedelta) -> int:
        """Return how long until somebody may try; one second at least."""
        left = self._rows.values_list(F("opened_at") + pause - Now(), flat=True).first()
        return max(1, round((left or pause).total_seconds()))

    def _read(self, field: str, default: object) -> object:
        row = self._rows.values_list(field).first()
        return row[0] if row else default

    def _write(self, **values: object) -> None:
        if not self._rows.update(**values):
            BreakerState.objects.bulk_create([BreakerState(pk=self.name)], ignore_conflicts=True)
            self._rows.update(**values)


def is_open(name: str = NAME) -> bool:
    """Say whether the gateway is being left alone; one query. (A new breaker asks one too.)"""
    return SharedState(name).state != pybreaker.STATE_CLOSED


class _Impartial:
    """pybreaker takes an excluded error for a success; here it changes nothing."""

    def _handle_error(self, error: BaseException, reraise: bool = True) -> None:
        if self._breaker.is_system_error(error):
            super()._handle_error(error, reraise)
        if self.name == pybreaker.STATE_HALF_OPEN:
            self._breaker.memory.free_trial(self._breaker.pause)
        raise error


class _Closed(_Impartial, pybreaker.CircuitClosedState):
    pass


class _HalfOpen(_Impartial, pybreaker.CircuitHalfOpenState):
    pass


STATES = {
    pybreaker.STATE_CLOSED: _Closed,
    pybreaker.STATE_OPEN: pybreaker.CircuitOpenState,
    pybreaker.STATE_HALF_OPEN: _HalfOpen,
}


class SharedBreaker(pybreaker.CircuitBreaker):
    """A breaker of all processes; call it outside of a transaction only, or its count is lost."""

    def __init__(
        self, name: str = NAME, *, failures: int = MOST_FAILURES, pause: float = PAUSE_SECONDS
    ) -> None:
        self.memory, self.pause = SharedState(name), timedelta(seconds=pause)
        super().__init__(
            name=name,
            fail_max=failures,
            reset_timeout=pause,
            exclude=[is_neutral],
            listeners=[_Teller()],
            state_storage=self.memory,
            # The call that opens it was sent: it must not look like one that was not.
            throw_new_error_on_trip=False,
        )

    def call(self, function: Callable[[], R]) -> R:
        """Return what `function` returns, unless the gateway is being left alone.

        :raises GatewayUnavailable: it is; `function` was not called
        """
        phase = self.memory.state
        if phase != pybreaker.STATE_CLOSED:
            if not self.memory.claim_trial(self.pause):
                refusal = GatewayUnavailable()
                refusal.retry_after_seconds = self.memory.seconds_left(self.pause)
                raise refusal
            phase = pybreaker.STATE_HALF_OPEN
        # Made for this call: one kept in the process would be out of date, and wiping the
        # shared count when it notices.
        return self._create_new_state(phase).call(function)

    def open_for(self) -> timedelta | None:
        """Return for how long the gateway has been left alone, trials included; None: it is not.

        One query.
        """
        return self.memory.open_for()

    def is_open(self) -> bool:
        """Say whether the gateway is being left alone; one query, and it changes nothing."""
        return is_open(self.name)

    def _create_new_state(
        self,
        new_state: str,
        prev_state: pybreaker.CircuitBreakerState | None = None,
        notify: bool = False,
    ) -> pybreaker.CircuitBreakerState:
        return STATES[new_state](self, prev_state=prev_state, notify=notify)


class _Teller(pybreaker.CircuitBreakerListener):
    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        log.warning("The breaker of %s is %s.", cb.name, new_state.name)
