"""Finding free times, and how that grows with the history."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from spa.models import Service
from spa.services import slots
from tests.bench import places
from tests.bench.dataset import Spa
from tests.bench.measure import Figure, Options, bench, quantile, say, statements, timed

ROUNDS = 8


def searches(spa: Spa, now: datetime) -> dict[str, tuple[str, Callable[[int], slots.Window]]]:
    """Return the three searches, each with its words; a number varies day and client."""

    def search(services: Sequence[Service], days: int) -> Callable[[int], slots.Window]:
        def run(number: int) -> slots.Window:
            first = spa.today + timedelta(days=1 + number % (60 - days))
            window = slots.load(
                location=spa.location,
                wanted=[slots.Wanted(service.pk) for service in services],
                first_day=first,
                last_day=first + timedelta(days=days - 1),
                client=spa.regulars[number % min(100, len(spa.regulars))],
                now=now,
            )
            assert window.search().slots, "a bench that finds nothing measures nothing"
            return window

        return run

    return {
        "day": ("one service, one day, all staff", search([spa.massage], 1)),
        "month": ("one service, 30 days, all staff", search([spa.massage], 30)),
        "sequence": ("three services in sequence with rooms, 7 days", search(spa.sequence, 7)),
    }


@bench("slots")
def find(options: Options) -> Iterator[Figure]:
    aims = {"day": (4, 200), "month": (40, 40), "sequence": (40, 40)}
    for name, (words, search) in searches(Spa.read(options.now), options.now).items():
        aim, times = aims[name]
        samples = timed(search, times=times)
        with statements() as sent:
            search(0)
        yield Figure(f"slots.{name}", f"slots: {words}", "ms", samples, aim)
        aim = None if name == "sequence" else 4
        yield Figure(f"slots.{name}.queries", "… its queries", "queries", [len(sent)], aim)
        window = search(0)
        engine = timed(lambda _number, window=window: window.search(), times=times, warm_up=2)
        yield Figure(f"slots.{name}.engine", "… of that the engine, without loading", "ms", engine)
        why = timed(lambda _number, window=window: window.search().refused, times=times, warm_up=2)
        yield Figure(f"slots.{name}.why", "… the engine, with why not of all others", "ms", why)


@bench("growth")
def growth(options: Options) -> Iterator[Figure]:
    """Compare the same searches in databases with more and more history, turn by turn."""
    databases = {size: f"{places.MAIN}_{size}" for size in options.sizes}
    medians = defaultdict(lambda: defaultdict(list))
    for turn in range(ROUNDS if databases else 0):
        say(f"  growth: round {turn + 1} of {ROUNDS}")
        for size in options.sizes[:: 1 if turn % 2 else -1]:
            with places.using(databases[size]):
                spa = Spa.read(options.now)
                for name, (_words, search) in searches(spa, options.now).items():
                    samples = timed(search, times=30 if name == "day" else 10, warm_up=3)
                    medians[name][size].append(quantile(samples, 50))
    for name, by_size in medians.items():
        smallest = by_size[options.sizes[0]]
        for size in options.sizes[1:]:
            ratios = [more / few for more, few in zip(by_size[size], smallest, strict=True)]
            what = f"slots, {name}: {size:,} visits of history against {options.sizes[0]:,}"
            yield Figure(f"growth.{name}.{size}", what, "ratio", ratios, 1.2)
