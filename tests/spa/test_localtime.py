"""Local minutes and instants, on days that have 23 or 25 hours too."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from spa import localtime

NEW_YORK = ZoneInfo("America/New_York")  # jumps on 2026-03-08 at 2:00, falls back on 2026-11-01
BOGOTA = ZoneInfo("America/Bogota")


def utc(*parts):
    return localtime.minutes(datetime(*parts, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "minute", "zone", "expected"),
    [
        (date(2026, 11, 19), 600, BOGOTA, utc(2026, 11, 19, 15)),
        (date(2026, 11, 19), 1440, BOGOTA, utc(2026, 11, 20, 5)),
        (date(2026, 3, 8), 119, NEW_YORK, utc(2026, 3, 8, 6, 59)),
        (date(2026, 3, 8), 150, NEW_YORK, utc(2026, 3, 8, 7)),  # skipped: the moment of the jump
        (date(2026, 3, 8), 180, NEW_YORK, utc(2026, 3, 8, 7)),
        (date(2026, 11, 1), 90, NEW_YORK, utc(2026, 11, 1, 5, 30)),  # shown twice: the first
        (date(2026, 11, 1), 1440, NEW_YORK, utc(2026, 11, 2, 5)),
    ],
)
def test_a_local_minute_means_one_instant(day, minute, zone, expected):
    assert localtime.instant(day, minute, zone) == expected


@pytest.mark.parametrize(
    ("day", "starts"), [(date(2026, 3, 7), 96), (date(2026, 3, 8), 92), (date(2026, 11, 1), 96)]
)
def test_the_grid_holds_each_start_once(day, starts):
    found = localtime.grid(day, day, step=15, zone=NEW_YORK)

    assert len(found) == starts
    assert list(found) == sorted(set(found))


def test_seconds_are_cut_or_rounded_up():
    at = datetime(2026, 11, 19, 10, 0, 30, tzinfo=UTC)

    assert localtime.minutes(at, round_up=True) - localtime.minutes(at) == 1
