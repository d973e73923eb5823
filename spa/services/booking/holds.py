"""Visits that wait for their deposit: kept for longer, confirmed without it, expired (§5, §11)."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from spa.errors import Busy, RuleBroken
from spa.models import (
    Action,
    Appointment,
    AppointmentStatus,
    Payment,
    PaymentState,
    RequestEnd,
)
from spa.services import payment_requests
from spa.services.audit import SYSTEM, Actor
from spa.services.booking import deposit
from spa.services.booking.cancel import close, lock_clients_with_money
from spa.services.booking.transitions import lock_appointment, once, save
from spa.services.messages import tell
from spa.services.transactions import locked_transaction

S = AppointmentStatus
WAITS_FOR_GATEWAY = timedelta(minutes=10)
PROLONGED_BY, PROLONGED_BEFORE = timedelta(minutes=60), timedelta(minutes=2)
MOST_AT_ONCE = 200  # holds that one run of the job looks at; the next one takes the rest


@locked_transaction
@once
def keep(
    *,
    appointment: Appointment,
    minutes: int,
    now: datetime,
    actor: Actor,
    version: int | None = None,
) -> Appointment:
    """Let an unpaid visit wait for `minutes` from now on.

    Never past its start, nor for longer than a day after it was booked.

    :raises RuleBroken: the length cannot be (reason `hold_length`), or it is kept as long as may
        be already (`hold_cannot_grow`)
    """
    visit = lock_appointment(appointment, allowed=(S.PENDING_PAYMENT,), version=version)

    deposit.insist_on_length(minutes)
    last = min(visit.created_at + deposit.LONGEST, visit.starts_at)
    until = min(now + timedelta(minutes=minutes), last)
    if until <= now or visit.held_until == last == until:
        raise RuleBroken(
            _("It is kept as long as it may be. Charge the deposit, or ask a manager."),
            reason="hold_cannot_grow",
        )
    visit.held_until = until
    save(visit, Action.KEEP, fields=("held_until",), actor=actor, now=now)
    return visit


@locked_transaction
@once
def confirm_without_deposit(
    *,
    appointment: Appointment,
    reason_code: str,
    now: datetime,
    actor: Actor,
    version: int | None = None,
) -> Appointment:
    """Confirm an unpaid visit because a manager asks for no deposit; audited.

    :raises RuleBroken: nobody says why (reason `waived_without_reason`)
    :raises NotAllowed: she who asks is no manager
    """
    visit = lock_appointment(appointment, allowed=(S.PENDING_PAYMENT,), version=version)

    deposit.insist_on_waiver(reason_code, actor=actor)
    visit.status, visit.deposit_cents, visit.held_until = S.CONFIRMED, 0, None
    deposit.record_waiver(visit, reason_code, actor=actor, now=now)
    save(
        visit,
        Action.CONFIRM,
        fields=("status", "deposit_cents", "held_until"),
        actor=actor,
        now=now,
        reason_code=reason_code,
    )
    payment_requests.close_of(visit, now=now, reason=RequestEnd.OVER)
    tell.confirmed(visit, now=now)
    return visit


def expire_due(*, now: datetime) -> int:
    """Let unpaid visits expire whose hold is over; return how many. One transaction each.

    One that somebody holds, to charge it or keep it, is left to the next run, and so is one whose
    client is held for too long: the others do not wait for her. One whose payment is under way
    at the gateway waits for that, for ten minutes at most (§6.7).
    """
    due = _due(now)
    keys = due.order_by("held_until").values_list("pk", flat=True)[:MOST_AT_ONCE]
    expired = 0
    for key in list(keys):
        with suppress(Busy):
            expired += _expire(key, now=now)
    return expired


def prolong_due(*, now: datetime) -> int:
    """Let unpaid visits wait for longer while the gateway is left alone; return how many.

    An hour at a time, never past the start (§6.7). One transaction each.
    """
    soon = Appointment.objects.filter(
        status=S.PENDING_PAYMENT,
        held_until__lte=now + PROLONGED_BEFORE,
        held_until__lt=F("starts_at"),
    )
    keys = soon.order_by("held_until").values_list("pk", flat=True)[:MOST_AT_ONCE]
    prolonged = 0
    for key in list(keys):
        with suppress(Busy):
            prolonged += _prolong(key, now=now)
    return prolonged


@locked_transaction
def _prolong(key: int, *, now: datetime) -> bool:
    visit = (
        Appointment.objects.select_related("location", "client")
        .select_for_update(no_key=True, of=("self",), skip_locked=True)
        .filter(pk=key, status=S.PENDING_PAYMENT, held_until__lte=now + PROLONGED_BEFORE)
        .first()
    )
    if visit is None or (until := min(now + PROLONGED_BY, visit.starts_at)) <= visit.held_until:
        return False
    visit.held_until = until
    save(
        visit,
        Action.KEEP,
        fields=("held_until",),
        actor=SYSTEM,
        now=now,
        reason_code="gateway_down",
    )
    return True


def _due(now: datetime) -> QuerySet[Appointment]:
    """Return the visits whose hold is over, and for which nothing is under way."""
    under_way = Payment.objects.filter(
        appointment=OuterRef("code"), state=PaymentState.PENDING, request__isnull=False
    )
    return Appointment.objects.filter(status=S.PENDING_PAYMENT, held_until__lte=now).exclude(
        Exists(under_way), held_until__gt=now - WAITS_FOR_GATEWAY
    )


@locked_transaction
def _expire(key: int, *, now: datetime) -> bool:
    """Free the time of a visit whose hold is over, and give back what was paid of it."""
    visit = (
        _due(now)
        .select_related("location", "client")
        .select_for_update(no_key=True, of=("self",), skip_locked=True)
        .filter(pk=key)
        .first()
    )
    if visit is None:
        return False
    lock_clients_with_money([visit])

    visit.status = S.EXPIRED
    close(visit, Action.EXPIRE, keep_cents=0, actor=SYSTEM, now=now)
    return True
