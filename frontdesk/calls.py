"""Whom to call: all visits in time taken away from a therapist, some of them at a time."""

from datetime import datetime

from django.core.paginator import Paginator

from frontdesk.absent import Row, rows
from spa.models import Appointment, AvailabilityExclusion, StaffMember, User
from spa.services import absence

AT_ONCE = 30  # visits for which another place is looked for at once


def visits_of(
    staff: StaffMember, *, starts_at: datetime, ends_at: datetime, user: User
) -> list[Appointment]:
    """Return all of her visits in that time that exist for the user, earliest first."""
    visible = Appointment.objects.visible_to(user).values("pk")
    return list(absence.affected_by(staff, starts_at, ends_at).filter(pk__in=visible))


class CallList:
    """A page of the visits that stand in an exclusion, and what is true of all of them."""

    def __init__(
        self, exclusion: AvailabilityExclusion, *, page: str, user: User, now: datetime
    ) -> None:
        span = {"starts_at": exclusion.starts_at, "ends_at": exclusion.ends_at}
        visits = visits_of(exclusion.staff, **span, user=user)
        calls = {call.appointment_id: call for call in exclusion.calls.select_related("user")}
        self.page = Paginator(visits, AT_ONCE).get_page(page)
        affected = absence.propose(self.page, staff=exclusion.staff, **span, now=now)
        self.rows: list[Row] = rows(affected, exclusion.staff, {}, calls=calls)
        self.uncalled = sum(visit.pk not in calls for visit in visits)
        # At houses that the user does not see: told, so that somebody there calls.
        self.elsewhere = absence.affected_by(exclusion.staff, **span).count() - len(visits)
