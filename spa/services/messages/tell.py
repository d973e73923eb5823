"""Writing down what a client is to be told, in the transaction of its cause.

Called by the services last, with every lock held; the row takes no lock that anybody waits for.
Who has no email is told by the desk: no row is written.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from spa.errors import RuleBroken
from spa.models import (
    Appointment,
    AppointmentStatus,
    MessageKind,
    OutboxMessage,
    Payment,
    SpaPolicy,
)
from spa.services import audit, idempotency
from spa.services.audit import Actor
from spa.services.messages.queue import send_after
from spa.services.messages.quiet import quiet_until
from spa.services.transactions import locked_transaction

AT_ONCE = timedelta(0)
FIRST, URGENT, USUAL = 0, 3, 5  # what somebody waits for goes first
# The gateway's page lets a payer try again for three minutes.
TRIES_AGAIN = timedelta(minutes=5)
_INSERT = """
INSERT INTO spa_outboxmessage
  (kind, subject, occasion, location_id, client_id, priority, created_at, due_at, state, attempts,
   drop_reason, last_error_code)
VALUES {rows} ON CONFLICT (kind, subject, occasion) DO NOTHING RETURNING id
"""
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, 'waiting', 0, '', '')"


def confirmed(*visits: Appointment, now: datetime) -> None:
    """Tell that these visits stand; nothing of one that waits for its deposit."""
    sure = [visit for visit in visits if visit.status == AppointmentStatus.CONFIRMED]
    _write(MessageKind.CONFIRMED, sure, now=now)


def moved(*visits: Appointment, now: datetime) -> None:
    """Tell where these visits stand now, once the move can no longer be undone."""
    _write(MessageKind.MOVED, visits, now=now, wait=_undo())


def cancelled(*visits: Appointment, now: datetime) -> None:
    """Tell that these visits do not take place, once that can no longer be undone."""
    _write(MessageKind.CANCELLED, visits, now=now, wait=_undo())


def payment_link(visit: Appointment, *, occasion: str, now: datetime) -> None:
    """Send the link by which a visit can be paid: before all else, quiet hours or not."""
    _write(MessageKind.PAYMENT_LINK, [visit], now=now, occasion=occasion, priority=FIRST)


def payment_approved(visit: Appointment, payment: Payment, *, now: datetime) -> None:
    """Tell that a payment by link has come; of a deposit the confirmation says so."""
    _write(MessageKind.PAYMENT_APPROVED, [visit], now=now, occasion=payment.code, priority=URGENT)


def payment_declined(visit: Appointment, payment: Payment, *, now: datetime) -> None:
    """Tell that a payment by link was refused, unless it comes all the same in a moment."""
    _write(
        MessageKind.PAYMENT_DECLINED,
        [visit],
        now=now,
        wait=TRIES_AGAIN,
        occasion=payment.code,
        priority=URGENT,
    )


def late_money(visit: Appointment, payment: Payment, *, now: datetime) -> None:
    """Tell that money came when there was nothing left to pay with it, and is credit now."""
    _write(MessageKind.LATE_MONEY, [visit], now=now, occasion=payment.code, priority=URGENT)


@locked_transaction
def receipt(*, visit: Appointment, now: datetime, actor: Actor) -> OutboxMessage:
    """Send the receipt of a visit, as it is when it leaves; a repeated `request_id` sends one.

    In quiet hours it is due when they end.

    :raises RuleBroken: the client has no email (`no_email`), or nothing was paid (`nothing_paid`)
    """
    earlier = idempotency.claim(
        actor=actor, operation="send_receipt", now=now, appointment=visit.pk
    )
    if earlier:
        return OutboxMessage.objects.get(pk=earlier)
    visit = Appointment.objects.select_related("client", "location").get(pk=visit.pk)

    if not visit.client.email:
        raise RuleBroken(
            _("The client has no email. Write it on her page, then send the receipt."),
            reason="no_email",
            client=visit.client_id,
        )
    paid = Payment.objects.approved().filter(appointment=visit.code)
    if not visit.paid_cents and not paid.exists():
        raise RuleBroken(
            _("Nothing was paid for this visit yet. Charge it, then send the receipt."),
            reason="nothing_paid",
        )

    occasion = str(actor.request_id or f"{now:%Y%m%d%H%M%S%f}")
    until = quiet_until(now, zone=visit.location.tz, policy=SpaPolicy.current())
    _write(
        MessageKind.RECEIPT,
        [visit],
        now=now,
        wait=until - now if until else AT_ONCE,
        occasion=occasion,
        priority=URGENT,
    )
    message = OutboxMessage.objects.get(
        kind=MessageKind.RECEIPT, subject=visit.code, occasion=occasion
    )

    subject = f"appointment:{visit.code}"
    audit.record("RECEIPT_SENT", subject=subject, actor=actor, now=now)
    idempotency.settle(actor=actor, result=str(message.pk))
    return message


def _undo() -> timedelta:
    return timedelta(seconds=settings.UNDO_SECONDS)


def _write(
    kind: MessageKind,
    visits: Iterable[Appointment],
    *,
    now: datetime,
    wait: timedelta = AT_ONCE,
    occasion: str = "",
    priority: int = USUAL,
) -> None:
    """Write a row for each visit whose client can be written to; queue them as one task.

    Nothing is told of a visit that has begun, but its receipt. Two queries, none without a row.
    """
    rows = [
        (
            *(kind.value, visit.code, occasion or str(visit.version)),
            *(visit.location_id, visit.client_id, priority, now, now + wait),
        )
        for visit in visits
        if visit.client.email and (occasion or visit.starts_at > now)
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT.format(rows=", ".join([_ROW] * len(rows))), [one for row in rows for one in row]
        )
        keys = [key for (key,) in cursor.fetchall()]
    send_after(wait, *keys)
