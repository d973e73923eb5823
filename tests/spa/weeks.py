"""What the tests of schedules write: weeks in short, and who changes them."""

from datetime import timedelta

from spa.services import schedule
from spa.services.schedule import Hours
from tests.factories import NOW, TODAY
from tests.spa.booking.houses import DESK

THURSDAY = 4  # TODAY
TOMORROW = TODAY + timedelta(days=1)
NEXT_WEEK = TODAY + timedelta(days=7)


def on(weekday, *spans):
    """Return the hours of one day: `on(4, (8, 12), (13, 20))`."""
    return [Hours(weekday, int(start * 60), int(end * 60)) for start, end in spans]


def daily(*spans):
    return [one for weekday in range(1, 8) for one in on(weekday, *spans)]


def set_week(house, hours, *, staff=None, valid_from=TODAY, actor=DESK, **fields):
    return schedule.set_week(
        location=house.location,
        staff=staff or house.paola,
        hours=hours,
        valid_from=valid_from,
        now=NOW,
        actor=actor,
        **fields,
    )


def lunch(house, whom="staff", **fields):
    """Take one to two away every day of the week."""
    who = {"staff": {"staff": house.paola}, "room": {"room": house.room}, "all": {}}[whom]
    return schedule.exclude_weekly(
        **{
            "location": house.location,
            "weekdays": range(1, 8),
            "from_minute": 13 * 60,
            "to_minute": 14 * 60,
            "valid_from": TODAY,
            "kind": "lunch",
            "now": NOW,
            "actor": DESK,
            **who,
            **fields,
        }
    )
