"""What comes in by the webhook: kept once, compared, and its transaction read soon (§6.3).

No network here. The task that reads is queued in the same transaction, and the row itself is the
net: a sweep finds what no task has looked at.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection
from django_q.tasks import async_task
from psycopg.types.json import Jsonb

from spa.models import (
    AlertKind,
    EventOutcome,
    EventTruth,
    Payment,
    WebhookEvent,
)
from spa.services import alerts, audit
from spa.services.gateway.decide import CURRENCY
from spa.services.gateway.receipts import GATEWAY
from spa.services.transactions import locked_transaction
from spa.wompi.answers import Transaction
from spa.wompi.events import Announcement

READ = "tasks.gateway.read"
_INSERT = """
INSERT INTO spa_webhookevent
  (transaction_id, status, reference, amount_cents, currency, timestamp,
   received_at, outcome, truth, look_at, looks, body)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', %s, 0, %s)
ON CONFLICT (transaction_id, status, reference) DO NOTHING
"""
# A killed worker's event is looked at again after this.
NET = timedelta(minutes=1)


class Received(StrEnum):
    """What an announcement was, for the answer."""

    NEWS = "news"
    KNOWN = "known"
    MISMATCH = "mismatch"  # once; a repetition is known


@locked_transaction
def receive(*, announcement: Announcement, now: datetime) -> Received:
    """Keep an event whose checksum was right, and have its transaction read. Five queries at most.

    A wrong amount or currency is audited and told to managers; what is done about it is decided
    by what Wompi itself says.
    """
    payment = (
        Payment.objects.filter(reference=announcement.reference, request__isnull=False)
        .only("pk", "amount_cents", "location_id")
        .first()
    )
    outcome = _compare(announcement, payment)
    if not _insert(announcement, outcome, now):
        return Received.KNOWN
    async_task(READ, announcement.transaction_id)
    if outcome != EventOutcome.MISMATCH:
        return Received.NEWS
    audit.record(
        "WEBHOOK_MISMATCH",
        subject=f"transaction:{announcement.transaction_id}",
        actor=GATEWAY,
        now=now,
        cents=announcement.amount_in_cents,
        currency=announcement.currency,
        asked_cents=payment.amount_cents,
    )
    alerts.raise_alert(
        AlertKind.AMOUNT_MISMATCH,
        announcement.transaction_id,
        now=now,
        location_id=payment.location_id,
        reason="event",
        cents=announcement.amount_in_cents,
        currency=announcement.currency,
    )
    return Received.MISMATCH


@locked_transaction
def mark_read(
    *,
    transaction_id: str,
    told: Transaction | None,
    now: datetime,
    asked_at: datetime | None = None,
) -> None:
    """Write down what a read said of the events of a transaction; managers hear of a difference.

    An older status is no difference: PENDING may well be APPROVED by now. An event that came
    after Wompi was asked (None: just now) waits for a read of its own.
    """
    events = WebhookEvent.objects.filter(
        transaction_id=transaction_id, truth="", received_at__lte=asked_at or now
    )
    for event in events.select_for_update(no_key=True).order_by("pk"):
        event.truth, event.look_at = _truth(event, told), None
        event.save(update_fields=["truth", "look_at"])
        if event.truth == EventTruth.UNKNOWN:
            alerts.raise_alert(AlertKind.UNKNOWN_TRANSACTION, transaction_id, now=now)
        if event.truth == EventTruth.DIFFERENT:
            alerts.raise_alert(AlertKind.EVENT_DIFFERS, transaction_id, now=now)


def _compare(announcement: Announcement, payment: Payment | None) -> EventOutcome:
    if payment is None:
        return EventOutcome.UNOWNED
    told = (announcement.amount_in_cents, announcement.currency)
    is_right = told == (payment.amount_cents, CURRENCY)
    return EventOutcome.OWNED if is_right else EventOutcome.MISMATCH


def _insert(announcement: Announcement, outcome: EventOutcome, now: datetime) -> bool:
    """Insert an event unless it is there; return whether it was not. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                *(announcement.transaction_id, announcement.status, announcement.reference),
                *(announcement.amount_in_cents, announcement.currency, announcement.timestamp),
                *(now, outcome.value, now + NET, Jsonb(announcement.body)),
            ],
        )
        return bool(cursor.rowcount)


def _truth(event: WebhookEvent, told: Transaction | None) -> EventTruth:
    if told is None:
        return EventTruth.UNKNOWN
    same = (event.reference, event.amount_cents, event.currency) == (
        told.reference,
        told.amount_in_cents,
        told.currency,
    )
    final = event.status in ("APPROVED", "VOIDED")
    untrue = final and told.status not in ("APPROVED", "VOIDED")
    return EventTruth.CONFIRMED if same and not untrue else EventTruth.DIFFERENT
