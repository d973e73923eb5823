"""`./run bench`: build a data set in a database of its own, measure, print one table."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatch

import django

from tests.bench import places

GROWTH = (1_000, 10_000, 100_000, 1_000_000)
BOGOTA = timezone(timedelta(hours=-5))
OPENS_AT = 7  # the bench's clock: before the first visit of a day that is full


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--appointments", type=int, default=10_000, choices=GROWTH, metavar="N")
    parser.add_argument("--growth", action="store_true", help="the searches at 1,000 to N as well")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="benches, as in *rush*")
    parser.add_argument("--seconds", type=float, default=30, help="of load over HTTP (30)")
    parser.add_argument("--json", action="store_true", help="only JSON on standard output")
    parser.add_argument("--keep", action="store_true", help="leave the databases there")
    chosen = parser.parse_args()
    set_up()
    from tests.bench import measure

    began = time.monotonic()
    options = measure.Options(
        appointments=chosen.appointments,
        seconds=chosen.seconds,
        sizes=[size for size in GROWTH if size <= chosen.appointments] if chosen.growth else [],
    )
    benches = [each for each in known() if fnmatch(each.name, chosen.only)]
    if not benches:
        parser.error(f"there are only: {', '.join(each.name for each in known())}")
    try:
        build(options)
        load = os.getloadavg()[0]
        figures = list(run(options, benches))
        report(options, figures, load, began, as_json=chosen.json)
    finally:
        if not chosen.keep:
            places.drop_all()
        places.CLUSTER.stop()
    return int(any(figure.wrong for figure in figures))


def set_up() -> None:
    """Start the cluster, and Django on a new database in it."""
    now = datetime.now(BOGOTA)
    opening = now.replace(hour=OPENS_AT, minute=0, second=0, microsecond=0)
    places.CLUSTER.start()
    os.environ |= {
        "SPA_MODE": "demo",
        "SPA_CLOCK_OFFSET": str(round((opening - now).total_seconds())),
        "DATABASE_URL": places.CLUSTER.dsn(places.MAIN),
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    }
    django.setup()
    places.drop_all()
    places.CLUSTER.ensure_db(places.MAIN)


def known() -> list:
    """Return all benches, in the order of the table."""
    from tests.bench import booking, contention, gateway, http, pages, ranking, slots
    from tests.bench.measure import BENCHES

    order = (slots, booking, contention, http, pages, gateway, ranking)
    names = [module.__name__ for module in order]
    return sorted(BENCHES, key=lambda each: names.index(each.function.__module__))


def build(options) -> None:
    """Make the tables, the static files and the data set, and a copy at each size of history."""
    from django.core.management import call_command

    from frontdesk.management.commands.prepare import collect_static
    from spa import clock
    from tests.bench import dataset
    from tests.bench.measure import say

    say("Tables and static files …")
    call_command("migrate", interactive=False, verbosity=0)
    collect_static()
    options.now = clock.now()
    began = time.monotonic()
    say(f"1,000 visits to come and {options.appointments:,} of history …")
    first = options.sizes[0] if options.sizes else options.appointments
    dataset.build(options.now, history=first)
    for size, before in zip(options.sizes, [first, *options.sizes], strict=False):
        dataset.add_history(options.now, first=before, until=size)
        dataset.finish()
        places.copy(f"{places.MAIN}_{size}")
    dataset.finish()
    say(f"  loaded in {time.monotonic() - began:.0f} s")


def run(options, benches: list) -> Iterator:
    from tests.bench.measure import say

    for each in benches:
        say(f"{each.name} …")
        yield from each.function(options)


def report(options, figures: list, load: float, began: float, *, as_json: bool) -> None:
    from tests.bench import report

    about = {
        "machine": report.machine(),
        "appointments": options.appointments,
        "load_average": round(load, 1),
        "took_seconds": round(time.monotonic() - began),
    }
    if as_json:
        text = json.dumps(report.as_json(figures, **about), indent=1, ensure_ascii=False)
    else:
        text = report.as_text(figures, **about)
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
