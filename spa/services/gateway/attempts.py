"""Beginning to pay: an attempt, with a reference that Wompi takes once (rule book §6.2).

No call is made. Wompi's absence keeps nobody from the checkout.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from spa.errors import BusinessLogicError
from spa.models import (
    Appointment,
    GatewayTransaction,
    Payment,
    PaymentMethod,
    PaymentRequest,
    PaymentState,
    RequestEnd,
    TransactionStatus,
)
from spa.services import payment_requests
from spa.services.gateway.decide import ASKED_FOR, EACH_MINUTE
from spa.services.transactions import locked_transaction
from spa.wompi import checkout


class CannotPay(BusinessLogicError):
    """A link cannot be paid now; `facts["reason"]`: `paid`, `over`, `processing`."""

    internal_code = "SPA-RULE"
    http_status = 422
    default_detail = _("This link can no longer be paid.")


@dataclass(frozen=True, slots=True)
class Opened:
    """An attempt, and until when the hosted checkout lets it begin."""

    payment: Payment
    ends_at: datetime


@locked_transaction
def open_attempt(*, request: PaymentRequest, now: datetime) -> Opened:
    """Return the attempt that the payer's browser takes to the checkout.

    While Wompi knows no transaction of it, it is the one of before, so that two tabs cannot pay
    twice; after a refusal, or when another amount is due by now, a new one begins.

    :raises CannotPay: it is paid (`paid`), the link is over (`over`), or Wompi is still working
        on a payment (`processing`)
    """
    visit = (
        Appointment.objects.select_related("location")
        .select_for_update(no_key=True, of=("self",))
        .filter(code=request.appointment)
        .first()
    )
    request = PaymentRequest.objects.locked().get(pk=request.pk)

    due = payment_requests.due_cents(visit, request.purpose) if visit else 0
    attempts = list(request.attempts.locked())
    if request.closed_reason == RequestEnd.PAID or (
        not due and any(one.state == PaymentState.APPROVED for one in attempts)
    ):
        raise CannotPay(_("This is paid already. Thank you!"), reason="paid")
    ends_at = payment_requests.end_of(request, visit)
    if not request.is_open or ends_at <= now or due < checkout.LEAST_CENTS:
        raise CannotPay(reason="over")
    if _is_under_way(visit, now):
        raise CannotPay(
            _("Your payment is being processed. Do not pay again: this page will tell you."),
            reason="processing",
        )

    last = attempts[-1] if attempts else None
    fits = last and last.state == PaymentState.PENDING and last.amount_cents == due
    if fits and not last.transactions.exists():
        return Opened(last, ends_at)
    payment = Payment.objects.create(
        location=visit.location,
        client_id=visit.client_id,
        appointment=visit.code,
        method=PaymentMethod.WOMPI,
        state=PaymentState.PENDING,
        amount_cents=due,
        reference=checkout.new_reference(),
        request=request,
        look_at=now + EACH_MINUTE,
        at=now,
    )
    return Opened(payment, ends_at)


def _is_under_way(visit: Appointment, now: datetime) -> bool:
    """Say whether Wompi is known to work on a payment of the visit, by this link or another.

    One that it never ended locks nothing for longer than we ask about it.
    """
    return GatewayTransaction.objects.filter(
        payment__appointment=visit.code,
        status=TransactionStatus.PENDING,
        created_at__gt=now - ASKED_FOR,
    ).exists()
