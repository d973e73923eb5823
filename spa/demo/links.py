"""What goes wrong with payments by link, so that a manager finds it on her screens.

Written through the services, as if Wompi had reported it; only where the demo has a gateway.
"""

from datetime import datetime

from spa.demo import holds
from spa.demo.stories import ORIGIN
from spa.models import Appointment, AppointmentStatus, GatewayTransaction, Location, Payment
from spa.services import booking, gateway, payment_requests
from spa.services.audit import Actor
from spa.wompi import keys
from spa.wompi.answers import Status, Transaction
from spa.wompi.checkout import CURRENCY

ACTOR = Actor(origin=ORIGIN)
# What Wompi calls them: of another merchant than the stand-in, which knows nothing of them.
TOO_LITTLE, TOO_LATE = "10043-1796000000-00001", "10043-1796000000-00002"
MISSING = 10_000_00
KEPT = 90  # minutes, for the one that comes too late


def go_wrong(now: datetime) -> int:
    """Let one deposit come too small and one too late, each once; return how many were booked."""
    if not keys.are_set():
        return 0
    there = set(
        GatewayTransaction.objects.filter(gateway_id__in=(TOO_LITTLE, TOO_LATE)).values_list(
            "gateway_id", flat=True
        )
    )
    location = Location.objects.order_by("position", "pk").first()
    if TOO_LITTLE not in there:
        _pay_too_little(location, now)
    return 0 if TOO_LATE in there else _pay_too_late(location, now)


def _pay_too_little(location: Location, now: datetime) -> None:
    waiting = Appointment.objects.filter(
        location=location, status=AppointmentStatus.PENDING_PAYMENT, held_until__gt=now
    )
    visit = waiting.order_by("-held_until", "pk").first()
    if visit is not None:
        payment = _begin(visit, now)
        _report(payment, TOO_LITTLE, payment.amount_cents - MISSING, "NEQUI", now)


def _pay_too_late(location: Location, now: datetime) -> int:
    """Have a client call her visit off while she pays for it: the money becomes her credit."""
    visit = holds.book(location, KEPT, now)
    if visit is None:
        return 0
    payment = _begin(visit, now)
    booking.cancel(appointment=visit, cancelled_by="client", now=now, actor=ACTOR)
    _report(payment, TOO_LATE, payment.amount_cents, "PSE", now)
    return 1


def _begin(visit: Appointment, now: datetime) -> Payment:
    request = payment_requests.open_request(appointment=visit, now=now, actor=ACTOR)
    return gateway.open_attempt(request=request, now=now).payment


def _report(payment: Payment, gateway_id: str, cents: int, method: str, now: datetime) -> None:
    told = Transaction(
        transaction_id=gateway_id,
        reference=payment.reference,
        status=Status.APPROVED,
        amount_in_cents=cents,
        currency=CURRENCY,
        method=method,
        created_at=now,
        body={
            "customer_email": "pagos.familia@example.test",
            "customer_data": {"full_name": "Hernán Echeverri"},
        },
    )
    gateway.settle(reference=payment.reference, found=[told], now=now)
