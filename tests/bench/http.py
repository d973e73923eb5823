"""Fifty desks at once, over HTTP, with server and load on the same cores."""

import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from spa.models import Appointment
from spa.services import verification
from tests.bench import places
from tests.bench.contention import BOOKED, BOOKERS, TAKEN, Try, figures, starts
from tests.bench.dataset import DESKS, Spa
from tests.bench.desks import Answer, Desk, log_in
from tests.bench.measure import Figure, Options, bench

PATIENCE = 300
Job = Callable[[int, Desk], None]


def outcome(answer: Answer) -> str:
    """Return what became of a booking that was posted: booked, or the refusal's code."""
    if answer.status in (204, 302):
        return BOOKED
    if answer.status in (409, 422) and answer.code:
        return answer.code
    return f"HTTP {answer.status}"


def together(web: places.Web, sessions: list[str], job: Job) -> None:
    """Run a job at each of the desks at once, each with its panel open."""
    barrier = threading.Barrier(len(sessions))

    def work(number: int, desk: Desk) -> None:
        desk.open()
        barrier.wait()
        job(number, desk)
        desk.close()

    threads = [
        threading.Thread(target=work, args=(number, Desk(web.port, session)), daemon=True)
        for number, session in enumerate(sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)


@bench("http-rush")
def http_rush(options: Options) -> Iterator[Figure]:
    with places.fresh() as database, places.web(database) as web:
        spa = Spa.read(options.now)
        sessions = [log_in(user) for user in spa.desks]
        barrier, answers = threading.Barrier(BOOKERS), queue.SimpleQueue()

        def job(number: int, desk: Desk) -> None:
            for slot, starts_at in enumerate(starts(spa)):
                barrier.wait()
                began = time.monotonic()
                got = desk.book(
                    client=spa.callers[number],
                    service=spa.massage,
                    staff=spa.staff[0],
                    starts_at=starts_at,
                )
                answers.put(Try(slot, outcome(got), began, time.monotonic()))

        together(web, sessions, job)
        tries = [answers.get() for _ in range(answers.qsize())]
        findings = [*verification.findings(), *web.complaints()]
    yield from figures("http-rush", "over HTTP", tries, findings)


@bench("http-load")
def http_load(options: Options) -> Iterator[Figure]:
    """Book at random: a day, an hour and a therapist that may well be taken already."""
    with places.fresh() as database, places.web(database) as web:
        spa = Spa.read(options.now)
        sessions = [log_in(user) for user in spa.desks]
        before = Appointment.objects.count()
        tries: queue.SimpleQueue[tuple[str, float, float]] = queue.SimpleQueue()

        def job(number: int, desk: Desk) -> None:
            chance = random.Random(number)
            callers = iter(spa.callers[number::DESKS])
            until = time.monotonic() + options.seconds
            while time.monotonic() < until:
                starts_at = random_start(spa, chance)
                began = time.monotonic()
                got = desk.book(
                    client=next(callers),
                    service=spa.short,
                    staff=chance.choice(spa.staff),
                    starts_at=starts_at,
                )
                ended = time.monotonic()
                tries.put((outcome(got), ended, (ended - began) * 1000))

        used = time.process_time()
        together(web, sessions, job)
        used = (time.process_time() - used) / options.seconds
        done = [tries.get() for _ in range(tries.qsize())]
        booked = Appointment.objects.count() - before
        findings = [*verification.findings(), *web.complaints()]
    yield from load_figures(done, booked, findings, used)


def random_start(spa: Spa, chance: random.Random) -> datetime:
    return spa.at(chance.randint(1, 60), chance.randint(8, 19))


def load_figures(
    done: list[tuple[str, float, float]], booked: int, findings: list[str], used: float
) -> Iterator[Figure]:
    outcomes = Counter(name for name, _ended, _took in done)
    refused = {name: number for name, number in outcomes.items() if name != BOOKED}
    unclean = [f"{number} × {name}" for name, number in refused.items() if name != TAKEN]
    if booked != outcomes[BOOKED]:
        unclean.append(f"{booked} visits stand there, {outcomes[BOOKED]} were promised")
    # By whole seconds, but for the last one, which is not whole.
    first = min(ended for _name, ended, _took in done)
    seconds = Counter(int(ended - first) for name, ended, _took in done if name == BOOKED)
    rates = [seconds[second] for second in range(max(seconds))]
    note = (
        f"{outcomes[BOOKED]} booked; refused: {refused or 'none'}; {len(findings)} findings by SQL;"
        f" the load itself took {used:.0%} of one core"
    )
    yield Figure(
        "http-load.rate",
        f"{DESKS} desks over HTTP, random slots",
        "booked/s",
        rates,
        86,
        at_least=True,
        note=note,
        wrong="; ".join([*unclean, *findings]),
    )
    for key, words, right in (("booked", "booked", True), ("refused", "refused", False)):
        took = [took for name, _ended, took in done if (name == BOOKED) == right]
        if took:
            yield Figure(f"http-load.{key}", f"… until an answer that it is {words}", "ms", took)
    yield Figure("http-load.all", "… answers of both kinds", "answers/s", all_rates(done, first))


def all_rates(done: list[tuple[str, float, float]], first: float) -> list[int]:
    seconds = Counter(int(ended - first) for _name, ended, _took in done)
    return [seconds[second] for second in range(max(seconds))]
