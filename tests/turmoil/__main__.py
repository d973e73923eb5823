"""`python -m tests.turmoil build`, `… work SEED seconds|steps HOW_MANY`, `… judge TALLIES`."""

import json
import sys
from collections import Counter

import django


def main(command: str, *arguments: str) -> None:
    django.setup()
    {"build": build, "work": work, "judge": judge}[command](*arguments)


def build() -> None:
    from tests.turmoil import house

    house.build()


def work(seed: str, unit: str, how_many: str) -> None:
    from tests.turmoil import worker

    progress = {"seconds": worker.seconds, "steps": worker.steps}[unit]
    tally = worker.work(int(seed), progress(int(how_many)))
    sys.stdout.write(json.dumps(vars(tally)))


def judge(tallies: str) -> None:
    """Say what the desks did, and what is wrong after it."""
    from tests.turmoil import aftermath, worker

    parts = [
        worker.Tally(Counter(one["outcomes"]), one["faults"], one["blocks"])
        for one in json.loads(tallies)
    ]
    tally = sum(parts, worker.Tally())
    findings = list(aftermath.findings(tally))
    if not tally.times(worker.DONE) or len(parts) < 2:
        findings.append("too little was done to prove anything")
    deadlocks = aftermath.deadlocks()
    if deadlocks:  # nobody was told, since each was tried again, but some lock is out of order
        findings.append(f"PostgreSQL had to break {deadlocks} deadlocks")
    told = (
        f"{tally.commands} commands, {tally.times(worker.DONE)} of them done; "
        f"{deadlocks} deadlocks, {tally.times('SPA-BUSY')} × SPA-BUSY"
    )
    sys.stdout.write(json.dumps({"told": told, "findings": findings, "of": tally.outcomes}))


if __name__ == "__main__":
    main(*sys.argv[1:])
