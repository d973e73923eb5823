"""Who sends a message: each step of its way in a short transaction of its own (rule book §11).

Mail is sent between two of them, in none: `durable` refuses to run inside another transaction.
An attempt counts before it begins, so that a message which kills its worker is given up too.
"""

from datetime import datetime, timedelta

from django.db import transaction

from spa.models import (
    MOST_ATTEMPTS,
    DropReason,
    MessageKind,
    MessageState,
    OutboxMessage,
    SpaPolicy,
)
from spa.services.messages.quiet import quiet_until

S = MessageState
# Longer than a task may run, so that nobody else sends what is still being sent.
CLAIM = timedelta(minutes=3)
# How long is waited after the first, second, … attempt that failed.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
KILLED = "killed"
# A link is asked for by somebody who waits for it, and a hold does not wait for the morning.
AT_ANY_HOUR = (MessageKind.PAYMENT_LINK,)


def claim(key: int, *, now: datetime) -> OutboxMessage | None:
    """Return a message that is due and now ours alone to send; None if it is not.

    Who meets one that another worker is looking at goes on without waiting. In quiet hours the
    message is put off until they end, unless it is a payment link; after five attempts that
    nobody lived to report it is dead.
    """
    with transaction.atomic(durable=True):
        due = OutboxMessage.objects.due(now).select_related("location").filter(pk=key)
        message = due.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
        if message is None:
            return None
        if until := _wait_until(message, now):
            _change(message, state=S.WAITING, claimed_until=None, due_at=until)
            return None
        if message.attempts >= MOST_ATTEMPTS:
            _change(message, state=S.DEAD, claimed_until=None, last_error_code=KILLED)
            return None
        _change(message, state=S.CLAIMED, claimed_until=now + CLAIM, attempts=message.attempts + 1)
        return message


def mark_sent(message: OutboxMessage, *, version: int | None, now: datetime) -> bool:
    """Write down that it has left; `version` is the visit's that it told."""
    return _settle(message, state=S.SENT, sent_at=now, told_version=version, last_error_code="")


def drop(message: OutboxMessage, reason: DropReason) -> bool:
    """Write down that it is not to be sent, and why."""
    return _settle(message, state=S.DROPPED, drop_reason=reason)


def mark_failed(message: OutboxMessage, code: str, *, now: datetime, for_good: bool) -> bool:
    """Try it again later; after the last attempt, or when that is no use, it is dead."""
    if for_good or message.attempts >= MOST_ATTEMPTS:
        return _settle(message, state=S.DEAD, last_error_code=code)
    later = now + BACK_OFF[message.attempts - 1]
    return _settle(message, state=S.WAITING, due_at=later, last_error_code=code)


def _wait_until(message: OutboxMessage, now: datetime) -> datetime | None:
    if message.kind in AT_ANY_HOUR:
        return None
    return quiet_until(now, zone=message.location.tz, policy=SpaPolicy.current())


def _change(message: OutboxMessage, **fields: object) -> None:
    for name, value in fields.items():
        setattr(message, name, value)
    message.save(update_fields=list(fields))


def _settle(message: OutboxMessage, **fields: object) -> bool:
    """End our claim; False if it has passed and somebody else has taken the message over."""
    with transaction.atomic(durable=True):
        ours = OutboxMessage.objects.filter(
            pk=message.pk, state=S.CLAIMED, attempts=message.attempts
        )
        return ours.update(claimed_until=None, **fields) == 1
