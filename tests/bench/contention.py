"""Fifty who want the same time, twenty times over: in threads, and in processes."""

import multiprocessing
import queue
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connections

from spa.models import Client
from spa.services import booking, verification
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.bench import places
from tests.bench.dataset import Spa
from tests.bench.measure import Figure, Options, bench

BOOKERS, SLOTS = 50, 20
PATIENCE = 120
BOOKED, TAKEN = "booked", "SPA-SLOT-TAKEN"


@dataclass(frozen=True)
class Try:
    """What one booker got of one slot, and when; seconds of the machine's clock."""

    slot: int
    outcome: str
    began: float
    ended: float


def starts(spa: Spa) -> list[datetime]:
    """Return the contested times: behind the busy days, an hour and three quarters apart."""
    return [spa.at(65 + number // 5, 9 + 2 * (number % 5)) for number in range(SLOTS)]


def figures(key: str, how: str, tries: list[Try], findings: list[str]) -> Iterator[Figure]:
    """Yield what a rush comes to: winners by slot, and how long until all are answered."""
    by_slot = defaultdict(list)
    for one in tries:
        by_slot[one.slot].append(one)
    outcomes = Counter(one.outcome for one in tries)
    winners = [sum(one.outcome == BOOKED for one in by_slot[slot]) for slot in range(SLOTS)]
    wrong = {name: number for name, number in outcomes.items() if name not in (BOOKED, TAKEN)}
    trouble = [*(f"{number} × {name}" for name, number in wrong.items()), *findings]
    if len(tries) != BOOKERS * SLOTS or set(winners) != {1}:
        trouble.append(f"{len(tries)} answers, winners by slot {sorted(winners)}")
    yield Figure(
        f"{key}.winners",
        f"{BOOKERS} bookers of one slot × {SLOTS}, {how}: who gets it",
        "visits",
        winners,
        aim=1,
        note=f"{outcomes[BOOKED]} booked, {outcomes[TAKEN]} refused with {TAKEN}",
        wrong="; ".join(trouble),
    )
    bursts = [
        (max(one.ended for one in burst) - min(one.began for one in burst)) * 1000
        for burst in by_slot.values()
    ]
    aim = 500 if key == "http-rush" else None
    yield Figure(f"{key}.burst", "… until all 50 are answered", "ms", bursts, aim)


@bench("rush")
def rush(options: Options) -> Iterator[Figure]:
    for how, run in (("threads", in_threads), ("processes", in_processes)):
        with places.fresh():
            tries = run(Spa.read(options.now), options.now)
            yield from figures(f"rush.{how}", how, tries, list(verification.findings()))


def booker(spa: Spa, client: Client, number: int, now: datetime, wait, answer) -> None:
    """Try to book each of the slots, together with all others."""
    for slot, starts_at in enumerate(starts(spa)):
        wait()
        began = time.monotonic()
        try:
            booking.book_at(
                location=spa.location,
                client=client,
                wanted=[Wanted(spa.massage.pk, spa.staff[0].pk)],
                starts_at=starts_at,
                now=now,
                actor=Actor(user=spa.desks[number]),
            )
            outcome = BOOKED
        except Exception as error:  # whatever it is, it is a result
            outcome = getattr(error, "internal_code", "") or repr(error)
        answer(Try(slot, outcome, began, time.monotonic()))
    connections.close_all()


def in_threads(spa: Spa, now: datetime) -> list[Try]:
    barrier, answers = threading.Barrier(BOOKERS), queue.SimpleQueue()
    threads = [
        threading.Thread(
            target=booker, args=(spa, client, number, now, barrier.wait, answers.put), daemon=True
        )
        for number, client in enumerate(spa.callers[:BOOKERS])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return [answers.get() for _ in range(answers.qsize())]


def in_processes(spa: Spa, now: datetime) -> list[Try]:
    # Forked: they find Django set up, and must find no connection.
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    barrier, answers = fork.Barrier(BOOKERS), fork.Queue()
    processes = [
        fork.Process(target=booker, args=(spa, client, number, now, barrier.wait, answers.put))
        for number, client in enumerate(spa.callers[:BOOKERS])
    ]
    for process in processes:
        process.start()
    tries = [answers.get(timeout=PATIENCE) for _ in range(BOOKERS * SLOTS)]
    for process in processes:
        process.join(PATIENCE)
    return tries
