"""One breaker for all processes: when it opens, who tries, and what tells it nothing."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from spa.models import BreakerPhase, BreakerState
from spa.wompi.breaker import SharedBreaker
from spa.wompi.errors import GatewayFailed, GatewayRefused, GatewayTimeout, GatewayUnavailable
from tests.concurrency import Thread

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "test"


def breaker(**changed) -> SharedBreaker:
    return SharedBreaker(NAME, **changed)


def fails(error: Exception):
    def call():
        raise error

    return call


def fail(times: int = 1, error: Exception | None = None, **changed) -> None:
    error = error or GatewayFailed()
    for _ in range(times):
        with pytest.raises(type(error)):
            breaker(**changed).call(fails(error))


def state() -> BreakerState:
    return BreakerState.objects.get(pk=NAME)


def let_time_pass(seconds: float = 60) -> None:
    since = Now() - timedelta(seconds=seconds)
    assert BreakerState.objects.filter(pk=NAME).update(opened_at=since)


def test_five_failures_in_a_row_open_it_and_the_fifth_says_what_happened():
    fail(4)
    assert breaker().call(lambda: "paid") == "paid"
    fail(5, GatewayTimeout())

    assert breaker().is_open()
    with pytest.raises(GatewayUnavailable):
        breaker().call(lambda: pytest.fail("asked"))


def test_a_success_begins_the_count_anew():
    fail(4)
    breaker().call(lambda: None)
    fail(4)

    assert not breaker().is_open()


@pytest.mark.parametrize(
    "neutral", [GatewayRefused(status=404), KeyError("a fault of ours")], ids=repr
)
def test_what_is_not_the_gateways_fault_neither_counts_nor_begins_anew(neutral):
    fail(3)
    fail(10, neutral)
    assert state().failures == 3

    fail(2)
    assert breaker().is_open()


def test_who_is_refused_is_told_when_to_come_again():
    fail(5)
    let_time_pass(20)

    with pytest.raises(GatewayUnavailable) as refusal:
        breaker().call(lambda: None)
    assert 38 <= refusal.value.retry_after_seconds <= 40


def test_after_the_pause_a_trial_that_succeeds_closes_it():
    fail(5)
    let_time_pass()

    assert breaker().call(lambda: "paid") == "paid"
    assert (state().phase, state().failures) == (BreakerPhase.CLOSED, 0)


def test_after_the_pause_a_trial_that_fails_opens_it_for_another_one():
    fail(5)
    let_time_pass()
    fail(1)

    with pytest.raises(GatewayUnavailable):
        breaker().call(lambda: pytest.fail("asked"))


def test_a_trial_that_tells_nothing_leaves_it_open_to_the_next_one():
    fail(5)
    let_time_pass()
    fail(1, GatewayRefused(status=404))
    assert state().phase == BreakerPhase.OPEN

    assert breaker().call(lambda: "paid") == "paid"
    assert not breaker().is_open()


def test_exactly_one_of_eight_callers_makes_the_trial():
    fail(5)
    let_time_pass()
    asked, all_answered, together = [], threading.Event(), threading.Barrier(8)

    def ask() -> str:
        asked.append("asked")
        assert all_answered.wait(10)  # the others come while the trial is under way
        return "paid"

    def caller() -> str:
        one = breaker()
        together.wait(10)
        try:
            return one.call(ask)
        except GatewayUnavailable:
            return "refused"

    threads = [Thread(caller) for _ in range(8)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while sum(thread.is_alive() for thread in threads) > 1 and time.monotonic() < deadline:
        threads[0].join(0.01)
    all_answered.set()

    assert sorted(thread.outcome() for thread in threads) == ["paid", *["refused"] * 7]
    assert asked == ["asked"]


def test_a_trial_whose_process_died_does_not_block_for_ever():
    fail(5)
    let_time_pass()
    assert breaker().memory.claim_trial(timedelta(seconds=60))  # and nothing more is heard of it

    with pytest.raises(GatewayUnavailable):
        breaker().call(lambda: pytest.fail("asked"))
    let_time_pass()
    assert breaker().call(lambda: "paid") == "paid"


def test_calls_do_not_wait_for_each_other():
    shared, together = breaker(), threading.Barrier(8)

    # Each call ends only when all eight are under way.
    threads = [Thread(lambda: shared.call(lambda: together.wait(10))) for _ in range(8)]
    for thread in threads:
        thread.start()

    assert sorted(thread.outcome() for thread in threads) == list(range(8))


def test_a_process_that_slept_through_it_does_not_wipe_the_count():
    sleeper = breaker()
    fail(4)
    with pytest.raises(GatewayFailed):
        sleeper.call(fails(GatewayFailed()))  # opens it, and hears nothing of what follows
    let_time_pass()
    breaker().call(lambda: None)
    fail(4)

    with pytest.raises(GatewayFailed):
        sleeper.call(fails(GatewayFailed()))

    assert breaker().is_open()


# -- Two processes -----------------------------------------------------------------------------

FAILS = "def ask(): raise GatewayFailed"
SUCCEEDS = "def ask(): print('asked', flush=True); sys.stdin.readline()"
PROGRAM = """
import sys
import django
django.setup()
from spa.wompi.breaker import SharedBreaker
from spa.wompi.errors import GatewayFailed, GatewayUnavailable
breaker = SharedBreaker("test")
print("ready", flush=True)
sys.stdin.readline()
{ask}
for _ in range({times}):
    try:
        breaker.call(ask)
    except GatewayFailed:
        print("failed", flush=True)
    except GatewayUnavailable:
        print("refused", flush=True)
    else:
        print("paid", flush=True)
"""


class Process:
    """Another process with the same database, which calls when it is told to."""

    def __init__(self, ask: str, times: int = 1) -> None:
        name = connection.settings_dict["NAME"]
        url = settings.DATABASE_URL.replace("/spa", f"/{name}", 1)
        assert name in url
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(ask=ask, times=times)],
            env=os.environ
            | {
                "DATABASE_URL": url,
                "SPA_MODE": "demo",
                "DJANGO_SETTINGS_MODULE": "frontdesk.settings",
            },
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.line() == "ready"

    def go(self) -> None:
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def line(self) -> str:
        return self._process.stdout.readline().strip()

    def rest(self) -> list[str]:
        return self._process.communicate(timeout=30)[0].split()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=30)


def test_failures_of_one_process_open_it_for_another():
    failing, other = Process(FAILS, times=3), Process(FAILS, times=4)
    failing.go()
    assert failing.rest() == ["failed"] * 3
    other.go()

    assert other.rest() == ["failed", "failed", "refused", "refused"]
    assert breaker().is_open()


def test_of_two_processes_one_makes_the_trial():
    fail(5)
    one, other = Process(SUCCEEDS), Process(SUCCEEDS)
    let_time_pass()
    one.go()
    assert one.line() == "asked"
    other.go()
    assert other.rest() == ["refused"]
    one.go()

    assert one.rest() == ["paid"]
    assert not breaker().is_open()


def test_a_process_that_is_killed_during_its_trial_does_not_block_for_ever():
    fail(5)
    dying = Process(SUCCEEDS)
    let_time_pass()
    dying.go()
    assert dying.line() == "asked"
    dying.kill()

    assert state().phase == BreakerPhase.TRIAL
    let_time_pass()
    assert breaker().call(lambda: "paid") == "paid"
