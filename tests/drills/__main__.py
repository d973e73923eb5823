"""`./run drill [--quick]`: run the drills, print a table and what passed and failed."""

import argparse
import sys
import time
import traceback

from tests.drills import (  # noqa: F401
    DRILLS,
    Drill,
    clicks,
    database,
    gateway,
    links,
    processes,
    search,
    till,
    turmoil,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run drill", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    parser.add_argument("-k", default="", metavar="WORDS", help="only titles with these words")
    chosen = parser.parse_args()
    drills = [
        each for each in DRILLS if (each.quick or not chosen.quick) and chosen.k in each.title
    ]
    width = max((len(each.title) for each in drills), default=0)
    passed = [run(each, width) for each in drills]
    print(f"\n{passed.count(True)} passed, {passed.count(False)} failed", flush=True)
    return int(not all(passed))


def run(each: Drill, width: int) -> bool:
    """Run a drill, print its line, and say whether it passed."""
    began = time.monotonic()
    print(f"  {each.title:<{width}}  ", end="", flush=True)
    try:
        measured = each.function()
    except Exception:  # whatever it is, the other drills go on
        print(f"FAILED  {time.monotonic() - began:6.1f} s\n{traceback.format_exc()}", flush=True)
        return False
    print(f"passed  {time.monotonic() - began:6.1f} s  {measured or ''}".rstrip(), flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
