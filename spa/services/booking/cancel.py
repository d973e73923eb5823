"""Visits that do not take place: cancelled, or nobody came. Money and strikes come later."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from spa.errors import RuleBroken
from spa.models import (
    Action,
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    CancelledBy,
    SpaPolicy,
)
from spa.services.audit import Actor
from spa.services.booking.transitions import lock_appointment, once, save
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
    """Give the visit's time back; `cancelled_by` is who wanted it, not who typed it."""
    allowed = (S.OFFERED, S.PENDING_PAYMENT, S.CONFIRMED, S.ARRIVED)
    visit = lock_appointment(appointment, allowed=allowed, version=version)

    close_as_cancelled(visit, cancelled_by, actor=actor, now=now, reason_code=reason_code)
    return visit


@locked_transaction
@once
def record_no_show(
    *, appointment: Appointment, now: datetime, actor: Actor, version: int | None = None
) -> Appointment:
    """Record that nobody came.

    :raises RuleBroken: she is not late enough yet (reason `not_late`)
    """
    visit = lock_appointment(appointment, allowed=(S.CONFIRMED,), version=version)
    late = timedelta(minutes=SpaPolicy.current().late_minutes)
    if now < visit.starts_at + late:
        raise RuleBroken(
            _("A no-show can be recorded %(minutes)s minutes after the start.")
            % {"minutes": late.seconds // 60},
            reason="not_late",
        )

    visit.status = S.NO_SHOW
    _close(visit, Action.NO_SHOW, actor=actor, now=now)
    return visit


def close_as_cancelled(
    visit: Appointment,
    cancelled_by: CancelledBy,
    *,
    actor: Actor,
    now: datetime,
    reason_code: str = "",
) -> None:
    """Cancel a visit that is locked and may be cancelled. Four queries."""
    visit.status, visit.cancelled_by = S.CANCELLED, cancelled_by
    _close(visit, Action.CANCEL, actor=actor, now=now, reason_code=reason_code)


def _close(
    visit: Appointment, action: Action, *, actor: Actor, now: datetime, reason_code: str = ""
) -> None:
    visit.closed_at = now
    AppointmentItem.objects.filter(appointment=visit).update(occupies=False)
    save(
        visit,
        action,
        fields=("status", "cancelled_by", "closed_at"),
        items=visit.items.order_by("position"),
        actor=actor,
        now=now,
        reason_code=reason_code,
    )
