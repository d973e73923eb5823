"""From arrival to completion (rule book §5, "Life of an appointment")."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from spa import money
from spa.errors import RuleBroken
from spa.models import (
    Action,
    Appointment,
    AppointmentItem,
    AppointmentStatus,
    Client,
    DebtReason,
)
from spa.services import audit, rights, settlement
from spa.services.audit import Actor
from spa.services.booking.refusals import IllegalTransition
from spa.services.booking.transitions import lock_appointment, once, save
from spa.services.transactions import locked_transaction

S = AppointmentStatus


@locked_transaction
@once
def check_in(
    *, appointment: Appointment, now: datetime, actor: Actor, version: int | None = None
) -> Appointment:
    """Record the client's arrival; how early or late stays readable from `arrived_at`.

    :raises RuleBroken: the visit is on another day (reason `another_day`)
    """
    visit = lock_appointment(appointment, allowed=(S.CONFIRMED,), version=version)
    if visit.location.today(now=now) != visit.location.today(now=visit.starts_at):
        raise RuleBroken(
            _("This visit is on another day. Move it to today first."), reason="another_day"
        )

    visit.status, visit.arrived_at = S.ARRIVED, now
    save(visit, Action.CHECK_IN, fields=("status", "arrived_at"), actor=actor, now=now)
    return visit


@locked_transaction
@once
def start(
    *, appointment: Appointment, now: datetime, actor: Actor, version: int | None = None
) -> Appointment:
    """Begin the treatment."""
    visit = lock_appointment(appointment, allowed=(S.ARRIVED,), version=version)

    now = max(now, visit.arrived_at)  # a server's clock may be put back between two steps
    visit.status, visit.started_at = S.IN_SERVICE, now
    save(visit, Action.START, fields=("status", "started_at"), actor=actor, now=now)
    return visit


@locked_transaction
@once
def finish(
    *, appointment: Appointment, now: datetime, actor: Actor, version: int | None = None
) -> Appointment:
    """End the treatment and free what is left of its time.

    Where nothing is owed the visit is completed in the same transaction; else it waits to be
    charged.
    """
    visit = lock_appointment(appointment, allowed=(S.IN_SERVICE,), version=version)
    if visit.is_finished:
        raise IllegalTransition(status=visit.status)

    now = max(now, visit.started_at)
    visit.finished_at = now
    _free_the_rest(visit, now)
    save(visit, Action.FINISH, fields=("status", "finished_at"), actor=actor, now=now)
    if visit.balance_cents == 0:
        close_as_completed(visit, actor=actor, now=now)
    return visit


@locked_transaction
@once
def complete(
    *,
    appointment: Appointment,
    now: datetime,
    actor: Actor,
    debt_reason: str = "",
    version: int | None = None,
) -> Appointment:
    """Close a visit that took place, also one that nobody checked in or started.

    With a `debt_reason` a manager closes it although it is not paid: the client owes the rest.

    :raises RuleBroken: it has not begun yet (reason `not_started`), or is not paid (`not_paid`)
    :raises NotAllowed: only a manager leaves a debt
    """
    visit = lock_appointment(
        appointment, allowed=(S.CONFIRMED, S.ARRIVED, S.IN_SERVICE), version=version
    )
    if debt_reason:
        Client.objects.locked().get(pk=visit.client_id)  # who owes may not book elsewhere
    refuse_to_complete_too_early(visit, now)
    close_as_completed(visit, actor=actor, now=now, debt_reason=debt_reason)
    return visit


def refuse_to_complete_too_early(visit: Appointment, now: datetime) -> None:
    """Refuse to close a locked visit that did not take place yet, as `complete` says."""
    if visit.status == S.IN_SERVICE and not visit.is_finished:
        raise IllegalTransition(status=visit.status)
    if visit.status == S.CONFIRMED and visit.starts_at > now:
        raise RuleBroken(
            _("This visit has not begun yet. Complete it after its start."), reason="not_started"
        )


def close_as_completed(
    visit: Appointment,
    *,
    actor: Actor,
    now: datetime,
    debt_reason: str = "",
) -> None:
    """Complete a locked visit: what was paid is earned, what was not is owed, if it may be.

    :raises RuleBroken: it is not paid, and nobody says why (reason `not_paid`)
    :raises NotAllowed: only a manager leaves a debt
    """
    if visit.balance_cents:
        if debt_reason not in DebtReason.values:
            raise RuleBroken(
                _("%(balance)s is still to be paid. Charge it first.")
                % {"balance": money.pesos(visit.balance_cents)},
                reason="not_paid",
            )
        rights.insist(actor, "spa.leave_debt")
        audit.record(
            "DEBT_LEFT",
            subject=f"appointment:{visit.code}",
            actor=actor,
            now=now,
            reason_code=debt_reason,
            cents=visit.balance_cents,
        )
    settlement.earn(visit, now=now, actor=actor, reason_code=debt_reason)
    visit.status, visit.closed_at = S.COMPLETED, now
    save(
        visit,
        Action.COMPLETE,
        fields=("status", "closed_at", "debt_cents"),
        actor=actor,
        now=now,
        reason_code=debt_reason,
    )


def _free_the_rest(visit: Appointment, finished_at: datetime) -> None:
    """Let each item's busy time end at its buffer after the finish, where that is sooner."""
    items = list(visit.items.all())
    for item in items:
        for until, buffer in (
            ("staff_busy_until", item.staff_buffer_minutes),
            ("room_busy_until", item.room_buffer_minutes),
        ):
            freed = finished_at + timedelta(minutes=buffer)
            setattr(item, until, max(item.starts_at, min(getattr(item, until), freed)))
    AppointmentItem.objects.bulk_update(items, ["staff_busy_until", "room_busy_until"])
