"""Visits that do not take place: cancelled, or nobody came (rule book §8). Strikes come later."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import RuleBroken
from spa.models import (
    Action,
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    CancelledBy,
    Client,
    RequestEnd,
    SpaPolicy,
)
from spa.services import payment_requests, settlement
from spa.services.audit import Actor
from spa.services.booking.transitions import lock_appointment, once, save
from spa.services.messages import tell
from spa.services.transactions import locked_transaction

S = AppointmentStatus


@locked_transaction
@once
def cancel(
    *,
    appointment: Appointment,
    cancelled_by: CancelledBy,
    now: datetime,
    actor: Actor,
    reason_code: str = "",
    version: int | None = None,
) -> Appointment:
    """Give the visit's time back; `cancelled_by` is who wanted it, not who typed it.

    What it holds goes back where it came from, money as credit; but of a client who cancels
    too late the covered deposit stays with the house.
    """
    allowed = (S.OFFERED, S.PENDING_PAYMENT, S.CONFIRMED, S.ARRIVED)
    visit = lock_appointment(appointment, allowed=allowed, version=version)
    lock_clients_with_money([visit])

    close_as_cancelled(visit, cancelled_by, actor=actor, now=now, reason_code=reason_code)
    return visit


@locked_transaction
@once
def record_no_show(
    *, appointment: Appointment, now: datetime, actor: Actor, version: int | None = None
) -> Appointment:
    """Record that nobody came; the covered deposit is kept, less the policy's mercy.

    :raises RuleBroken: she is not late enough yet (reason `not_late`)
    """
    visit = lock_appointment(appointment, allowed=(S.CONFIRMED,), version=version)
    lock_clients_with_money([visit])
    policy = SpaPolicy.current()
    late = timedelta(minutes=policy.late_minutes)
    if now < visit.starts_at + late:
        raise RuleBroken(
            _("A no-show can be recorded %(minutes)s minutes after the start.")
            % {"minutes": late.seconds // 60},
            reason="not_late",
        )

    deposit = _covered_deposit(visit)
    keep = deposit - money.share(deposit, policy.no_show_mercy_percent)
    visit.status = S.NO_SHOW
    close(visit, Action.NO_SHOW, keep_cents=keep, actor=actor, now=now)
    return visit


def close_as_cancelled(
    visit: Appointment,
    cancelled_by: CancelledBy,
    *,
    actor: Actor,
    now: datetime,
    reason_code: str = "",
) -> None:
    """Cancel a visit that is locked and may be cancelled. Four queries, more with money."""
    keep = kept_on_cancelling(visit, cancelled_by, now=now) if visit.paid_cents else 0
    visit.status, visit.cancelled_by = S.CANCELLED, cancelled_by
    close(visit, Action.CANCEL, keep_cents=keep, actor=actor, now=now, reason_code=reason_code)
    tell.cancelled(visit, now=now)


def kept_on_cancelling(visit: Appointment, cancelled_by: CancelledBy, *, now: datetime) -> int:
    """Return the cents that the house keeps if the visit is cancelled now. One query at most."""
    if cancelled_by != CancelledBy.CLIENT or visit.status in (S.OFFERED, S.PENDING_PAYMENT):
        return 0
    policy = SpaPolicy.current()
    if now < visit.created_at + timedelta(minutes=policy.free_cancel_minutes):
        return 0
    if visit.starts_at - now >= timedelta(hours=policy.free_change_hours):
        return 0
    return _covered_deposit(visit)


def lock_clients_with_money(visits: Sequence[Appointment]) -> None:
    """Lock the clients of locked visits that hold money, for what goes back to them."""
    clients = [visit.client_id for visit in visits if visit.paid_cents]
    if clients:
        list(Client.objects.locked().filter(pk__in=clients))


def _covered_deposit(visit: Appointment) -> int:
    return min(visit.deposit_cents, visit.paid_cents)


def close(
    visit: Appointment,
    action: Action,
    *,
    keep_cents: int,
    actor: Actor,
    now: datetime,
    reason_code: str = "",
) -> None:
    """Write a locked visit down as one that will not be: its time is free, its money goes back."""
    settlement.let_go(visit, keep_cents=keep_cents, reason_code=visit.status, now=now, actor=actor)
    payment_requests.close_of(visit, now=now, reason=RequestEnd.OVER)
    visit.closed_at = now
    AppointmentItem.objects.filter(appointment=visit).update(occupies=False)
    save(
        visit,
        action,
        fields=("status", "cancelled_by", "closed_at", *settlement.MONEY_FIELDS),
        actor=actor,
        now=now,
        reason_code=reason_code,
    )
