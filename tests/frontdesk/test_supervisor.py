import os
import socket
import sys
import time

import psutil
import psycopg
import pytest

from frontdesk.supervisor import __main__ as command
from frontdesk.supervisor import child as child_module
from frontdesk.supervisor.child import Child
from frontdesk.supervisor.pulse import Pulse

SLEEP = ["sleep", "60"]


@pytest.fixture
def make_child(tmp_path):
    made = []

    def make(*words: str, **environment: str) -> Child:
        made.append(Child("child", list(words), tmp_path / "child.log", environment))
        made[-1].start()
        return made[-1]

    yield make
    for child in made:
        child.kill()


def wait_for(condition, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


# -- A child ----------------------------------------------------------------------------------
def test_a_child_that_ended_is_started_again_after_its_pause(make_child):
    child = make_child(sys.executable, "-c", "raise SystemExit(3)")
    child.process.wait()

    assert child.look_after() == 3
    assert child.process is None  # its pause is not over

    child.wait_until = 0
    assert child.look_after() is None
    assert child.process is not None


def test_a_living_child_is_left_alone(make_child):
    child = make_child(*SLEEP)
    first = child.process

    assert child.look_after() is None
    assert child.process is first


def test_pauses_grow_up_to_half_a_minute_and_a_long_life_forgives(make_child, monkeypatch):
    child = make_child(*SLEEP)
    now = [1000.0]
    monkeypatch.setattr(child_module.time, "monotonic", lambda: now[0])

    def pause_after(life: float) -> float:
        child.started_at = now[0]
        now[0] += life
        child.kill()
        return child.wait_until - now[0]

    assert [pause_after(1) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert pause_after(61) == 0
    assert pause_after(1) == 1


def test_killing_a_child_kills_its_whole_group(make_child):
    child = make_child("sh", "-c", "sleep 60 & echo $!; wait")
    wait_for(lambda: child.log.read_text().endswith("\n"))
    grandchild = psutil.Process(int(child.log.read_text()))

    child.kill()

    wait_for(lambda: not grandchild.is_running() or grandchild.status() == "zombie")


def test_a_child_that_does_not_end_when_asked_is_killed(make_child):
    child = make_child("sh", "-c", "trap '' TERM; echo ready; while true; do sleep 60; done")
    wait_for(lambda: "ready" in child.log.read_text())
    pid = child.process.pid

    child.ask_to_end()
    child.end(seconds=0.1)

    assert not psutil.pid_exists(pid)


def test_a_child_leads_a_group_of_its_own(make_child):
    child = make_child(*SLEEP)

    assert os.getpgid(child.process.pid) == child.process.pid


def test_a_child_is_told_its_own_settings_besides_ours(make_child, monkeypatch):
    monkeypatch.setenv("OURS", "1")
    child = make_child("sh", "-c", "echo $OURS $OWN", OWN="2")
    child.process.wait()

    assert child.log.read_text() == "1 2\n"


# -- The pulse --------------------------------------------------------------------------------
@pytest.fixture
def pulse(monkeypatch):
    """A pulse with a clock and a heartbeat to turn by hand."""
    watched = Pulse("unused", stale_seconds=150)
    watched.now, watched.beat = 1000.0, 1
    monkeypatch.setattr("frontdesk.supervisor.pulse.time.monotonic", lambda: watched.now)
    monkeypatch.setattr(watched, "_read", lambda: watched.beat)
    watched.is_lost()
    return watched


def test_a_heartbeat_that_moves_is_no_loss(pulse):
    for _ in range(5):
        pulse.now += 149
        pulse.beat += 1
        assert not pulse.is_lost()


def test_a_heartbeat_that_stands_still_is_lost(pulse):
    pulse.now += 150
    assert not pulse.is_lost()

    pulse.now += 1
    assert pulse.is_lost()


def test_a_database_that_is_away_proves_nothing(pulse, monkeypatch):
    def away() -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr(pulse, "_read", away)
    pulse.now += 1000

    assert not pulse.is_lost()


def test_a_new_task_cluster_gets_its_time(pulse):
    pulse.now += 151

    pulse.forgive()

    assert not pulse.is_lost()


# -- The start --------------------------------------------------------------------------------
def test_a_taken_port_is_said_clearly():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(command.Failed, match=f"Port {port} is taken"):
            command.refuse_taken(port)


def test_reset_never_touches_a_database_that_is_not_the_embedded_one(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/spa")

    with pytest.raises(command.Failed, match="--reset"):
        command.run(port=free_port(), empty=True, reset=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
