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
    SpaPolicy,
)
from spa.services import receipt as receipts
from spa.services.messages.changes import tells_nothing_new
from spa.services.receipt import Receipt

K, S, R = MessageKind, AppointmentStatus, DropReason
# In which status of its visit a message is still true.
TRUE_OF = {
    K.CONFIRMED: (S.CONFIRMED,),
    K.MOVED: (S.CONFIRMED, S.PENDING_PAYMENT),
    K.CANCELLED: (S.CANCELLED,),
}


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

    @property
    def visit(self) -> Appointment:
        return self.receipt.visit


def compose(message: OutboxMessage, *, now: datetime) -> Letter | DropReason:
    """Return what is to be said now, or why nothing is. Six queries at most.

    A word about a visit that a later one follows is left to that one.
    """
    found = Appointment.objects.select_related("location", "client")
    visit = found.filter(code=message.subject).first()
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
    return Letter(
        kind=kind,
        key=f"{message.kind}.{message.subject}.{message.occasion}".lower(),
        to=visit.client.email,
        language=visit.client.language,
        first_name=visit.client.first_name,
        receipt=receipts.of(visit),
        free_until=_free_until(visit, now) if kind in (K.CONFIRMED, K.MOVED) else None,
        credit_cents=_credit_of(visit) if kind == K.CANCELLED else 0,
    )


def _kind_of_word(
    message: OutboxMessage, kind: MessageKind, visit: Appointment, now: datetime
) -> MessageKind | DropReason:
    """Return as what a word about a visit's course is told, or why it is not."""
    if visit.starts_at <= now:
        return R.PAST
    words = OutboxMessage.objects.filter(subject=visit.code, kind__in=OF_A_VISIT)
    others = list(words.exclude(pk=message.pk).order_by("pk"))
    alive = (MessageState.WAITING, MessageState.CLAIMED, MessageState.SENT)
    if any(other.pk > message.pk and other.state in alive for other in others):
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
