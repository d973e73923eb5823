"""A visit that is paid by link, and what Wompi says of it: for the tests of the gateway's money."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from spa.models import (
    Appointment,
    GatewayTransaction,
    JournalLine,
    Payment,
    PaymentRequest,
)
from spa.services import gateway, payment_requests
from spa.services.gateway import Settled
from spa.wompi.answers import Status, Transaction
from tests.factories import at
from tests.spa.booking.houses import DESK
from tests.spa.money.till import Till, fresh
from tests.spa.wompi.gateway import KEYS

_number = count(1)
DEPOSIT = 72_000_00


def with_keys(settings) -> None:
    """Give this installation a gateway, as the demo has one."""
    settings.WOMPI_PUBLIC_KEY, settings.WOMPI_PRIVATE_KEY = KEYS.public, KEYS.private
    settings.WOMPI_EVENTS_SECRET, settings.WOMPI_INTEGRITY_SECRET = KEYS.events[0], KEYS.integrity


def reported(
    payment: Payment | None = None,
    status: str = "APPROVED",
    *,
    cents: int | None = None,
    key: str = "",
    created_at: datetime | None = None,
    reference: str = "",
    currency: str = "COP",
    method: str = "CARD",
) -> Transaction:
    """Return a transaction as Wompi reports it when it is asked."""
    return Transaction(
        transaction_id=key or f"10042-1796000000-{next(_number):05d}",
        reference=reference or payment.reference,
        status=Status(status),
        amount_in_cents=payment.amount_cents if cents is None else cents,
        currency=currency,
        method=method,
        created_at=created_at or at(7, 5),
        body={"customer_email": "payer@example.test"},
    )


@dataclass
class Links:
    """A till whose visits can be paid by link."""

    till: Till

    def ask(self, visit: Appointment, *, now: datetime | None = None) -> PaymentRequest:
        return payment_requests.open_request(appointment=visit, now=now or at(7, 1), actor=DESK)

    def hold(self, *, minutes: int = 20, hour: int = 10, **fields) -> tuple[Appointment, Payment]:
        """Return a visit that waits for its deposit, and the attempt that its client began."""
        visit = self.till.hold(minutes=minutes, hour=hour, **fields)
        return visit, self.begin(self.ask(visit))

    def begin(self, request: PaymentRequest, *, now: datetime | None = None) -> Payment:
        return gateway.open_attempt(request=request, now=now or at(7, 2)).payment

    def hear(self, *told: Transaction, now: datetime | None = None) -> Settled:
        """Let Wompi report these transactions of one reference."""
        return gateway.settle(reference=told[0].reference, found=told, now=now or at(7, 6))


def row_of(told: Transaction) -> GatewayTransaction:
    return GatewayTransaction.objects.get(gateway_id=told.transaction_id)


def held(account: str) -> int:
    """Return the cents of an account, as the journal has them."""
    return sum(JournalLine.objects.filter(account=account).values_list("amount_cents", flat=True))


def later(moment: datetime, **delta: int) -> datetime:
    return moment + timedelta(**delta)


__all__ = ["DEPOSIT", "Links", "fresh", "held", "later", "reported", "row_of", "with_keys"]
