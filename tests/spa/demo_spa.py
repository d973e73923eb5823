"""What the tests of the demo spa ask of it."""

from collections import Counter
from datetime import datetime, time, timedelta

from spa.demo import bruma
from spa.models import Appointment, AppointmentItem
from spa.postgres.checks import check_now
from spa.services import verification
from tests.factories import BOGOTA, TODAY

# A small window, since what is tested of a day is true of ninety.
WINDOW = {"back": 5, "ahead": 3}
LOOKS = {"confirmed", "rescheduled", "arrived", "service", "done", "noshow", "cancelled"}


def clock(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    return datetime.combine(TODAY + timedelta(days=days), time(hour, minute), BOGOTA)


def start(now: datetime, **window: int) -> bruma.Started | None:
    """Start the demo and let the database check what it checks at the commit."""
    started = bruma.start(now, **(window or WINDOW))
    check_now()
    return started


def todays(now: datetime):
    """Return the visits on Chapinero's calendar of that day."""
    day = now.date()
    return Appointment.objects.filter(location__name="Chapinero", starts_at__date=day)


def looks(now: datetime) -> Counter:
    """Count the day's cards by their look; who waits for a deposit may do so on the next day."""
    return Counter(visit.look for visit in todays(now) if visit.look != "pending")


def findings() -> list[str]:
    return list(verification.findings())


def fingerprint() -> list[tuple]:
    """Return everything that is booked, without the keys, which differ from load to load.

    An unpaid visit is booked by the desk's own service, which draws its group.
    """
    rows = AppointmentItem.objects.order_by(
        "starts_at", "staff__name", "place", "group"
    ).values_list(
        *("group", "appointment__client__name", "appointment__status", "appointment__version"),
        *("service__name", "staff__name", "room__name", "place", "price_cents", "occupies"),
        *("starts_at", "ends_at", "staff_busy_until", "room_busy_until"),
    )
    told = [row if row[2] != "pending_payment" else (None, *row[1:]) for row in rows]
    return sorted(told, key=str)
