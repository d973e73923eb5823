"""Visits of today and tomorrow that wait for their deposit, booked as the desk books them."""

import random
from datetime import datetime, timedelta

from spa import localtime
from spa.demo.stories import ORIGIN
from spa.errors import BusinessLogicError
from spa.models import Appointment, AppointmentStatus, Client, Location, Service
from spa.services import booking, slots
from spa.services.audit import Actor
from spa.services.booking import Terms
from spa.services.slots import Wanted

# For how many minutes each of them is kept.
KEPT = (20, 60, 4 * 60, 24 * 60)
TRIES = 24  # the first half of them for today only


def keep_some(now: datetime) -> int:
    """Book until so many wait in the first house; return how many that were."""
    location = Location.objects.order_by("position", "pk").first()
    waiting = Appointment.objects.filter(
        location=location, status=AppointmentStatus.PENDING_PAYMENT, held_until__gt=now
    ).count()
    return sum(book(location, minutes, now) is not None for minutes in KEPT[waiting:])


def book(location: Location, minutes: int, now: datetime) -> Appointment | None:
    """Book somebody at some free time that is far enough ahead; None where nobody could be."""
    chance = random.Random(f"{now.isoformat()} {minutes}")
    today = location.today(now=now)
    services = list(Service.objects.offered().filter(room_kind__isnull=False).order_by("pk"))
    clients = list(
        Client.objects.filter(
            persona_non_grata_since=None, vip_until=None, appointments__debt_cents=0
        )
        .distinct()
        .order_by("pk")
    )
    for number in range(TRIES if services and clients else 0):
        client, wanted = chance.choice(clients), [Wanted(chance.choice(services).pk)]
        window = slots.load(
            location=location,
            wanted=wanted,
            first_day=today,
            last_day=today + timedelta(days=1),
            client=client,
            now=now,
        )
        ahead = localtime.minutes(now + timedelta(hours=window.policy["no_deposit_within_hours"]))
        starts = [slot.plan.start for slot in window.search().slots if slot.plan.start > ahead]
        tonight = localtime.minutes(localtime.day_span(today, location.tz)[1])
        if number < TRIES // 2:
            starts = [start for start in starts if start < tonight]
        if not starts:
            continue
        try:
            return booking.book_at(
                location=location,
                client=client,
                wanted=wanted,
                starts_at=localtime.moment(chance.choice(starts)),
                now=now,
                actor=Actor(origin=ORIGIN),
                terms=Terms(keep_minutes=minutes),
            )
        except BusinessLogicError:
            continue
    return None
