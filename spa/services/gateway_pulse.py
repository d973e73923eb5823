"""What the open day has to know of payments by link, in one query: it asks every few seconds."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast

from spa import localtime
from spa.models import (
    Action,
    Appointment,
    AppointmentChange,
    AppointmentStatus,
    BreakerPhase,
    BreakerState,
    Location,
    PaymentRequest,
    PaymentState,
    TransactionStatus,
)
from spa.services.link_progress import is_wanted
from spa.wompi import breaker

MOST_NEWS = 3


@dataclass(frozen=True, slots=True)
class Pulse:
    """Visits are named by their codes; `came` is the last change by which money came."""

    is_down: bool
    paying: frozenset[str]
    prolonged: frozenset[str]  # kept for longer since Wompi does not answer
    wanted: int  # clients who want another link
    came: int
    version: str  # equal means unchanged; ends with `~` and `came`


def load(location: Location, day: date, *, now: datetime) -> Pulse:
    """Return how payments by link stand at a house, and on one of its days. One query."""
    first, *others = _parts(location, day, now)
    rows = sorted(first.union(*others, all=True))
    by_kind: dict[str, list[str]] = {}
    for kind, value in rows:
        by_kind.setdefault(kind, []).append(value)
    came = int(by_kind.pop("came", ["0"])[0])
    digest = hashlib.sha256(repr(by_kind).encode()).hexdigest()[:8]
    return Pulse(
        is_down="down" in by_kind,
        paying=frozenset(by_kind.get("paying", ())),
        prolonged=frozenset(by_kind.get("prolonged", ())),
        wanted=len(by_kind.get("wanted", ())),
        came=came,
        version=f".{digest}~{came}",
    )


def paid_since(location: Location, day: date, came: int) -> list[AppointmentChange]:
    """Return by which changes of the day money has come since, with visit and client. One query."""
    changes = _money(location, day).filter(pk__gt=came)
    return list(changes.select_related("appointment__client").order_by("pk")[:MOST_NEWS])


def _parts(location: Location, day: date, now: datetime) -> Iterable[QuerySet]:
    first, last = localtime.day_span(day, location.tz)
    waiting = Appointment.objects.filter(
        location=location, status=AppointmentStatus.PENDING_PAYMENT
    ).starting_between(first, last)
    down = BreakerState.objects.filter(pk=breaker.NAME).exclude(phase=BreakerPhase.CLOSED)
    paying = PaymentRequest.objects.open().filter(
        location=location,
        attempts__state=PaymentState.PENDING,
        attempts__transactions__status=TransactionStatus.PENDING,
    )
    prolonged = AppointmentChange.objects.filter(
        appointment__in=waiting, version=F("appointment__version"), reason_code="gateway_down"
    )
    wanted = PaymentRequest.objects.filter(is_wanted(now=now), location=location)
    yield down.values_list(_kind("down"), Value("", TextField()))
    yield paying.values_list(_kind("paying"), Cast("appointment", TextField()))
    yield prolonged.values_list(_kind("prolonged"), Cast("appointment__code", TextField()))
    yield wanted.values_list(_kind("wanted"), Cast("pk", TextField()))
    latest = _money(location, day).order_by("-pk")
    yield latest.values_list(_kind("came"), Cast("pk", TextField()))[:1]


def _money(location: Location, day: date) -> QuerySet[AppointmentChange]:
    """Return the changes by which the gateway paid visits of a day."""
    return AppointmentChange.objects.filter(
        location=location, day=day, action=Action.CHARGE, origin="gateway"
    )


def _kind(name: str) -> Value:
    return Value(name, TextField())
