"""One row for each change of an appointment: the state afterwards, whole (rule book §5)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from spa.models import Action, Appointment, AppointmentChange, AppointmentItem
from spa.services.audit import Actor


def write_change(action: Action, **told: Any) -> AppointmentChange:
    """Append what the appointment is now; takes what `change` does. One query."""
    row = change(action, **told)
    row.save(force_insert=True)
    return row


def change(
    action: Action,
    *,
    appointment: Appointment,
    items: Sequence[AppointmentItem],
    actor: Actor,
    now: datetime,
    reason_code: str = "",
    left_day: date | None = None,
) -> AppointmentChange:
    """Return, unsaved, what the appointment is now. The caller has raised `version` already."""
    return AppointmentChange(
        appointment=appointment,
        version=appointment.version,
        action=action,
        at=now,
        user=actor.user,
        origin=actor.origin,
        reason_code=reason_code,
        request_id=actor.request_id,
        location_id=appointment.location_id,
        day=appointment.location.today(now=appointment.starts_at),
        left_day=left_day,
        state=snapshot(appointment, items),
    )


def snapshot(appointment: Appointment, items: Sequence[AppointmentItem]) -> dict:
    """Return ids, times, status and money of a visit as JSON; no personal value."""
    moments = (
        *("starts_at", "ends_at", "held_until"),
        *("arrived_at", "started_at", "finished_at", "closed_at"),
    )
    return {
        "status": str(appointment.status),
        **{name: _iso(getattr(appointment, name)) for name in moments},
        "client": appointment.client_id,
        "group": str(appointment.group),
        "deposit_cents": appointment.deposit_cents,
        "price_cents": appointment.price_cents,
        "discount_cents": appointment.discount_cents,
        "paid_cents": appointment.paid_cents,
        "debt_cents": appointment.debt_cents,
        "moves": appointment.moves,
        "client_moves": appointment.client_moves,
        "cancelled_by": str(appointment.cancelled_by),
        "items": [
            {
                "service": item.service_id,
                "parallel": item.parallel,
                "staff": item.staff_id,
                "room": item.room_id,
                "place": item.place,
                "starts_at": _iso(item.starts_at),
                "ends_at": _iso(item.ends_at),
                "staff_busy_until": _iso(item.staff_busy_until),
                "room_busy_until": _iso(item.room_busy_until),
                "occupies": item.occupies,
                "price_cents": item.price_cents,
                "vat_percent": item.vat_percent,
            }
            for item in items
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
