"""A visit as it stands in its client's own calendar: by mail, and from the page she pays on."""

from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _

from spa.models import Appointment
from spa.services.messages import ics


def event_of(visit: Appointment, *, now: datetime, cancelled: bool = False) -> ics.Event:
    """Return a visit's event, the same one wherever it comes from: its `uid` is the visit's.

    Its title holds no name, no treatment and no amount: calendars are shared (SEC-20).
    """
    house = visit.location
    return ics.Event(
        uid=f"{visit.code.lower()}@{domain()}",
        sequence=visit.version,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        written_at=now,
        title=_("Visit to the spa"),
        place=f"{house.name}, {house.address}" if house.address else house.name,
        organizer=sender(),
        cancelled=cancelled,
    )


def sender() -> str:
    """Return the address that our mail comes from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def domain() -> str:
    return sender().rpartition("@")[2]
