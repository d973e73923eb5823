"""Start the demo spa: build it where nothing is, else bring it to the present."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from spa.demo import holds, house, links, people, till, today, visits
from spa.models import Location

BACK, AHEAD = 90, 30  # days


@dataclass(frozen=True, slots=True)
class Started:
    written: int = 0  # visits new in the calendar
    led_on: int = 0  # visits that were under way or over


@transaction.atomic
def start(now: datetime, *, back: int = BACK, ahead: int = AHEAD) -> Started | None:
    """Bring the demo to `now`; at the same moment a second start changes nothing.

    Visits on which a person has acted are left as they are. Returns None, and does nothing,
    in a spa that is not the demo.
    """
    if not Location.objects.exists():
        house.build()
        people.make_clients(now)
    elif not people.are_here():
        return None
    day = Location.objects.order_by("position", "pk")[0].today(now=now)
    house.block_time(day - timedelta(days=back), day + timedelta(days=ahead))
    till.provide_drawers()
    till.close_yesterdays(now)
    # In this order: what is new is found by when the last thing happened here.
    written = visits.fill(now, back=back, ahead=ahead)
    led_on = visits.advance(now)
    written += today.fill_up(now)
    led_on += today.enliven(now)
    written += holds.keep_some(now)
    return Started(written + links.go_wrong(now), led_on)
