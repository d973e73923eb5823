"""Who was called because her therapist is out."""

from datetime import datetime

from spa.models import AbsenceCall, Appointment, AvailabilityExclusion
from spa.services import audit
from spa.services.audit import Actor
from spa.services.transactions import locked_transaction


@locked_transaction
def mark_called(
    *,
    exclusion: AvailabilityExclusion,
    appointment: Appointment,
    called: bool,
    now: datetime,
    actor: Actor,
) -> None:
    """Note that the client was called about this visit, or that she was not after all.

    What is noted already stays as it is, with who noted it first.
    """
    visit = Appointment.objects.locked().get(pk=appointment.pk)

    calls = AbsenceCall.objects.filter(exclusion=exclusion, appointment=visit)
    if calls.exists() == called:
        return

    if called:
        AbsenceCall.objects.create(exclusion=exclusion, appointment=visit, at=now, user=actor.user)
    else:
        calls.delete()

    audit.record(
        "CLIENT_CALLED" if called else "CLIENT_NOT_CALLED",
        subject=f"appointment:{visit.code}",
        actor=actor,
        now=now,
        reason_code=exclusion.kind,
    )
