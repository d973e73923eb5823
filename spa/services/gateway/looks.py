"""What is to be asked of Wompi again: attempts and events whose moment has come (§6.7).

A claim moves a row's moment on, in a transaction of its own: whoever is killed while asking loses
nothing but that turn.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django_q.tasks import async_task

from spa.errors import Busy
from spa.models import Payment
from spa.services.transactions import locked_transaction

HURRY = timedelta(seconds=5)
LOOK = "tasks.gateway.look"
# An event whose transaction cannot be read is tried for two days, like an attempt.
EVENT_PAUSES = (1, 1, 2, 5, 15, 30, 60, 120, 240, 480, 960, 960)  # minutes
_CLAIM_PAYMENTS = """
UPDATE spa_payment SET looks = least(looks + 1, 32767), look_at = %(now)s + make_interval(mins =>
  CASE WHEN looks < 120 THEN 1 WHEN looks < 300 THEN 15 ELSE 240 END)
WHERE id IN (
  SELECT id FROM spa_payment WHERE look_at <= %(now)s
  ORDER BY look_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
) RETURNING reference
"""
_CLAIM_EVENTS = """
UPDATE spa_webhookevent e SET looks = looks + 1,
  look_at = %(now)s + make_interval(mins => (%(pauses)s::int[])[looks + 1])
WHERE id IN (
  SELECT id FROM spa_webhookevent WHERE look_at <= %(now)s
  ORDER BY look_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
) RETURNING transaction_id
"""


def claim_references(*, now: datetime, most: int) -> list[str]:
    """Return references that are to be asked about now, claimed. One statement.

    One of which Wompi has been asked very often has its next turn later; whoever reads it
    decides anew when that is.
    """
    return _claim(_CLAIM_PAYMENTS, now=now, most=most)


def claim_events(*, now: datetime, most: int) -> list[str]:
    """Return ids of announced transactions that nobody has read yet, claimed. One statement."""
    found = _claim(_CLAIM_EVENTS, now=now, pauses=list(EVENT_PAUSES), most=most)
    return list(dict.fromkeys(found))


def hurry(*, payment: Payment, now: datetime) -> bool:
    """Have Wompi asked about an attempt at once, because its payer is back; return whether it is.

    At most every five seconds, however often a page is loaded: of the attempt nothing changes but
    when it is asked about.
    """
    with suppress(Busy):  # whoever holds it is deciding about it
        return _hurry(payment, now)
    return False


@locked_transaction
def _hurry(payment: Payment, now: datetime) -> bool:
    soon = now + HURRY
    # One whose moment has come is asked about too: the job that does it runs once a minute.
    waits = Q(look_at__lte=now) | Q(look_at__gt=soon)
    if not Payment.objects.filter(waits, pk=payment.pk).update(look_at=soon):
        return False
    async_task(LOOK, payment.reference)
    return True


def _claim(statement: str, **values: object) -> list[str]:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [found for (found,) in cursor.fetchall()]
