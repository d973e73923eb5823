"""What a message says: read when it is sent, from the state then (rule book §10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from spa.models import (
    OF_A_VISIT,
    Appointment,
    AppointmentStatus,
    ClientCredit,
    CreditOrigin,
    DropReason,
    MessageKind,
    MessageState,
    OutboxMessage,
    RequestPurpose,
    SpaPolicy,
)
from spa.services import receipt as receipts
from spa.services.messages import paying
from spa.services.messages.alerts import AlertLetter, compose_alert
from spa.services.messages.changes import tells_nothing_new
from spa.services.messages.paying import Asked, Came
from spa.services.receipt import Receipt

K, S, R = MessageKind, AppointmentStatus, DropReason
# In which status of its visit a message is still true.
TRUE_OF = {
    K.CONFIRMED: (S.CONFIRMED,),
    K.MOVED: (S.CONFIRMED, S.PENDING_PAYMENT),
    K.CANCELLED: (S.CANCELLED,),
}
WITH_A_LINK = (K.PAYMENT_LINK, K.PAYMENT_DECLINED)
WITH_AN_END = (K.CONFIRMED, K.MOVED, *WITH_A_LINK)  # say until when she may think otherwise
OF_A_PAYMENT = (K.PAYMENT_APPROVED, K.LATE_MONEY)


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a mail needs. Nothing of the client but her name, her address and her visit."""

    kind: MessageKind
    key: str  # the same whenever this message is sent: repeated mail is known by it
    to: str
    language: str
    first_name: str
    receipt: Receipt
    free_until: datetime | None = None  # until then the client may cancel without cost
    credit_cents: int = 0  # what a cancelled visit left her
    asked: Asked | None = None  # what a link is sent for
    came: Came | None = None  # the payment by link that this is about

    @property
    def visit(self) -> Appointment:
        return self.receipt.visit

    @property
    def told_version(self) -> int:
        return self.visit.version

    @property
    def deposit_by_link(self) -> int:
        """Return the cents of the deposit that came by link."""
        return sum(
            payment.applied_cents
            for payment in self.receipt.payments
            if payment.request and payment.request.purpose == RequestPurpose.DEPOSIT
        )


def compose(message: OutboxMessage, *, now: datetime) -> Letter | AlertLetter | DropReason:
    """Return what is to be said now, or why nothing is. Eight queries at most.

    A word about a visit that a later one follows is left to that one.
    """
    if message.kind == K.ALERT:
        return compose_alert(message)
    visits = Appointment.objects.select_related("location", "client")
    visit = visits.filter(code=message.subject).first()
    if visit is None:
        return R.GONE
    if not visit.client.email:
        return R.NO_EMAIL
    if not _is_address(visit.client.email):
        return R.BAD_ADDRESS
    kind = MessageKind(message.kind)
    if kind in OF_A_VISIT:
        kind = _kind_of_word(message, kind, visit, now)
        if isinstance(kind, DropReason):
            return kind
    asked = paying.asked(message, visit, now) if kind in WITH_A_LINK else None
    came = paying.came(message, visit) if kind in OF_A_PAYMENT else None
    for found in (asked, came):
        if isinstance(found, DropReason):
            return found
    return Letter(
        kind=kind,
        key=f"{message.kind}.{message.subject}.{message.occasion}".lower(),
        to=visit.client.email,
        language=visit.client.language,
        first_name=visit.client.first_name,
        receipt=receipts.of(visit),
        free_until=_free_until(visit, now) if kind in WITH_AN_END else None,
        credit_cents=_credit_of(visit) if kind == K.CANCELLED else 0,
        asked=asked,
        came=came,
    )


def _kind_of_word(
    message: OutboxMessage, kind: MessageKind, visit: Appointment, now: datetime
) -> MessageKind | DropReason:
    """Return as what a word about a visit's course is told, or why it is not."""
    if visit.starts_at <= now:
        return R.PAST
    words = OutboxMessage.objects.filter(subject=visit.code, kind__in=OF_A_VISIT)
    others = list(words.exclude(pk=message.pk).order_by("pk"))
    if any(other.pk > message.pk and other.state in paying.ALIVE for other in others):
        return R.REPLACED
    if visit.status not in TRUE_OF[kind]:
        return R.UNTRUE
    told = [other.told_version for other in others if other.state == MessageState.SENT]
    # Her booking was to be told, and this came first.
    unheard = not told and any(
        other.kind == K.CONFIRMED and other.drop_reason == R.REPLACED for other in others
    )
    if kind == K.CANCELLED:
        return R.NEVER_TOLD if unheard else kind
    if kind == K.MOVED and unheard:
        return K.CONFIRMED if visit.status == S.CONFIRMED else kind
    since = max((one for one in told if one), default=int(message.occasion) - 1)
    if kind == K.MOVED and tells_nothing_new(visit, since=since):
        return R.NOTHING_NEW
    return kind


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _free_until(visit: Appointment, now: datetime) -> datetime | None:
    until = visit.starts_at - timedelta(hours=SpaPolicy.current().free_change_hours)
    return until if until > now else None


def _credit_of(visit: Appointment) -> int:
    lots = ClientCredit.objects.filter(appointment=visit.code, origin=CreditOrigin.CANCELLED)
    return sum(lot.initial_cents for lot in lots)
