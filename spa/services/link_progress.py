"""How far a payment link has come: read from what was written down, never guessed.

Whether a mail was opened is not known, and nothing here says so.
"""

from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from spa.models import (
    Appointment,
    AppointmentStatus,
    GatewayTransaction,
    MessageKind,
    MessageState,
    OutboxMessage,
    Payment,
    PaymentRequest,
    PaymentState,
    RequestEnd,
    RequestPurpose,
    TransactionStatus,
)
from spa.services.payment_requests import SHOWN_AFTERWARDS

P, S, T = RequestPurpose, AppointmentStatus, TransactionStatus
REFUSED = (PaymentState.DECLINED, PaymentState.ERROR)


class Stage(StrEnum):
    """Where a link stands; what matters most about it comes first."""

    PAYING = "paying"
    PAID = "paid"
    ENDED = "ended"
    OVER = "over"
    DECLINED = "declined"
    UNDELIVERED = "undelivered"
    LEAVING = "leaving"
    SENT = "sent"
    OPEN = "open"


def with_progress(requests: QuerySet[PaymentRequest]) -> QuerySet[PaymentRequest]:
    """Give each request what `stage` needs, and when that was.

    `until` is when it ends, `refused_at` when Wompi last said no, `mail_at` when its mail left,
    or was written.
    """
    transactions = GatewayTransaction.objects.filter(payment__request=OuterRef("pk"))
    attempts = Payment.objects.filter(request=OuterRef("pk")).order_by("-pk")
    visits = Appointment.objects.filter(code=OuterRef("appointment"))
    mails = OutboxMessage.objects.filter(
        kind=MessageKind.PAYMENT_LINK,
        subject=OuterRef("appointment"),
        created_at__gte=OuterRef("created_at"),
    ).order_by("-pk")
    refused = transactions.filter(status__in=(T.DECLINED, T.ERROR)).order_by("-seen_at")
    return requests.annotate(
        is_being_paid=Exists(
            transactions.filter(status=T.PENDING, payment__state=PaymentState.PENDING)
        ),
        last_state=Subquery(attempts.values("state")[:1]),
        refused_at=Subquery(refused.values("seen_at")[:1]),
        mail_state=Subquery(mails.values("state")[:1]),
        mail_at=Subquery(mails.values(at=Coalesce("sent_at", "created_at"))[:1]),
        until=Coalesce(F("ends_at"), Subquery(visits.values("held_until")[:1])),
    )


def stage(request: PaymentRequest, *, now: datetime) -> Stage:
    """Return where a request of `with_progress` stands."""
    if request.closed_reason == RequestEnd.PAID:
        return Stage.PAID
    if request.is_being_paid:  # one that has begun counts, whatever became of the link
        return Stage.PAYING
    if request.closed_reason == RequestEnd.ENDED:
        return Stage.ENDED
    if not request.is_open or request.until is None or request.until <= now:
        return Stage.OVER
    if request.last_state in REFUSED:
        return Stage.DECLINED
    return _of_mail(request.mail_state)


def _of_mail(state: str | None) -> Stage:
    if state is None:
        return Stage.OPEN
    if state == MessageState.SENT:
        return Stage.SENT
    if state in (MessageState.DEAD, MessageState.DROPPED):
        return Stage.UNDELIVERED
    return Stage.LEAVING


def is_wanted(*, now: datetime) -> Q:
    """Return which requests are of clients who want another link and have not got one.

    It is over with that when the visit begins, or owes nothing any more.
    """
    visits = Appointment.objects.filter(code=OuterRef("appointment"))
    newer = PaymentRequest.objects.filter(
        appointment=OuterRef("appointment"), pk__gt=OuterRef("pk")
    )
    ahead = visits.filter(status__in=(S.PENDING_PAYMENT, S.EXPIRED), starts_at__gt=now)
    owing = visits.filter(
        status__in=(S.CONFIRMED, S.ARRIVED, S.IN_SERVICE, S.COMPLETED),
        price_cents__gt=F("discount_cents") + F("paid_cents"),
    )
    return (
        # Said twice, so that it is false of who never asked, and not unknown: it is sorted by.
        Q(asked_again_at__isnull=False, asked_again_at__gt=now - SHOWN_AFTERWARDS)
        & ~Exists(newer)
        & (Q(Exists(ahead), purpose=P.DEPOSIT) | Q(Exists(owing), purpose=P.BALANCE))
    )
