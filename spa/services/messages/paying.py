"""What is told of paying by link: whether it is still so, and what the mail then needs.

The link itself is formed here, when its message leaves, and stands nowhere else (SEC-25).
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from spa import money
from spa.models import (
    Appointment,
    ClientCredit,
    CreditOrigin,
    DropReason,
    MessageKind,
    MessageState,
    OutboxMessage,
    Payment,
    PaymentRequest,
    PaymentState,
    RequestPurpose,
)
from spa.services import payment_requests
from spa.wompi import checkout

K, P, R = MessageKind, PaymentState, DropReason
ALIVE = (MessageState.WAITING, MessageState.CLAIMED, MessageState.SENT)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client can pay now, until when, and the secret address where she does."""

    purpose: RequestPurpose
    cents: int
    percent: int | None  # which part of the price the whole deposit is, where that is even
    until: datetime
    link: str = field(repr=False)

    @property
    def is_deposit(self) -> bool:
        return self.purpose == RequestPurpose.DEPOSIT


@dataclass(frozen=True, slots=True)
class Came:
    """A payment by link that came, and the credit that it left the client."""

    payment: Payment
    credit_cents: int = 0
    credit_until: date | None = None


def asked(message: OutboxMessage, visit: Appointment, now: datetime) -> Asked | DropReason:
    """Return what a link's message, or a refused payment's, asks for now. Three queries at most.

    Of several that wait the last one is sent. After a refusal nothing is said while another
    attempt is under way or has succeeded.
    """
    later = OutboxMessage.objects.filter(
        kind=message.kind, subject=message.subject, pk__gt=message.pk, state__in=ALIVE
    )
    if later.exists():
        return R.REPLACED
    request = PaymentRequest.objects.open().filter(appointment=visit.code).first()
    if request is None:
        return R.UNTRUE
    cents, until = (
        payment_requests.due_cents(visit, request.purpose),
        payment_requests.end_of(request, visit),
    )
    if cents < checkout.LEAST_CENTS or until <= now:
        return R.UNTRUE
    if message.kind == K.PAYMENT_DECLINED and _goes_on(request, message.occasion):
        return R.UNTRUE
    return Asked(
        purpose=RequestPurpose(request.purpose),
        cents=cents,
        percent=_percent(visit, cents) if request.purpose == RequestPurpose.DEPOSIT else None,
        until=until,
        link=payment_requests.link_of(request),
    )


def came(message: OutboxMessage, visit: Appointment) -> Came | DropReason:
    """Return the payment that a message is about, if it still stands. Two queries.

    Money that came too late is credit, or there is nothing to tell.
    """
    payment = Payment.objects.approved().filter(code=message.occasion).first()
    if payment is None or payment.appointment != visit.code:
        return R.UNTRUE
    lots = list(
        ClientCredit.objects.filter(
            payment=payment.code, origin__in=(CreditOrigin.LATE, CreditOrigin.OVERPAID)
        )
    )
    if message.kind == K.LATE_MONEY and not lots:
        return R.UNTRUE
    return Came(
        payment,
        credit_cents=sum(lot.initial_cents for lot in lots),
        credit_until=min((lot.expires_on for lot in lots), default=None),
    )


def _goes_on(request: PaymentRequest, refused: str) -> bool:
    """Say whether the refused attempt is not the last word on a request."""
    states = dict(request.attempts.values_list("code", "state"))
    return (
        states.get(refused) not in (P.DECLINED, P.ERROR)
        or P.PENDING in states.values()
        or P.APPROVED in states.values()
    )


def _percent(visit: Appointment, cents: int) -> int | None:
    whole = visit.total_cents
    percent = round(cents * 100 / whole) if whole else 0
    return percent if 0 < percent < 100 and money.share(whole, percent) == cents else None
