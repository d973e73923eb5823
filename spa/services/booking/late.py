"""A client who comes late: received, and her first treatment shortened (rule book §5, "check in").

The other two ways out, another time and a no-show, are commands of their own.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from spa import localtime
from spa.errors import RuleBroken
from spa.models import Action, Appointment, AppointmentItem, AppointmentStatus, SpaPolicy
from spa.services.audit import Actor
from spa.services.booking.change_plan import SHORTEST, STEP
from spa.services.booking.transitions import lock_appointment, once, save
from spa.services.transactions import locked_transaction


def is_late(visit: Appointment, *, now: datetime, policy: SpaPolicy) -> bool:
    """Say whether a client who comes now comes so late that something has to be decided."""
    return now >= visit.starts_at + timedelta(minutes=policy.late_minutes)


@locked_transaction
@once
def check_in_shortened(
    *, appointment: Appointment, now: datetime, actor: Actor, version: int | None = None
) -> Appointment:
    """Receive a late client; what comes first begins now and ends as planned, at the same price.

    The visit only gives time up, so that nobody can be in its way. Its start leaves the grid.

    :raises RuleBroken: she is not late (`not_late`), or nothing of what comes first would be
        left (`too_late_to_shorten`)
    :raises IllegalTransition: the visit is not confirmed
    """
    visit = lock_appointment(appointment, allowed=(AppointmentStatus.CONFIRMED,), version=version)
    if not is_late(visit, now=now, policy=SpaPolicy.current()):
        raise RuleBroken(
            _("The client is not late enough. Check her in, and nothing changes."),
            reason="not_late",
        )
    items = list(visit.items.order_by("position"))
    begins = localtime.moment(localtime.minutes(now) // STEP * STEP)
    first = [item for item in items if item.starts_at == visit.starts_at]
    if any(item.ends_at - begins < timedelta(minutes=SHORTEST) for item in first):
        raise RuleBroken(
            _("Nothing would be left of the treatment. Move the visit, or change what it has."),
            reason="too_late_to_shorten",
        )

    for item in first:
        item.starts_at = begins
        item.duration_minutes = (item.ends_at - begins) // timedelta(minutes=1)
    AppointmentItem.objects.bulk_update(first, ["starts_at", "duration_minutes"])
    visit.starts_at = begins
    save(
        visit,
        Action.CHANGE_ITEMS,
        fields=("starts_at",),
        items=items,
        actor=actor,
        now=now,
        reason_code="late",
    )
    visit.status, visit.arrived_at = AppointmentStatus.ARRIVED, now
    save(
        visit,
        Action.CHECK_IN,
        fields=("status", "arrived_at"),
        items=items,
        actor=actor,
        now=now,
    )
    return visit
