"""Web and task processes are killed or frozen under a running desk."""

import os
import signal

import psutil

from tests.drills import drill, expect
from tests.drills.places import Desk, desk


def replaced(place: Desk, word: str, old: psutil.Process) -> bool:
    """Say whether another process leads now, and nothing is left of the old group."""
    new = place.leader(word)
    return bool(new and new.pid != old.pid and not group(old.pid))


def group(number: int) -> list[psutil.Process]:
    """Return the living processes of a process group."""
    return [each for each in psutil.process_iter() if _group_of(each.pid) == number]


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return -1


@drill("a killed web server is started again, and no worker of the old one is left")
def web_is_restarted() -> None:
    with desk() as place:
        old = place.leader("gunicorn")
        old.kill()
        expect("another web server", lambda: replaced(place, "gunicorn", old))
        expect("pages work again", place.serves)


@drill("killed parents and sentinels of the task cluster are replaced, orphans and all")
def tasks_are_restarted() -> None:
    with desk() as place:
        old = place.leader("qcluster")
        old.kill()
        expect("another task cluster", lambda: replaced(place, "qcluster", old))
        place.works_off_a_task()

        # The sentinel: its parent ends with exit code 0, the workers stay.
        old = place.leader("qcluster")
        expect("its processes", old.children)
        old.children()[0].kill()
        expect("another task cluster", lambda: replaced(place, "qcluster", old))
        place.works_off_a_task()


@drill("when the supervisor is killed, its processes end, and a new start finds the port free")
def supervisor_is_killed() -> None:
    with desk() as place:
        leaders = [place.leader(word) for word in ("gunicorn", "qcluster", "wompi_sandbox")]
        place.supervisor.kill()
        place.supervisor.wait()
        expect("they end by themselves", lambda: not any(group(each.pid) for each in leaders))
        place.start()
        place.works_off_a_task()


@drill("a frozen task cluster is found by its missing heartbeat and replaced", quick=False)
def frozen_tasks_are_replaced() -> None:
    with desk() as place:
        old = place.leader("qcluster")
        for each in group(old.pid):
            each.send_signal(signal.SIGSTOP)
        expect("not ready", lambda: not place.is_ready(), seconds=200)
        expect("another task cluster", lambda: replaced(place, "qcluster", old), seconds=60)
        expect("ready again", place.is_ready, seconds=90)


@drill("a task cluster whose idle workers are killed, three times, always works again", quick=False)
def idle_workers_are_killed() -> None:
    with desk() as place:
        for _ in range(3):
            sentinel = place.leader("qcluster").children()[0]
            for worker in sentinel.children()[:2]:
                worker.kill()
            before = place.beat_at()
            expect("a later heartbeat", lambda seen=before: place.beat_at() != seen, seconds=300)
