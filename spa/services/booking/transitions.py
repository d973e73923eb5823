"""What every change of a visit has in common: lock, look, count the change, write it down."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from functools import wraps
from typing import Any

from spa.errors import Stale
from spa.models import Action, Appointment, AppointmentItem
from spa.services import idempotency
from spa.services.audit import Actor
from spa.services.booking.history import write_change
from spa.services.booking.refusals import IllegalTransition


def once(step: Callable[..., Appointment]) -> Callable[..., Appointment]:
    """Answer a step that is sent again as it was answered the first time (see `idempotency`).

    The visit is then returned as it is now. Stands below `locked_transaction`, so that the
    request's key is part of that transaction.
    """

    @wraps(step)
    def wrapper(
        *,
        appointment: Appointment,
        now: datetime,
        actor: Actor,
        version: int | None = None,
        **content: Any,
    ) -> Appointment:
        earlier = idempotency.claim(
            actor=actor,
            operation=step.__name__,
            now=now,
            appointment=appointment.pk,
            **content,
        )
        if earlier:
            return Appointment.objects.select_related("location", "client").get(code=earlier)
        visit = step(appointment=appointment, now=now, actor=actor, version=version, **content)
        idempotency.settle(actor=actor, result=visit.code)
        return visit

    return wrapper


def lock_appointment(
    appointment: Appointment, *, allowed: Collection[str], version: int | None
) -> Appointment:
    """Return the visit as it is now, locked, with its location and client. One query.

    `version` is the one that the form showed; None: whoever asks has just read it.

    :raises IllegalTransition: its status is not among those `allowed`
    :raises Stale: it was changed after `version`
    """
    current = (
        Appointment.objects.select_related("location", "client")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=appointment.pk)
    )
    if current.status not in allowed:
        raise IllegalTransition(status=current.status)
    if version is not None and version != current.version:
        raise Stale(version=current.version)
    return current


def save(
    appointment: Appointment,
    action: Action,
    *,
    fields: Collection[str],
    actor: Actor,
    now: datetime,
    items: Collection[AppointmentItem] | None = None,
    reason_code: str = "",
    left_day: date | None = None,
) -> None:
    """Save these fields as the visit's next version, with its change row.

    Two queries, and a third where `items` are not at hand.
    """
    appointment.version += 1
    appointment.save(update_fields=[*fields, "version"])
    write_change(
        action,
        appointment=appointment,
        items=list(appointment.items.order_by("position") if items is None else items),
        actor=actor,
        now=now,
        reason_code=reason_code,
        left_day=left_day,
    )
